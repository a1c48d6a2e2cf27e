/** Runs of a repository by the beginnings of their ids. */
import type { Sql, Statement } from '../sql.ts';

export interface FoundRun {
  readonly id: string;
  readonly agent: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly settledAt: Date | null;
}

const FIND: Statement = {
  name: 'find_runs',
  text: `
    SELECT r.id, a.name AS agent, r.state, r.outcome, r.settled_at AS "settledAt" FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id
    WHERE r.repository_id = $1 AND r.id::text LIKE $2 || '%' ORDER BY r.requested_at DESC LIMIT 3`,
};

/** At most three, newest first. `beginning`: hexadecimal digits and hyphens. */
export async function findRuns(sql: Sql, repositoryId: string, beginning: string): Promise<FoundRun[]> {
  return sql.rows<FoundRun>(FIND, [repositoryId, beginning.toLowerCase()]);
}
