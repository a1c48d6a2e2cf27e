/** `POST /webhooks`: what GitHub sends becomes runs of the service. It is answered when they are in the queue, so nothing that was accepted is lost. */
import type { FastifyInstance } from 'fastify';
import { MOST_BODY_BYTES, type WebhookHandler } from '../../github/webhooks/handler.ts';

export interface WebhookRouteSettings {
  /** Null: not yet. */
  readonly handler: () => WebhookHandler | null;
  /** Bytes of bodies that are held at once, over all connections; default: four of the largest. */
  readonly heldBytes?: number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Adds the route to a context of its own. */
export function addWebhookRoute(server: FastifyInstance, settings: WebhookRouteSettings): void {
  const most = settings.heldBytes ?? 4 * MOST_BODY_BYTES;
  let held = 0;
  server.removeAllContentTypeParsers();
  // The signature is that of the bytes.
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BODY_BYTES }, (_request, body, done) => done(null, body));
  server.post('/webhooks', {
    bodyLimit: MOST_BODY_BYTES,
    onRequest: async (request, reply) => {
      void reply.type('application/json; charset=utf-8');
      const handler = settings.handler();
      if (handler === null) return reply.code(503).send('{"error":"the service is starting: send it again later"}\n');
      const refused = handler.refuse(request.headers);
      if (refused !== null) return reply.code(refused.status).send(refused.body);
      const bytes = Number(request.headers['content-length'] ?? Number.NaN);
      if (!Number.isSafeInteger(bytes) || bytes < 0) return reply.code(411).send('{"error":"expected a content-length"}\n');
      if (held + bytes > most) return reply.code(503).send('{"error":"too much at once: send it again later"}\n');
      held += bytes;
      // Whether it was answered or broken off.
      reply.raw.once('close', () => (held -= bytes));
    },
    handler: async (request, reply) => {
      const handler = settings.handler();
      if (handler === null) return reply.code(503).send('{"error":"the service is starting: send it again later"}\n');
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { status, body: text, result } = await handler.handle({ headers: request.headers, body });
      if (result.kind === 'failed') settings.onProblem('a webhook could not be taken in', result.error);
      if (result.kind === 'trigger' && result.unkept !== null)
        settings.onProblem(`a restart would not know of the webhook ${result.delivery}`, result.unkept);
      return reply.code(status).send(text);
    },
  });
}
