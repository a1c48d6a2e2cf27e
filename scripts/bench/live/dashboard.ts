/** The dashboard of a service: events are committed one by one, and told from the database. Started by live.ts with its address. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHttpServer } from '../../../cli/serve/http-server.ts';
import { hashOf, newSecret } from '../../../dashboard/server/auth/secrets.ts';
import { openDashboard } from '../../../dashboard/server/mount.ts';
import { makeToken } from '../../../prisma/people/token-rows.ts';
import { writeEvents } from '../../../prisma/runs/write-events.ts';
import { connection, transaction } from '../../../prisma/sql.ts';
import { AGENT_IDS } from '../../../ledger/outcome.ts';
import { openScheduler } from '../queue/bench-service.ts';
import { eventOf, now, paced, serveBenchmark, tell } from './load.ts';

const { database, context } = await openScheduler(process.argv[2] ?? '');
const { pool } = database;
const fail = (what: string, error: unknown): never => {
  throw new Error(what, { cause: error });
};
const dashboard = openDashboard({
  version: '0',
  pageFolder: mkdtempSync(join(tmpdir(), 'upkeep-live-')),
  place: { host: '127.0.0.1', hasTls: false, publicUrl: null },
  database: () => database,
  scheduler: () => context,
  now: () => new Date(),
  pathOf: () => null,
  settingsOf: () => Promise.resolve(null),
  redact: (text) => text,
  onOrdered: () => undefined,
  onProblem: fail,
});
const server = await openHttpServer({
  port: 0,
  pages: dashboard.pages,
  onProblem: fail,
  health: { look: () => Promise.resolve([]) },
  metrics: { contentType: 'text/plain', read: () => Promise.resolve('') },
  status: () => null,
  limits: { connections: 2_000 },
});
const userId = randomUUID();
await pool.query(`INSERT INTO upkeep."user" (id, login, role) VALUES ($1, 'bench', 'viewer')`, [userId]);
const token = `upkeep_${newSecret()}`;
await connection(pool, (sql) =>
  makeToken(sql, { id: randomUUID(), userId, name: 'bench', role: 'viewer', hash: hashOf(token), expiresAt: null }),
);
/** What an agent does it does in order: its next event is written when the one before is committed. */
const last = new Map<number, Promise<unknown>>();
serveBenchmark((begin) =>
  paced(begin, async (number) => {
    const before = last.get(number % AGENT_IDS.length);
    const { promise, resolve } = Promise.withResolvers<null>();
    last.set(number % AGENT_IDS.length, promise);
    await before;
    const { event, repositoryId, runId } = eventOf(number);
    const row = { id: event.id, type: event.type, time: event.time, repositoryId, agentId: null, runId, envelope: event };
    await transaction(pool, (sql) => writeEvents(sql, [row]));
    const at = now();
    dashboard.onEvents();
    resolve(null);
    return at;
  }),
);
tell({ kind: 'ready', url: `http://127.0.0.1:${server.port}`, token });
