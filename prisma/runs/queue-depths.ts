/** How much waits and runs, for whoever watches. */
import type { Sql, Statement } from '../sql.ts';

export interface QueueDepth {
  /** `waiting`: its agent or a label has no room; `queued`: may start now; `delayed`: a retry that may not yet; `running`. */
  readonly state: 'waiting' | 'queued' | 'delayed' | 'running';
  readonly priority: string;
  readonly runs: number;
  /** How long the oldest of them has been allowed to start, in milliseconds. */
  readonly oldestMs: number;
}

// Each state by itself: they have indexes of their own, and settled runs are many.
const OPEN = `
  SELECT 'waiting' AS state, priority, eligible_at FROM upkeep.run WHERE state = 'waiting'
  UNION ALL
  SELECT CASE WHEN eligible_at > clock_timestamp() THEN 'delayed' ELSE 'queued' END, priority, eligible_at
  FROM upkeep.run WHERE state = 'queued'
  UNION ALL
  SELECT 'running', priority, eligible_at FROM upkeep.run WHERE state = 'running'`;

const DEPTHS: Statement = {
  name: 'queue_depths',
  text: `
    SELECT o.state, o.priority, count(*)::int AS runs,
      greatest(extract(epoch FROM clock_timestamp() - min(o.eligible_at)) * 1000, 0)::float8 AS "oldestMs"
    FROM (${OPEN}) o GROUP BY o.state, o.priority`,
};

/** Combinations that have no run are left out. */
export async function queueDepths(sql: Sql): Promise<QueueDepth[]> {
  return sql.rows<QueueDepth>(DEPTHS);
}
