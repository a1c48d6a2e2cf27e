/** Who is signed in with a browser, and who brings a token. */
import type { Sql, Statement } from '../sql.ts';

/** A person, as a session or token tells. */
export interface KnownPerson {
  readonly userId: string;
  readonly login: string;
  readonly name: string | null;
  readonly role: string;
}

export interface KnownSession extends KnownPerson {
  readonly sessionId: string;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly hash: string;
  readonly address: string;
  readonly days: number;
}

const BEGIN: Statement = {
  name: 'begin_session',
  text: `
    INSERT INTO upkeep.session (id, user_id, hash, address, created_at, seen_at, expires_at)
    VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp(), clock_timestamp() + $5 * interval '1 day')`,
};

const TIDY: Statement = { name: 'tidy_sessions', text: 'DELETE FROM upkeep.session WHERE user_id = $1 AND expires_at < clock_timestamp()' };

export async function beginSession(sql: Sql, { id, userId, hash, address, days }: NewSession): Promise<void> {
  await sql.rows(TIDY, [userId]);
  await sql.rows(BEGIN, [id, userId, hash, address, days]);
}

/** Not longer than `idleDays` ago, which is noted no more than once a minute. */
const FIND: Statement = {
  name: 'find_session',
  text: `
    WITH found AS (
      SELECT s.id, s.seen_at, u.id AS user_id, u.login, u.name, u.role FROM upkeep.session s JOIN upkeep."user" u ON u.id = s.user_id
      WHERE s.hash = $1 AND s.expires_at > clock_timestamp() AND s.seen_at > clock_timestamp() - $2 * interval '1 day'
        AND u.disabled_at IS NULL
    ), seen AS (
      UPDATE upkeep.session s SET seen_at = clock_timestamp() FROM found f
      WHERE s.id = f.id AND f.seen_at < clock_timestamp() - interval '1 minute'
    )
    SELECT id AS "sessionId", user_id AS "userId", login, name, role FROM found`,
};

/** Whose it is; null: it has ended, or never was. */
export async function findSession(sql: Sql, hash: string, idleDays: number): Promise<KnownSession | null> {
  return (await sql.rows<KnownSession>(FIND, [hash, idleDays]))[0] ?? null;
}

const END: Statement = { name: 'end_session', text: 'DELETE FROM upkeep.session WHERE id = $1' };

export async function endSession(sql: Sql, id: string): Promise<void> {
  await sql.rows(END, [id]);
}

const END_ALL: Statement = {
  name: 'end_sessions',
  text: 'DELETE FROM upkeep.session WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid',
};

/** All sessions of a person but one. */
export async function endSessions(sql: Sql, userId: string, but: string | null): Promise<void> {
  await sql.rows(END_ALL, [userId, but]);
}

const ALIVE: Statement = {
  name: 'living_sessions',
  text: `
    SELECT s.id AS "sessionId", u.id AS "userId", u.login, u.name, u.role FROM upkeep.session s JOIN upkeep."user" u ON u.id = s.user_id
    WHERE s.id = ANY($1::uuid[]) AND s.expires_at > clock_timestamp() AND u.disabled_at IS NULL`,
};

/** Those of the sessions that have not ended. */
export async function livingSessions(sql: Sql, ids: readonly string[]): Promise<KnownSession[]> {
  return ids.length === 0 ? [] : sql.rows<KnownSession>(ALIVE, [[...ids]]);
}
