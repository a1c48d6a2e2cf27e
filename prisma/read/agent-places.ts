/** Where agents and repositories belong, by their ids. */
import { Prisma } from '../generated/client.ts';
import { read, type Reader } from './reader.ts';

export interface AgentPlace {
  readonly id: string;
  readonly name: string;
  readonly branch: string;
  readonly repositoryId: string;
  readonly repository: string;
  /** Whether the branch is the one that its repository is looked after on. */
  readonly isLookedAfter: boolean;
}

/** Those that there are. */
export async function agentPlaces(reader: Reader, ids: readonly string[]): Promise<AgentPlace[]> {
  return read<AgentPlace>(
    reader,
    Prisma.sql`
      SELECT a.id, a.name, a.branch, r.id AS "repositoryId", r.name AS repository, r.removed_at IS NULL AND a.branch = r.branch AS "isLookedAfter"
      FROM upkeep.agent a JOIN upkeep.repository r ON r.id = a.repository_id WHERE a.id = ANY(${[...ids]}::uuid[]) ORDER BY r.name, a.name`,
  );
}
