/** Tokens, by which programs ask in the name of people. */
import type { Sql, Statement } from '../sql.ts';
import type { KnownPerson } from './session-rows.ts';

export interface KnownToken extends KnownPerson {
  readonly tokenId: string;
  /** Of the token; what counts is the lesser one of both. */
  readonly tokenRole: string;
}

const FIND: Statement = {
  name: 'find_token',
  text: `
    WITH found AS (
      SELECT t.id, t.role AS token_role, t.last_used_at, u.id AS user_id, u.login, u.name, u.role
      FROM upkeep.token t JOIN upkeep."user" u ON u.id = t.user_id
      WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp()) AND u.disabled_at IS NULL
    ), used AS (
      UPDATE upkeep.token t SET last_used_at = clock_timestamp() FROM found f
      WHERE t.id = f.id AND (f.last_used_at IS NULL OR f.last_used_at < clock_timestamp() - interval '1 minute')
    )
    SELECT id AS "tokenId", token_role AS "tokenRole", user_id AS "userId", login, name, role FROM found`,
};

/** Whose it is; null: it is revoked, over, or never was. */
export async function findToken(sql: Sql, hash: string): Promise<KnownToken | null> {
  return (await sql.rows<KnownToken>(FIND, [hash]))[0] ?? null;
}

const ALIVE: Statement = {
  name: 'living_tokens',
  text: `
    SELECT t.id AS "tokenId", t.role AS "tokenRole", u.id AS "userId", u.login, u.name, u.role
    FROM upkeep.token t JOIN upkeep."user" u ON u.id = t.user_id
    WHERE t.id = ANY($1::uuid[]) AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
      AND u.disabled_at IS NULL`,
};

/** Those of the tokens that hold. */
export async function livingTokens(sql: Sql, ids: readonly string[]): Promise<KnownToken[]> {
  return ids.length === 0 ? [] : sql.rows<KnownToken>(ALIVE, [[...ids]]);
}

export interface NewToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly role: string;
  readonly hash: string;
  readonly expiresAt: Date | null;
}

const MAKE: Statement = {
  name: 'make_token',
  text: `
    INSERT INTO upkeep.token (id, user_id, name, role, hash, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
};

export async function makeToken(sql: Sql, { id, userId, name, role, hash, expiresAt }: NewToken): Promise<void> {
  await sql.rows(MAKE, [id, userId, name, role, hash, expiresAt]);
}

const REVOKE: Statement = {
  name: 'revoke_token',
  text: `
    UPDATE upkeep.token SET revoked_at = clock_timestamp() WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND revoked_at IS NULL
    RETURNING name`,
};

/** Its name; null: there is none such, or of somebody else than `userId`, or it is revoked already. */
export async function revokeToken(sql: Sql, id: string, userId: string | null): Promise<string | null> {
  return (await sql.rows<{ name: string }>(REVOKE, [id, userId]))[0]?.name ?? null;
}
