/** Whether services are alive that look after a repository. */
import type { Sql, Statement } from '../sql.ts';

/** A repository and one living service that has a clone of it. */
export interface ServedRow {
  readonly repositoryId: string;
  readonly name: string;
  readonly branch: string;
  readonly host: string;
  /** Absolute path of the clone on that host. */
  readonly path: string;
}

const LIVING: Statement = {
  name: 'living_services_of',
  text: `
    SELECT r.id AS "repositoryId", r.name, r.branch, s.host, c.path
    FROM upkeep.repository r JOIN upkeep.served_repository c ON c.repository_id = r.id JOIN upkeep.service s ON s.id = c.service_id
    WHERE r.identity = $1 AND r.removed_at IS NULL AND s.ended_at IS NULL AND s.seen_at > clock_timestamp() - $2 * interval '1 ms'
    ORDER BY s.seen_at DESC`,
};

/** One row a service that was seen within `seenMs`; none: nobody looks after it. `identity`: as `repository.identity`. */
export async function livingServicesOf(sql: Sql, identity: string, seenMs: number): Promise<ServedRow[]> {
  return sql.rows<ServedRow>(LIVING, [identity, seenMs]);
}
