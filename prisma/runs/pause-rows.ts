/** Pauses of everything, of a repository, of an agent: one row each at most. */
import type { Sql, Statement } from '../sql.ts';
import type { SteerScope } from './steered-agents.ts';

export interface NewPause extends SteerScope {
  readonly id: string;
  readonly by: string;
  readonly reason: string | null;
  readonly since: Date;
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: Date | null;
}

const NOBODY = `'00000000-0000-0000-0000-000000000000'`;

const PUT: Statement = {
  name: 'put_pause',
  text: `
    INSERT INTO upkeep.pause (id, repository_id, agent_id, by, reason, since, until) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (coalesce(repository_id, ${NOBODY}), coalesce(agent_id, ${NOBODY}))
      DO UPDATE SET by = EXCLUDED.by, reason = EXCLUDED.reason, since = EXCLUDED.since, until = EXCLUDED.until`,
};

/** A new pause takes the place of the one that is there. Of an agent both ids are given. */
export async function putPause(sql: Sql, { id, repositoryId, agentId, by, reason, since, until }: NewPause): Promise<void> {
  await sql.rows(PUT, [id, repositoryId, agentId, by, reason, since, until]);
}

const DROP: Statement = {
  name: 'drop_pauses',
  text: `DELETE FROM upkeep.pause WHERE ($1::uuid IS NULL OR repository_id = $1) AND ($2::uuid IS NULL OR agent_id = $2) RETURNING id`,
};

/** Ends the pause of a scope and the narrower ones in it; returns how many there were. */
export async function dropPauses(sql: Sql, { repositoryId, agentId }: SteerScope): Promise<number> {
  return (await sql.rows(DROP, [repositoryId, agentId])).length;
}

/** A pause whose end has come. */
export interface EndedPause extends SteerScope {
  readonly by: string;
}

const EXPIRE: Statement = {
  name: 'expire_pauses',
  text: `DELETE FROM upkeep.pause WHERE until <= clock_timestamp() RETURNING repository_id AS "repositoryId", agent_id AS "agentId", by`,
};

/** Takes away those whose end has come. */
export async function expirePauses(sql: Sql): Promise<EndedPause[]> {
  return sql.rows<EndedPause>(EXPIRE);
}

const PAUSED: Statement = {
  name: 'paused_agents',
  text: `
    SELECT a.id FROM upkeep.agent a WHERE a.id = ANY($1::uuid[]) AND EXISTS (
      SELECT 1 FROM upkeep.pause p
      WHERE (p.agent_id = a.id OR (p.agent_id IS NULL AND (p.repository_id IS NULL OR p.repository_id = a.repository_id)))
        AND (p.until IS NULL OR p.until > clock_timestamp()))`,
};

/** Those of the agents that a pause holds, of whatever width. */
export async function pausedAgents(sql: Sql, agentIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ id: string }>(PAUSED, [[...agentIds]]);
  return new Set(rows.map(({ id }) => id));
}
