/** How faults are answered: a status and one word, whatever happened inside. */
import { METHODS, STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Faults that no route answers itself; `onProblem` is told of ours. */
export function answerErrors(server: FastifyInstance, onProblem: (what: string, error: unknown) => void): void {
  server.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(server, pathOf(request));
    // A route that says itself that there is nothing takes its method.
    if (allowed.length === 0 || allowed.includes(request.method)) return answer(reply, 404);
    return answer(reply.header('allow', allowed.join(', ')), 405);
  });
  server.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) onProblem(`${request.method} ${routeOf(request)} could not be answered`, error);
    return answer(reply, status);
  });
}

/** For what cannot be routed, such as a path that is not encoded rightly. */
export function answerBadRequest(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  void answer(reply, statusOf(error));
}

function answer(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).send({ error: (STATUS_CODES[status] ?? 'error').toLowerCase() });
}

/** What the error says of the request; every other one is ours. */
function statusOf(error: unknown): number {
  const { statusCode = 500 } = error as { readonly statusCode?: number };
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

function methodsOf(server: FastifyInstance, url: string): string[] {
  return METHODS.filter((method) => server.findRoute({ method, url }) !== null);
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url;
}

/** The route and not the address, which may hold anything. */
function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'something else';
}
