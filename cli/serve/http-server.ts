/** The service over HTTP: probes and metrics here, pages where they are mounted; bounded in time and in connections, whoever asks. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { answerBadRequest, answerErrors } from './http/answer-errors.ts';
import { asListenError } from './http/listen-error.ts';
import { addProbeRoutes, type Probes } from './http/probe-routes.ts';

export interface HttpServerOptions extends Probes {
  /** Default: 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Certificate and key in PEM; none: plain HTTP. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Whether a proxy of this machine or network says who asks. */
  readonly isBehindProxy?: boolean;
  /** What could not be answered for a reason of ours. */
  readonly onProblem: (what: string, error: unknown) => void;
  /** Adds routes beside ours, in a context of their own: their hooks do not reach the probes. */
  readonly pages?: (server: FastifyInstance) => Promise<void>;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits {
  readonly connections: number;
  /** Milliseconds until all headers must be there, and until the whole request must be. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Answers under way get so long when the server closes. */
  readonly closeMs: number;
}

const LIMITS: HttpLimits = { connections: 4096, headersMs: 10_000, requestMs: 30_000, closeMs: 2_000 };
const LARGEST_HEADER_BYTES = 16 * 1024;
const LARGEST_BODY_BYTES = 64 * 1024;
const CHECK_EVERY_MS = 1_000;
/** Longer than proxies keep a connection that they may use again at any moment: 60 s with nginx. */
const IDLE_MS = 72_000;
/** Proxies that are believed. */
const NEARBY = ['loopback', 'linklocal', 'uniquelocal'];

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, and waits for the answers that are under way. */
  readonly close: () => Promise<void>;
}

/** Listens. Throws a ListenError (exit code 2) when it may not. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port } = options;
  const limits = { ...LIMITS, ...options.limits };
  const bounds = {
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, limits.headersMs),
    maxHeaderSize: LARGEST_HEADER_BYTES,
  };
  const server = fastify({
    // Both kinds of servers are the same to whoever adds routes.
    ...(options.tls === undefined ? { http: bounds } : ({ https: { ...bounds, ...options.tls } } as { http?: typeof bounds })),
    trustProxy: options.isBehindProxy === true ? NEARBY : false,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: IDLE_MS,
    bodyLimit: LARGEST_BODY_BYTES,
    forceCloseConnections: 'idle',
    frameworkErrors: answerBadRequest,
    // By it a person and the log speak of the same request.
    genReqId: () => randomUUID(),
  });
  server.server.maxConnections = limits.connections;
  server.addHook('onRequest', async (_request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  answerErrors(server, options.onProblem);
  addProbeRoutes(server, options);
  await server.register(async (context) => options.pages?.(context));
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw asListenError(error, { host, port });
  }
  return { host, port: (server.server.address() as AddressInfo).port, close: () => close(server, limits.closeMs) };
}

async function close(server: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), graceMs);
  await server.close();
  clearTimeout(timer);
}
