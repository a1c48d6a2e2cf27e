/** The HTTP side of `agent webhook listen`: bounded in time, in connections and in memory, whoever is at the other end. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MOST_BODY_BYTES, tooLarge, type WebhookAnswer, type WebhookHandler } from '../../github/webhooks/handler.ts';

export interface WebhookServerOptions {
  readonly handler: WebhookHandler;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Told of every answer to a POST. Never throws. */
  onAnswer(answer: WebhookAnswer): void;
  readonly limits?: Partial<WebhookServerLimits>;
}

export interface WebhookServerLimits {
  readonly connections: number;
  /** Milliseconds until all headers must be there, and until the whole request must be. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Bytes of bodies that are held at once, over all connections. */
  readonly heldBytes: number;
}

const LIMITS: WebhookServerLimits = { connections: 64, headersMs: 10_000, requestMs: 30_000, heldBytes: 4 * MOST_BODY_BYTES };
const LARGEST_HEADER_BYTES = 16 * 1024;
const CHECK_EVERY_MS = 1_000;
const IDLE_MS = 5_000;

export interface WebhookServer {
  readonly port: number;
  /** Takes no more connections, and waits for the answers that are under way. */
  close(): Promise<void>;
}

/** Listens. Throws the error of the port: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export async function openWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  const { handler } = options;
  const limits = { ...LIMITS, ...options.limits };
  let held = 0;
  let isClosing = false;
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, limits.headersMs),
      maxHeaderSize: LARGEST_HEADER_BYTES,
    },
    (request, response) => {
      void answer(request, response);
    },
  );
  server.maxConnections = limits.connections;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return reply(response, request.method === 'GET' ? 200 : 405, '{"listening":true}\n');
    const refused = handler.refuse(request.headers);
    if (refused !== null) return end(response, refused);
    const body = await readBody(request, {
      mayHold: (bytes) => {
        if (held + bytes > limits.heldBytes) return false;
        held += bytes;
        return true;
      },
      letGo: (bytes) => {
        held -= bytes;
      },
    });
    if (body === 'gone') return;
    if (body === 'too-large') return end(response, tooLarge());
    if (body === 'busy') return reply(response, 503, '{"error":"too much at once: send it again later"}\n');
    const { content, letGo } = body;
    try {
      end(response, await handler.handle({ headers: request.headers, body: content }));
    } finally {
      letGo();
    }
  };
  const end = (response: ServerResponse, result: WebhookAnswer): void => {
    options.onAnswer(result);
    // A connection that is kept for more would keep the server from closing.
    if (isClosing) response.setHeader('connection', 'close');
    reply(response, result.status, result.body);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        isClosing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

type Body = { readonly content: Buffer; readonly letGo: () => void } | 'gone' | 'too-large' | 'busy';

/** The whole body, or why not. What is held is let go again by whoever takes the body, or here. */
function readBody(request: IncomingMessage, memory: { mayHold(bytes: number): boolean; letGo(bytes: number): void }): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const stop = (why: Body): void => {
      request.removeAllListeners('data');
      memory.letGo(total);
      total = 0;
      chunks.length = 0;
      resolve(why);
    };
    request.on('data', (chunk: Buffer) => {
      if (total + chunk.length > MOST_BODY_BYTES) return stop('too-large');
      if (!memory.mayHold(chunk.length)) return stop('busy');
      total += chunk.length;
      chunks.push(chunk);
    });
    request.once('end', () => {
      const bytes = total;
      resolve({ content: Buffer.concat(chunks), letGo: () => memory.letGo(bytes) });
    });
    // After `end` this changes nothing any more.
    request.once('close', () => {
      if (!request.complete) stop('gone');
    });
    request.once('error', () => stop('gone'));
  });
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  response.end(body);
  if (!response.req.complete) drain(response.req);
}

/** A connection that is closed while the other side still sends loses the answer: the rest is read away, within bounds. */
function drain(request: IncomingMessage): void {
  let total = 0;
  request.on('data', (chunk: Buffer) => {
    total += chunk.length;
    if (total > 2 * MOST_BODY_BYTES) request.destroy();
  });
  request.resume();
}
