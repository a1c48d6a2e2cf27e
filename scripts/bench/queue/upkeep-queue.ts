/** Our own queue as a contestant: the service with everything that it does, and an executor that ends at once. */
import { randomUUID } from 'node:crypto';
import { beginEnqueue, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import { enqueueTransaction } from '../../../scheduler/steer/steer-transaction.ts';
import type { SchedulerContext } from '../../../scheduler/scheduler-context.ts';
import { atOnce, LEASE_MS, openScheduler, startBenchService } from './bench-service.ts';
import { CONCURRENCY, type Contestant } from './contestant.ts';

const AGENTS = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'] as const;

export async function openUpkeepQueue(url: string): Promise<Contestant> {
  const scheduler = await openScheduler(url);
  const { context } = scheduler;
  const { pool } = context;
  let agents: readonly Agent[] = [];
  const request = (job: number): RunRequest => requestOf(job, agents);
  const enqueueMany = async (jobs: readonly number[]): Promise<void> => {
    // As a trigger does.
    const { done } = await enqueueTransaction(context, (sql) => beginEnqueue(sql, jobs.map(request), { context, now: new Date() }));
    const { runs } = await done;
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
      const executor = atOnce((run) => onStart(numberOf.get(run.agentId) ?? -1));
      const service = await startBenchService(context, { executor, maxConcurrent: CONCURRENCY });
      return { stop: () => service.drain(LEASE_MS) };
    },
    async unfinished() {
      const { rows } = await pool.query<{ left: number }>(`SELECT count(*)::int AS left FROM upkeep.run WHERE outcome IS NULL`);
      return rows[0]?.left ?? -1;
    },
    close: () => scheduler.close(),
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
