/** Runs that could not be carried out, however often they were tried: their agents are out of the schedule until somebody decides. */
import { Prisma } from '../generated/client.ts';
import { allOf, read, type Reader } from './reader.ts';

export interface DeadLetter {
  /** Of the agent: it has one at most. */
  readonly agentId: string;
  readonly agent: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly branch: string;
  /** Null: the run is not kept any more, or was elsewhere. */
  readonly runId: string | null;
  readonly at: Date;
  readonly reason: string | null;
  readonly message: string | null;
  readonly attempts: number;
}

const MOST = 1000;

/** Newest first. */
export async function deadLetters(reader: Reader, repository: string | undefined): Promise<DeadLetter[]> {
  const which = allOf([
    Prisma.sql`a.in_error_at IS NOT NULL AND p.removed_at IS NULL AND a.branch = p.branch`,
    repository === undefined ? null : Prisma.sql`a.repository_id = ${repository}::uuid`,
  ]);
  return read<DeadLetter>(
    reader,
    Prisma.sql`
      SELECT a.id AS "agentId", a.name AS agent, p.id AS "repositoryId", p.name AS repository, a.branch, r.id AS "runId", a.in_error_at AS at,
        a.in_error_reason AS reason, r.message, coalesce(r.attempt, 0) AS attempts
      FROM upkeep.agent a JOIN upkeep.repository p ON p.id = a.repository_id
        LEFT JOIN upkeep.run r ON r.id = a.last_run_id AND r.outcome = 'errored'
      WHERE ${which} ORDER BY a.in_error_at DESC LIMIT ${MOST}`,
  );
}
