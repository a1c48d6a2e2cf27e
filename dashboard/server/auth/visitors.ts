/** Who asks: by the cookie of a session, or by a token. */
import { findSession, type KnownPerson } from '../../../prisma/people/session-rows.ts';
import { findToken, type KnownToken } from '../../../prisma/people/token-rows.ts';
import { connection, type ConnectionPool } from '../../../prisma/sql.ts';
import { ROLES, type Role } from '../../wire/vocabulary-schema.ts';
import type { Visitor } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import { hashOf, TOKEN_PREFIX } from './secrets.ts';
import type { SessionCookie } from './session-cookie.ts';

/** A session that nobody used for so long is over. */
export const IDLE_DAYS = 7;
/** And so is every one after so long. */
export const SESSION_DAYS = 30;

/** What a request brought. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

/** Null: nobody, or a session that is over. Throws DashboardError `AUTH-TOKEN` for a token that does not hold. */
export async function visitorOf(credentials: Credentials, pool: ConnectionPool, cookie: SessionCookie): Promise<Visitor | null> {
  const { authorization, cookies } = credentials;
  if (authorization !== undefined) return byToken(authorization, pool);
  const value = cookies[cookie.name];
  const secret = value === undefined ? null : cookie.open(value);
  if (secret === null) return null;
  const found = await connection(pool, (sql) => findSession(sql, hashOf(secret), IDLE_DAYS));
  return found === null ? null : { ...personOf(found), sessionId: found.sessionId, tokenId: null };
}

async function byToken(authorization: string, pool: ConnectionPool): Promise<Visitor> {
  const [, token = ''] = /^Bearer ([\w-]{1,200})$/i.exec(authorization) ?? [];
  const found = token.startsWith(TOKEN_PREFIX) ? await connection(pool, (sql) => findToken(sql, hashOf(token))) : null;
  if (found === null) throw new DashboardError('AUTH-TOKEN', 'the token is unknown, revoked or over: make another one under Settings');
  return visitorOfToken(found);
}

/** Its role is at most that of its person. */
export function visitorOfToken(token: KnownToken): Visitor {
  return { ...personOf(token), role: lesser(roleOf(token.role), roleOf(token.tokenRole)), sessionId: null, tokenId: token.tokenId };
}

export function personOf({ userId, login, name, role }: KnownPerson): Pick<Visitor, 'userId' | 'login' | 'name' | 'role'> {
  return { userId, login, name, role: roleOf(role) };
}

/** A role that this version does not know may do no more than read. */
export function roleOf(role: string): Role {
  return ROLES.find((one) => one === role) ?? 'viewer';
}

function lesser(one: Role, other: Role): Role {
  return ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;
}
