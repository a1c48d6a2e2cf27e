/** Agents with runs that wait although they have room. */
import type { Sql, Statement } from '../sql.ts';

const WAITING: Statement = {
  name: 'agents_that_wait',
  text: `
    SELECT DISTINCT w.agent_id AS id FROM upkeep.run w
    WHERE w.state = 'waiting' AND w.agent_id > $1::uuid AND NOT w.labels && $2::text[]
      AND NOT EXISTS (SELECT 1 FROM upkeep.run b WHERE b.agent_id = w.agent_id AND b.state IN ('queued', 'running'))
    ORDER BY w.agent_id LIMIT $3`,
};

/** Comes before every id. */
export const NO_AGENT = '00000000-0000-0000-0000-000000000000';

/** Ids after `after`, in order; runs with one of the `labels`, which have limits, are left out. */
export async function agentsThatWait(
  sql: Sql,
  ask: { readonly after: string; readonly labels: readonly string[]; readonly most: number },
): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(WAITING, [ask.after, [...ask.labels], ask.most]);
  return rows.map(({ id }) => id);
}
