/** What the crash loop happens to: bare repositories, a database of its own, and runs that are asked for. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AGENT_IDS, type AgentId, type Priority } from '../../../ledger/outcome.ts';
import { connectionSettings } from '../../../prisma/connect.ts';
import { openEmbedded, type EmbeddedServer } from '../../../prisma/embedded/open-embedded.ts';
import { migrate } from '../../../prisma/migrate.ts';
import { transaction, type ConnectionPool } from '../../../prisma/sql.ts';
import { openQueue } from '../../../scheduler/queue.ts';
import { enqueueRuns, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import type { SchedulerContext } from '../../../scheduler/scheduler-context.ts';

export interface WorldAgent {
  readonly repositoryId: string;
  readonly agentId: string;
  readonly agent: AgentId;
  readonly branch: string;
}

export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly server: EmbeddedServer;
  readonly clones: Readonly<Record<string, string>>;
  readonly agents: readonly WorldAgent[];
  /** Asks for runs until it is known that they are written down, whatever happens to the database meanwhile. */
  ask(requests: readonly RunRequest[]): Promise<void>;
  /** Process of the database's server; null: it is gone just now. */
  serverPid(): number | null;
  /** Asks the database, until it answers. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export const BRANCH = 'main';

export async function makeWorld(folder: string, repositories: number): Promise<World> {
  mkdirSync(join(folder, 'at-work'), { recursive: true });
  const server = await openEmbedded({ stateFolder: join(folder, 'state'), cacheFolder: null, log: () => undefined });
  await migrate(server.connectionString);
  const pool = new pg.Pool({ ...connectionSettings(server.connectionString, 'crash loop'), max: 4, pipeline: true });
  // The server is killed now and then.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const queue = await openQueue(pool, { order: 'aged', perRepository: null, onProblem: () => undefined });
  const context: SchedulerContext = {
    ...{ pool, queue, labelLimits: {}, source: 'service:crash-loop' },
    retry: { limit: 3, maxMs: 1_000, random: () => 0 },
  };
  const clones: Record<string, string> = {};
  const agents: WorldAgent[] = [];
  for (let index = 0; index < repositories; index += 1) {
    const { id, path } = await makeRepository(join(folder, `repository-${index}.git`), pool);
    clones[id] = path;
    for (const agent of AGENT_IDS) agents.push({ repositoryId: id, agentId: randomUUID(), agent, branch: BRANCH });
  }
  await pool.query(
    'INSERT INTO upkeep.agent (id, repository_id, name, branch) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])',
    [
      agents.map(({ agentId }) => agentId),
      agents.map(({ repositoryId }) => repositoryId),
      agents.map(({ agent }) => agent),
      agents.map(({ branch }) => branch),
    ],
  );
  const rows = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    untilItAnswers(async () => (await pool.query<Row>(text, [...values])).rows);
  return {
    ...{ folder, server, clones, agents, rows },
    serverPid: () => {
      const path = join(server.dataFolder, 'postmaster.pid');
      return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : null;
    },
    ask: (requests) =>
      untilItAnswers(async () => {
        // When the connection broke at the commit nobody knows, so it is looked at.
        const ids = requests.map(({ correlationId }) => correlationId);
        const { rows: known } = await pool.query<{ id: string }>(
          'SELECT correlation_id AS id FROM upkeep.run WHERE correlation_id = ANY($1)',
          [ids],
        );
        const missing = requests.filter(({ correlationId }) => !known.some(({ id }) => id === correlationId));
        await transaction(pool, async (sql) => enqueueRuns(sql, missing, { context, now: new Date() }));
      }),
    async [Symbol.asyncDispose]() {
      for (const close of [() => queue.close(), () => pool.end(), () => server.close()]) {
        await close().catch((error: unknown) => console.error('the world could not be closed:', error));
      }
    },
  };
}

async function makeRepository(path: string, pool: ConnectionPool): Promise<{ readonly id: string; readonly path: string }> {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', BRANCH, path]);
  const git = (args: readonly string[], input = ''): string =>
    execFileSync('git', ['--git-dir', path, '-c', 'user.name=Ann', '-c', 'user.email=ann@localhost', ...args], {
      input,
      encoding: 'utf8',
    }).trim();
  const first = git(['commit-tree', git(['mktree']), '-m', 'first']);
  git(['update-ref', `refs/heads/${BRANCH}`, first]);
  const id = randomUUID();
  await pool.query('INSERT INTO upkeep.repository (id, identity, name, branch) VALUES ($1, $2, $2, $3)', [id, path, BRANCH]);
  return { id, path };
}

const PRIORITIES: readonly Priority[] = ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'];

/** A person asks for a run of an agent. */
export function requestOf(agent: WorldAgent, random: () => number, prefix = ''): RunRequest {
  return {
    ...agent,
    trigger: 'manual',
    priority: PRIORITIES[Math.floor(random() * PRIORITIES.length)] ?? 'NORMAL',
    labels: [],
    base: null,
    isForced: false,
    slotAt: null,
    requestedBy: 'ann',
    correlationId: `${prefix}${randomUUID()}`,
  };
}

const AGAIN_MS = 100;
const ANSWER_MS = 600_000;

/** The server is gone for a while now and then. */
async function untilItAnswers<Result>(work: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + ANSWER_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      const isGone = code === undefined || /^(08|57)|^E[A-Z]+$/.test(code);
      if (!isGone || performance.now() > deadline) throw new Error(`the database said: ${message}`, { cause: error });
      await delay(AGAIN_MS);
    }
  }
}
