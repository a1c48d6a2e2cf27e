/** What holds for every address of the dashboard: whence it may be asked, how often, and how it fails. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { requireHost, requireOrigin, type Place } from '../auth/origins.ts';
import type { Dashboard } from '../dashboard.ts';
import { asTrpcError, DashboardError, failureOf, isFault } from '../errors.ts';

/** Where questions and orders go. */
export const TRPC_PREFIX = '/api/trpc/';
/** What JSON-RPC calls a fault of the server's own kind. */
const UNKNOWN = -32_603;

/** Adds them to a context of its own. */
export function addGuards(server: FastifyInstance, dashboard: Pick<Dashboard, 'now' | 'onProblem'>, place: Place): void {
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    requireHost({ host: request.headers.host }, place);
    if (changesThings(request)) requireOrigin({ host: request.headers.host, origin: request.headers.origin }, place, !hasToken(request));
  });
  server.setErrorHandler((error, request, reply) => {
    const coded = codedError(error);
    const failure = failureOf(coded, { requestId: request.id, now: dashboard.now() });
    if (isFault(coded))
      dashboard.onProblem(
        `${request.method} ${request.routeOptions.url ?? 'something else'} could not be answered (request ${request.id})`,
        error,
      );
    const wait = failure.details?.['retryAfterSeconds'];
    if (typeof wait === 'number') void reply.header('retry-after', wait);
    const status = getHTTPStatusCodeFromError(asTrpcError(coded));
    // Its client looks for the failure where its own errors have it.
    const body = request.url.startsWith(TRPC_PREFIX)
      ? { message: failure.message, code: UNKNOWN, data: { ...failure, httpStatus: status } }
      : failure;
    return reply.code(status).type('application/json; charset=utf-8').send({ error: body });
  });
}

function changesThings({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** No page can make a browser send one that it does not know. */
function hasToken({ headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined;
}

/** What Fastify says of a request, in our codes. */
function codedError(error: unknown): unknown {
  const { statusCode } = error as { readonly statusCode?: number };
  if (error instanceof DashboardError || statusCode === undefined || statusCode >= 500) return error;
  if (statusCode === 413) return new DashboardError('VAL-TOO-LARGE', 'the body is larger than 64 kB');
  if (statusCode === 415) return new DashboardError('VAL-BODY', 'expected a body of application/json');
  if (statusCode === 404) return new DashboardError('NOT-FOUND-ADDRESS', 'there is nothing under this address');
  return new DashboardError('VAL-REQUEST', 'the request cannot be read');
}
