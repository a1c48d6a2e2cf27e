/** A queue on a database of its own, with a repository and agents to ask for. */
import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { migrate } from '../../prisma/migrate.ts';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import { transaction } from '../../prisma/sql.ts';
import { openQueue, type QueueSettings } from '../../scheduler/queue.ts';
import { claimNext, type ClaimAsk } from '../../scheduler/runs/claim-runs.ts';
import { enqueueRuns, type Enqueued, type RunRequest } from '../../scheduler/runs/enqueue-runs.ts';
import type { AttemptResult } from '../../scheduler/runs/finish-runs.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { testDatabase } from './database.ts';

export interface QueueScene extends AsyncDisposable {
  readonly database: Database;
  readonly context: SchedulerContext;
  /** Makes a repository, and returns its id. */
  repository(name?: string): Promise<string>;
  /** Makes an agent of the first repository, or of `repositoryId`. */
  agent(about?: { readonly name?: string; readonly repositoryId?: string; readonly labels?: readonly string[] }): Promise<AgentHandle>;
  /** Registers a service that may hold runs. */
  service(about?: { readonly host?: string; readonly pid?: number; readonly bootId?: string | null }): Promise<string>;
  ask(agent: AgentHandle, change?: Partial<RunRequest>): Promise<Enqueued | undefined>;
  claim(serviceId: string, change?: Partial<ClaimAsk>): Promise<ClaimedRun[]>;
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** `state` of a run, with its outcome when it has one. */
  stateOf(runId: string): Promise<string>;
}

export interface AgentHandle {
  readonly agentId: string;
  readonly repositoryId: string;
  readonly agent: string;
  readonly branch: string;
  readonly labels: readonly string[];
}

export async function queueScene(
  change: { readonly settings?: Partial<QueueSettings>; readonly context?: Partial<SchedulerContext>; readonly url?: string } = {},
): Promise<QueueScene> {
  const place = change.url === undefined ? await testDatabase() : null;
  const url = change.url ?? place?.url ?? '';
  await migrate(url);
  const database = await openDatabase(url);
  const { pool } = database;
  const problems: Error[] = [];
  const queue = await openQueue(pool, {
    order: 'aged',
    perRepository: null,
    onProblem: (error) => problems.push(error),
    ...change.settings,
  });
  const context: SchedulerContext = {
    pool,
    queue,
    labelLimits: {},
    retry: { limit: 3, maxMs: 300_000, random: () => 0 },
    source: 'service:test',
    ...change.context,
  };
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(text, [...values])).rows;
  let first: Promise<string> | null = null;
  const scene: QueueScene = {
    database,
    context,
    query,
    async repository(name = `acme/${randomUUID()}`) {
      const id = randomUUID();
      await query('INSERT INTO upkeep.repository (id, identity, name, branch) VALUES ($1, $2, $2, $3)', [id, name, 'main']);
      return id;
    },
    async agent({ name = 'qa', repositoryId, labels = [] } = {}) {
      const repository = repositoryId ?? (await (first ??= scene.repository()));
      const agentId = randomUUID();
      const branch = repositoryId === undefined ? `branch-${agentId}` : 'main';
      const sql = 'INSERT INTO upkeep.agent (id, repository_id, name, branch, labels) VALUES ($1, $2, $3, $4, $5)';
      await query(sql, [agentId, repository, name, branch, labels]);
      return { agentId, repositoryId: repository, agent: name, branch, labels };
    },
    async service({ host = 'here', pid = 1, bootId = 'boot' } = {}) {
      const id = randomUUID();
      const sql = `INSERT INTO upkeep.service (id, host, pid, process_started_at, boot_id, version, max_concurrent) VALUES ($1, $2, $3, 't', $4, '0', 5)`;
      await query(sql, [id, host, pid, bootId]);
      return id;
    },
    async ask(agent, fields = {}) {
      const request = requestFor(agent, fields);
      const { runs } = await transaction(pool, (sql) => enqueueRuns(sql, [request], { context, now: new Date() }));
      return runs[0];
    },
    claim: async (serviceId, fields = {}) => [
      ...(await claimNext(context, { serviceId, leaseMs: 15_000, most: 5, without: [], ...fields })).runs,
    ],
    async stateOf(runId) {
      const [row] = await query<{ state: string; outcome: string | null }>('SELECT state, outcome FROM upkeep.run WHERE id = $1', [runId]);
      return row === undefined ? 'gone' : row.outcome === null ? row.state : `${row.state} ${row.outcome}`;
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      await database.close();
      await place?.[Symbol.asyncDispose]();
      if (problems.length > 0) throw new AggregateError(problems, 'the queue had problems');
    },
  };
  return scene;
}

/** A request as a person makes it. */
export function requestFor(agent: AgentHandle, change: Partial<RunRequest> = {}): RunRequest {
  return {
    ...agent,
    trigger: 'manual',
    priority: 'NORMAL',
    base: null,
    isForced: false,
    slotAt: null,
    requestedBy: 'ann',
    correlationId: randomUUID(),
    ...change,
  };
}

/** What an attempt came to. */
export function resultOf(change: Partial<AttemptResult> = {}): AttemptResult {
  return {
    outcome: 'passed',
    reason: null,
    message: null,
    retryAfterMs: null,
    checkedBase: null,
    commit: null,
    errors: 0,
    warnings: 0,
    fixed: 0,
    checks: [],
    events: [],
    ...change,
  };
}
