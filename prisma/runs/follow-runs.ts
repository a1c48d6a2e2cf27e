/** How far runs are, for people who wait for them. */
import type { Sql, Statement } from '../sql.ts';

export interface FollowedRun {
  readonly id: string;
  readonly agent: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly message: string | null;
}

const FOLLOW: Statement = {
  name: 'follow_runs',
  text: `
    SELECT r.id, a.name AS agent, r.state, r.outcome, r.reason, r.message FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id
    WHERE r.id = ANY($1::uuid[])`,
};

export async function followRuns(sql: Sql, runIds: readonly string[]): Promise<FollowedRun[]> {
  return sql.rows<FollowedRun>(FOLLOW, [[...runIds]]);
}
