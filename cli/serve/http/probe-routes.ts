/** What machines ask: does it live, can it work, and what has it counted. Nothing here tells versions, names or paths. */
import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.ts';

/** What was counted, as Prometheus reads it. */
export interface MetricsPage {
  readonly contentType: string;
  readonly read: () => Promise<string>;
}

export interface Probes {
  readonly health: Readiness;
  readonly metrics: MetricsPage;
  /** The newest `scheduler:status`, without its common fields; null: none yet. */
  readonly status: () => object | null;
}

export function addProbeRoutes(server: FastifyInstance, { health, metrics, status }: Probes): void {
  server.get('/healthz', async () => ({ status: 'alive' }));
  server.get('/readyz', async (_request, reply) => {
    const failing = await health.look();
    if (failing.length > 0) void reply.code(503);
    const scheduler = status();
    return {
      ...(failing.length === 0 ? { status: 'ready' } : { status: 'not-ready', failing }),
      ...(scheduler === null ? {} : { scheduler }),
    };
  });
  server.get('/metrics', async (_request, reply) => {
    void reply.type(metrics.contentType);
    return metrics.read();
  });
}
