/** Links that let somebody choose a password, once; and the secret that all services of the database sign with. */
import type { Sql, Statement } from '../sql.ts';

/** What a link is for. */
export interface KnownLink {
  /** Null: its holder becomes the first administrator. */
  readonly userId: string | null;
  readonly login: string | null;
}

const MAKE: Statement = {
  name: 'make_claim_link',
  text: `INSERT INTO upkeep.claim_link (hash, user_id, expires_at) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 hour')`,
};

const TIDY: Statement = {
  name: 'tidy_claim_links',
  text: 'DELETE FROM upkeep.claim_link WHERE expires_at < clock_timestamp() OR ($1::uuid IS NOT NULL AND user_id = $1)',
};

/** Of a person there is one at a time. */
export async function makeClaimLink(
  sql: Sql,
  link: { readonly hash: string; readonly userId: string | null; readonly hours: number },
): Promise<void> {
  await sql.rows(TIDY, [link.userId]);
  await sql.rows(MAKE, [link.hash, link.userId, link.hours]);
}

const FIND: Statement = {
  name: 'find_claim_link',
  text: `
    SELECT l.user_id AS "userId", u.login FROM upkeep.claim_link l LEFT JOIN upkeep."user" u ON u.id = l.user_id
    WHERE l.hash = $1 AND l.expires_at > clock_timestamp() AND u.disabled_at IS NULL`,
};

/** Null: it is used, too old, or never was. */
export async function findClaimLink(sql: Sql, hash: string): Promise<KnownLink | null> {
  return (await sql.rows<KnownLink>(FIND, [hash]))[0] ?? null;
}

const USE: Statement = {
  name: 'use_claim_link',
  text: 'DELETE FROM upkeep.claim_link WHERE hash = $1 OR ($2::uuid IS NULL AND user_id IS NULL) OR user_id = $2',
};

/** It is no more, nor is any other for the same. */
export async function useClaimLink(sql: Sql, hash: string, userId: string | null): Promise<void> {
  await sql.rows(USE, [hash, userId]);
}

const OFFER: Statement = {
  name: 'offer_secret',
  text: 'INSERT INTO upkeep.secret (name, value, created_at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT DO NOTHING',
};
const SECRET: Statement = { name: 'read_secret', text: 'SELECT value FROM upkeep.secret WHERE name = $1' };

/** The secret of a name: `offered`, unless there is one. */
export async function sharedSecret(sql: Sql, name: string, offered: string): Promise<string> {
  await sql.rows(OFFER, [name, offered]);
  return (await sql.rows<{ value: string }>(SECRET, [name]))[0]?.value ?? offered;
}
