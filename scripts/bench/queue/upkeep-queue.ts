/** Our own queue as a contestant: the service with everything that it does, and an executor that ends at once. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../../prisma/client.ts';
import { migrate } from '../../../prisma/migrate.ts';
import type { ClaimedRun } from '../../../prisma/runs/run-row.ts';
import { transaction } from '../../../prisma/sql.ts';
import type { CarriedEnd, Executor } from '../../../scheduler/executor.ts';
import { openQueue } from '../../../scheduler/queue.ts';
import { enqueueRuns, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import { runEvent } from '../../../scheduler/runs/run-events.ts';
import type { SchedulerContext } from '../../../scheduler/scheduler-context.ts';
import { startService } from '../../../scheduler/service.ts';
import { CONCURRENCY, type Contestant } from './contestant.ts';

const AGENTS = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'] as const;
const LEASE_MS = 15_000;

export async function openUpkeepQueue(url: string): Promise<Contestant> {
  await migrate(url);
  const database = await openDatabase(url);
  const { pool } = database;
  const fail = (what: string, error: unknown): never => {
    throw new Error(what, { cause: error });
  };
  const queue = await openQueue(pool, { order: 'aged', perRepository: null, onProblem: (error) => fail('the queue has a problem', error) });
  const context: SchedulerContext = {
    ...{ pool, queue, labelLimits: {}, source: 'service:bench' },
    retry: { limit: 3, maxMs: 300_000, random: Math.random },
  };
  let agents: readonly Agent[] = [];
  const request = (job: number): RunRequest => requestOf(job, agents);
  const enqueueMany = async (jobs: readonly number[]): Promise<void> => {
    const { runs } = await transaction(pool, (sql) => enqueueRuns(sql, jobs.map(request), { context, now: new Date() }));
    if (runs.length !== jobs.length) throw new Error(`${jobs.length} runs were asked for and ${runs.length} made`);
  };
  return {
    name: 'upkeep',
    database: url,
    async reset(count) {
      await pool.query('TRUNCATE upkeep.repository, upkeep.service, upkeep.event CASCADE');
      await pool.query('TRUNCATE upkeep_queue.job_common, upkeep_queue.job');
      agents = await makeAgents(pool, count);
    },
    enqueue: (job) => enqueueMany([job]),
    enqueueMany,
    async work(onStart) {
      const numberOf = new Map(agents.map(({ agentId }, job) => [agentId, job]));
      const service = await startService({
        context,
        row: { ...{ id: randomUUID(), host: 'bench', version: '0', maxConcurrent: CONCURRENCY }, ...thisProcess() },
        executor: atOnce((run) => onStart(numberOf.get(run.agentId) ?? -1)),
        watch: { host: 'bench', bootId: null, isAlive: () => true, endGroup: () => Promise.resolve() },
        leaseMs: LEASE_MS,
        without: () => [],
        onEvents: () => undefined,
        onProgress: () => undefined,
        onProblem: fail,
        onNote: (note) => console.log(note),
        clock: { wall: () => Date.now(), monotonic: () => performance.now() },
      });
      return { stop: () => service.drain(LEASE_MS) };
    },
    async unfinished() {
      const { rows } = await pool.query<{ left: number }>(`SELECT count(*)::int AS left FROM upkeep.run WHERE outcome IS NULL`);
      return rows[0]?.left ?? -1;
    },
    async close() {
      await queue.close();
      await database.close();
    },
  };
}

interface Agent {
  readonly agentId: string;
  readonly repositoryId: string;
  readonly agent: string;
}

/** Agents, six of them in each repository; neighbours are of different repositories. */
async function makeAgents(pool: SchedulerContext['pool'], count: number): Promise<Agent[]> {
  const repositories = Array.from({ length: Math.ceil(count / AGENTS.length) }, () => randomUUID());
  const made = AGENTS.flatMap((agent) => repositories.map((repositoryId) => ({ agentId: randomUUID(), repositoryId, agent }))).slice(
    0,
    count,
  );
  await pool.query(
    `INSERT INTO upkeep.repository (id, identity, name, branch) SELECT id, 'acme/' || id, 'acme/' || id, 'main' FROM unnest($1::uuid[]) AS r (id)`,
    [repositories],
  );
  await pool.query(
    `INSERT INTO upkeep.agent (id, repository_id, name, branch)
     SELECT "agentId", "repositoryId", agent, 'main' FROM json_to_recordset($1::json) AS a ("agentId" uuid, "repositoryId" uuid, agent text)`,
    [JSON.stringify(made)],
  );
  return made;
}

function requestOf(job: number, agents: readonly Agent[]): RunRequest {
  const agent = agents[job];
  if (agent === undefined) throw new Error(`there is no agent for job ${job}`);
  const nothing = { base: null, slotAt: null, requestedBy: null, isForced: false, labels: [] };
  return { ...agent, ...nothing, branch: 'main', trigger: 'push', priority: 'NORMAL', correlationId: randomUUID() };
}

/** Each run passes as soon as it begins, and tells so, as an agent's process does. */
function atOnce(onStart: (run: ClaimedRun) => void): Executor {
  return (runs) => ({
    ends: new Map(
      runs.map((run) => {
        onStart(run);
        return [run.id, Promise.resolve(passed(run))];
      }),
    ),
    stop: () => undefined,
    kill: () => Promise.resolve(),
  });
}

function passed(run: ClaimedRun): CarriedEnd {
  const base = 'a'.repeat(40);
  const counts = { errors: 0, warnings: 0, fixed: 0 };
  const data = {
    ...{
      status: 'ACTIVE',
      outcome: 'passed' as const,
      reason: null,
      trigger: 'push' as const,
      base,
      key: 'b'.repeat(64),
      producedKey: null,
    },
    ...{ durationMs: 1, commit: null, delivered: false, ...counts, findings: [], coverage: null, counts: true },
  };
  const event = runEvent('agent:completed', run, { data, source: 'service:bench', at: new Date() });
  const result = {
    ...counts,
    reason: null,
    message: null,
    retryAfterMs: null,
    commit: null,
    checkedBase: base,
    checks: [],
    events: [event],
  };
  return { kind: 'ended', result: { ...result, outcome: 'passed' } };
}

function thisProcess(): { readonly pid: number; readonly processStartedAt: null; readonly bootId: null } {
  return { pid: process.pid, processStartedAt: null, bootId: null };
}
