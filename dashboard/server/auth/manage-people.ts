/** Who there is and what each may do: one transaction an order, with its entry in the audit. */
import { randomUUID } from 'node:crypto';
import { makeClaimLink } from '../../../prisma/people/claim-links.ts';
import { endSessions } from '../../../prisma/people/session-rows.ts';
import { makeToken, revokeToken } from '../../../prisma/people/token-rows.ts';
import { hasOtherAdmin, lockUser, lockUsers, makeUser, setDisabled, setRole, type UserRow } from '../../../prisma/people/user-rows.ts';
import { writeAudit } from '../../../prisma/runs/audit-rows.ts';
import { transaction, type ConnectionPool, type Sql } from '../../../prisma/sql.ts';
import type { Role } from '../../wire/vocabulary-schema.ts';
import { DashboardError } from '../errors.ts';
import { hashOf, newSecret, TOKEN_PREFIX } from './secrets.ts';
import { LINK_HOURS } from './sign-in.ts';

/** Who orders it, and from where. */
export interface Manager {
  readonly login: string;
  readonly address: string;
}

/** Path of the link by which the person chooses a password. Throws DashboardError `CONFLICT-LOGIN`. */
export async function invite(
  pool: ConnectionPool,
  ask: { readonly login: string; readonly name: string | null; readonly role: Role; readonly by: Manager },
): Promise<{ readonly userId: string; readonly link: string }> {
  const { login, name, role, by } = ask;
  return transaction(pool, async (sql) => {
    const userId = randomUUID();
    if (!(await makeUser(sql, { id: userId, login, name, role, passwordHash: null })))
      throw new DashboardError('CONFLICT-LOGIN', `somebody has the login ${login} already`);
    await note(sql, by, { action: 'invite', subject: login, detail: { role } });
    return { userId, link: await linkFor(sql, userId) };
  });
}

/** The same for somebody who is there, such as one who forgot the password, which holds until the link is used. Throws DashboardError `NOT-FOUND-USER`. */
export async function newLink(
  pool: ConnectionPool,
  { userId, by }: { readonly userId: string; readonly by: Manager },
): Promise<{ readonly userId: string; readonly link: string }> {
  return transaction(pool, async (sql) => {
    const { login } = await requireUser(sql, userId);
    await note(sql, by, { action: 'password-link', subject: login, detail: {} });
    return { userId, link: await linkFor(sql, userId) };
  });
}

/** Throws DashboardError `NOT-FOUND-USER`, `CONFLICT-LAST-ADMIN`. */
export async function changeRole(
  pool: ConnectionPool,
  { userId, role, by }: { readonly userId: string; readonly role: Role; readonly by: Manager },
): Promise<void> {
  await transaction(pool, async (sql) => {
    await lockUsers(sql);
    const user = await requireUser(sql, userId);
    if (role !== 'admin') await requireOtherAdmin(sql, user);
    await setRole(sql, userId, role);
    await note(sql, by, { action: 'role', subject: user.login, detail: { before: user.role, role } });
  });
}

/** Ends the sessions of somebody who is disabled; tokens of theirs hold no more. Throws DashboardError `NOT-FOUND-USER`, `CONFLICT-LAST-ADMIN`. */
export async function disable(
  pool: ConnectionPool,
  { userId, isDisabled, by }: { readonly userId: string; readonly isDisabled: boolean; readonly by: Manager },
): Promise<void> {
  await transaction(pool, async (sql) => {
    await lockUsers(sql);
    const user = await requireUser(sql, userId);
    if (isDisabled) await requireOtherAdmin(sql, user);
    await setDisabled(sql, userId, isDisabled);
    if (isDisabled) await endSessions(sql, userId, null);
    await note(sql, by, { action: isDisabled ? 'disable' : 'enable', subject: user.login, detail: {} });
  });
}

/** The token itself, told once. */
export async function issueToken(
  pool: ConnectionPool,
  ask: { readonly userId: string; readonly name: string; readonly role: Role; readonly expiresAt: Date | null; readonly by: Manager },
): Promise<{ readonly id: string; readonly token: string }> {
  const { userId, name, role, expiresAt, by } = ask;
  const [id, token] = [randomUUID(), `${TOKEN_PREFIX}${newSecret()}`];
  await transaction(pool, async (sql) => {
    await makeToken(sql, { id, userId, name, role, hash: hashOf(token), expiresAt });
    await note(sql, by, { action: 'token', subject: name, detail: { id, role, until: expiresAt?.toISOString() ?? null } });
  });
  return { id, token };
}

/** `userId`: whose it must be; null: anybody's. Throws DashboardError `NOT-FOUND-TOKEN`. */
export async function takeToken(
  pool: ConnectionPool,
  { id, userId, by }: { readonly id: string; readonly userId: string | null; readonly by: Manager },
): Promise<void> {
  await transaction(pool, async (sql) => {
    const name = await revokeToken(sql, id, userId);
    if (name === null) throw new DashboardError('NOT-FOUND-TOKEN', 'there is no such token, or it is revoked already');
    await note(sql, by, { action: 'revoke-token', subject: name, detail: { id } });
  });
}

async function linkFor(sql: Sql, userId: string): Promise<string> {
  const secret = newSecret();
  await makeClaimLink(sql, { hash: hashOf(secret), userId, hours: LINK_HOURS });
  return `/claim#${secret}`;
}

async function requireUser(sql: Sql, userId: string): Promise<UserRow> {
  const user = await lockUser(sql, userId);
  if (user === null) throw new DashboardError('NOT-FOUND-USER', 'there is no such person');
  return user;
}

async function requireOtherAdmin(sql: Sql, user: UserRow): Promise<void> {
  if (user.role !== 'admin' || user.disabledAt !== null || (await hasOtherAdmin(sql, user.id))) return;
  throw new DashboardError('CONFLICT-LAST-ADMIN', `${user.login} is the last administrator: make another one first`);
}

async function note(
  sql: Sql,
  by: Manager,
  about: { readonly action: string; readonly subject: string; readonly detail: Readonly<Record<string, unknown>> },
): Promise<void> {
  await writeAudit(sql, { by: by.login, action: about.action, subject: about.subject, detail: { ...about.detail, from: by.address } });
}
