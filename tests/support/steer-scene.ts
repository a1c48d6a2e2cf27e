/** A repository with agents that have schedules, in a database that somebody steers. */
import { randomUUID } from 'node:crypto';
import type { SteerScope } from '../../prisma/runs/steered-agents.ts';
import type { SteerAsk } from '../../scheduler/steer/steering.ts';
import { queueScene, type AgentHandle, type QueueScene } from './queue-scene.ts';

export interface SteerScene extends AsyncDisposable {
  readonly queue: QueueScene;
  readonly context: QueueScene['context'];
  readonly query: QueueScene['query'];
  readonly repositoryId: string;
  readonly qa: AgentHandle;
  readonly docs: AgentHandle;
  /** Asks in the name of ann. */
  ask(scope: Partial<SteerScope>): SteerAsk;
  /** Claims what is queued, in the name of a service. */
  claim(): Promise<readonly string[]>;
  nextRunAt(agent: AgentHandle): Promise<Date | null>;
  /** Types of the events that await the ledger, oldest first. */
  toldLedger(): Promise<readonly string[]>;
  /** Actions and subjects, oldest first. */
  audit(): Promise<readonly string[]>;
}

export async function steerScene(): Promise<SteerScene> {
  const queue = await queueScene();
  const repositoryId = await queue.repository('acme/site');
  const [qa, docs] = [await queue.agent({ repositoryId, name: 'qa' }), await queue.agent({ repositoryId, name: 'docs' })];
  for (const { agentId } of [qa, docs])
    await queue.query(
      `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at) VALUES ($1, '0 2 * * *', 'UTC', $2, $2)`,
      [agentId, new Date('2026-01-01T02:00:00Z')],
    );
  const serviceId = await queue.service();
  return {
    ...{ queue, context: queue.context, query: queue.query.bind(queue), repositoryId, qa, docs },
    ask: (scope) => ({
      scope: { repositoryId: null, agentId: null, ...scope },
      decider: {
        by: 'ann',
        reason: null,
        branch: null,
        origin: { source: 'laptop:ann', correlationId: randomUUID(), now: () => new Date() },
      },
    }),
    claim: async () => (await queue.claim(serviceId)).map(({ id }) => id),
    async nextRunAt({ agentId }) {
      const [row] = await queue.query<{ at: Date | null }>('SELECT next_run_at AS at FROM upkeep.schedule WHERE agent_id = $1', [agentId]);
      return row?.at ?? null;
    },
    async toldLedger() {
      const rows = await queue.query<{ type: string }>(`SELECT payload->>'type' AS type FROM upkeep.outbox ORDER BY created_at, id`);
      return rows.map(({ type }) => type);
    },
    async audit() {
      const rows = await queue.query<{ line: string }>(`SELECT action || ' ' || subject AS line FROM upkeep.audit ORDER BY id`);
      return rows.map(({ line }) => line);
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}
