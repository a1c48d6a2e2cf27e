/** How the GitHub double misbehaves when it is told to. */
import type { ServerResponse } from 'node:http';

export interface Fault {
  /** Which requests, by `POST /repos/acme/site/issues` (without what follows a question mark); default: the next, whatever it is. */
  readonly on?: RegExp | string;
  /**
   * `answer` (default): with `status`, `body` and `headers`, and nothing is done. `hang`: nothing is ever answered. `reset`: the connection
   * is cut before anything is done. `lost`: it is done, then the connection is cut. `cut`: it is done, and the answer stops in its middle.
   */
  readonly how?: 'answer' | 'hang' | 'reset' | 'lost' | 'cut';
  readonly status?: number;
  /** A string is sent as text/html, as machines in between do. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly times?: number;
}

export interface Faults {
  add(fault: Fault): void;
  /** The fault that this request meets, or null. */
  take(request: string): Fault | null;
  /** Resolves when a request has met the next fault. */
  met(): Promise<void>;
  /** While it is true, every connection is cut. */
  isDown: boolean;
}

export function createFaults(): Faults {
  const waiting: { fault: Fault; left: number }[] = [];
  const told: (() => void)[] = [];
  return {
    isDown: false,
    add: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    take: (request) => {
      const entry = waiting.find(
        ({ fault: { on }, left }) => left > 0 && (on === undefined || (typeof on === 'string' ? on === request : on.test(request))),
      );
      if (entry === undefined) return null;
      entry.left -= 1;
      for (const resolve of told.splice(0)) resolve();
      return entry.fault;
    },
    met: () =>
      new Promise((resolve) => {
        told.push(resolve);
      }),
  };
}

/** The answer of a fault. */
export function answerFault(response: ServerResponse, fault: Fault): number {
  const status = fault.status ?? 500;
  const isText = typeof fault.body === 'string';
  const body = isText ? fault.body : JSON.stringify(fault.body ?? { message: 'Server Error' });
  response.writeHead(status, { 'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8', ...fault.headers });
  response.end(body);
  return status;
}
