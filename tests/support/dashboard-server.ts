/** A dashboard on a real HTTP server and a test database, and people who ask it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import type { TRPCClient } from '@trpc/client';
import { openHttpServer } from '../../cli/serve/http-server.ts';
import type { Place } from '../../dashboard/server/auth/origins.ts';
import type { RepositorySettings } from '../../dashboard/server/dashboard.ts';
import { openDashboard, type MountedDashboard } from '../../dashboard/server/mount.ts';
import type { AppRouter } from '../../dashboard/server/router.ts';
import type { Failure } from '../../dashboard/wire/failure.ts';
import type { Role } from '../../dashboard/wire/vocabulary-schema.ts';
import { hashOf, newSecret } from '../../dashboard/server/auth/secrets.ts';
import { queueScene, type QueueScene } from './queue-scene.ts';

/** Somebody with a browser, or a program. */
export interface Guest {
  readonly api: TRPCClient<AppRouter>;
  /** What was set, as the browser would send it. */
  readonly cookie: () => string;
  /** As a browser on the dashboard's page asks. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface DashboardServer extends AsyncDisposable {
  readonly queue: QueueScene;
  readonly dashboard: MountedDashboard;
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly problems: string[];
  /** Somebody who is not signed in. `headers`: instead of those of the page. */
  guest(headers?: Readonly<Record<string, string>>): Guest;
  /** Somebody with a session, made in the database. */
  person(role: Role, login?: string): Promise<Guest & { readonly login: string; readonly userId: string }>;
  /** The database goes away, for the dashboard, and comes back. */
  setDatabase(isThere: boolean): void;
}

export const PASSWORD = 'correct horse battery';

/** `beside`: a service of the same database; its scene is disposed of after this one. */
export async function dashboardServer(
  change: Partial<Place> & {
    readonly now?: () => Date;
    readonly beside?: DashboardServer;
    readonly clonePath?: string;
    readonly requestsAMinute?: number;
    readonly settings?: RepositorySettings;
  } = {},
): Promise<DashboardServer> {
  const { now = () => new Date(), beside, clonePath = null, requestsAMinute = 1e9, settings = null, ...place } = change;
  const pageFolder = mkdtempSync(join(tmpdir(), 'upkeep-page-'));
  mkdirSync(join(pageFolder, 'assets'));
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(pageFolder, 'manifest.json'), '{}');
  writeFileSync(join(pageFolder, 'assets', 'main-1.js'), 'plain');
  writeFileSync(join(pageFolder, 'assets', 'main-1.js.br'), brotliCompressSync('compressed'));
  const queue = await queueScene(beside === undefined ? {} : { url: beside.queue.database.url });
  const problems: string[] = [];
  let isThere = true;
  const dashboard: MountedDashboard = openDashboard({
    version: '1.2.3',
    pageFolder,
    requestsAMinute,
    place: { host: '127.0.0.1', hasTls: false, publicUrl: null, ...place },
    database: () => (isThere ? queue.database : null),
    scheduler: () => (isThere ? queue.context : null),
    now,
    pathOf: () => clonePath,
    settingsOf: () => Promise.resolve(settings),
    redact: (text) => text.replaceAll('hush-hush', '[redacted]'),
    onOrdered: () => dashboard.onEvents(),
    onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
  });
  const server = await openHttpServer({
    port: 0,
    pages: dashboard.pages,
    onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
    health: { look: () => Promise.resolve([]) },
    metrics: { contentType: 'text/plain', read: () => Promise.resolve('') },
    status: () => null,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const guest = (headers: Readonly<Record<string, string>> = { origin: url }): Guest => guestOf(url, headers);
  let people = 0;
  return {
    ...{ queue, dashboard, url, problems, guest },
    setDatabase: (value) => (isThere = value),
    async person(role, login = `${role}-${(people += 1)}`) {
      const secret = newSecret();
      const [user] = await queue.query<{ id: string }>(
        `INSERT INTO upkeep."user" (id, login, role, password_hash) VALUES (gen_random_uuid(), $1, $2, 'none') RETURNING id`,
        [login, role],
      );
      const userId = user?.id ?? '';
      await queue.query(
        `INSERT INTO upkeep.session (id, user_id, hash, expires_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour')`,
        [userId, hashOf(secret)],
      );
      const cookie = await dashboard.cookieOf(secret);
      return { ...guestOf(url, { origin: url, cookie }), login, userId };
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await queue[Symbol.asyncDispose]();
      rmSync(pageFolder, { recursive: true });
    },
  };
}

function guestOf(url: string, headers: Readonly<Record<string, string>>): Guest {
  let jar = headers['cookie'] ?? '';
  const ask = async (input: string, init: RequestInit = {}): Promise<Response> => {
    const sent = { ...headers, ...(jar === '' ? {} : { cookie: jar }), ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(input, { ...init, headers: sent });
    for (const line of response.headers.getSetCookie())
      jar = line.startsWith('upkeep') && /Max-Age=0|1970/.test(line) ? '' : (line.split(';')[0] ?? '');
    return response;
  };
  const api = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/api/trpc`, fetch: (input, init) => ask(String(input), init as RequestInit) })],
  });
  return { api, cookie: () => jar, fetch: (path, init) => ask(`${url}${path}`, init) };
}

/** How a question or order failed. Throws when it did not. */
export async function failureOf(asked: Promise<unknown>): Promise<Failure & { readonly httpStatus: number }> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof TRPCClientError) return error.data as Failure & { httpStatus: number };
    throw error;
  }
  throw new Error('expected a failure');
}
