/** Signing in: with a password, or with a link that lets somebody choose one. */
import { randomUUID } from 'node:crypto';
import { writeAudit } from '../../../prisma/runs/audit-rows.ts';
import { findClaimLink, makeClaimLink, useClaimLink } from '../../../prisma/people/claim-links.ts';
import { beginSession, endSession, endSessions, type KnownPerson } from '../../../prisma/people/session-rows.ts';
import { countSignIn, forgetSignIn } from '../../../prisma/people/sign-in-limits.ts';
import { hasUsers, lockUser, lockUsers, makeUser, setPassword, userByLogin } from '../../../prisma/people/user-rows.ts';
import { connection, transaction, type ConnectionPool, type Sql } from '../../../prisma/sql.ts';
import { DashboardError } from '../errors.ts';
import { BusyHashing, hashPassword, isPassword } from './passwords.ts';
import { hashOf, newSecret } from './secrets.ts';
import { SESSION_DAYS } from './visitors.ts';

export interface SignedIn {
  readonly person: KnownPerson;
  /** For the cookie. */
  readonly secret: string;
}

/** How often somebody may be wrong within a quarter of an hour: from one place with one login, from one place, with one login from anywhere. */
const WINDOW_SECONDS = 900;
const MOST_OF_PAIR = 8;
const MOST_OF_ADDRESS = 60;
const MOST_OF_LOGIN = 200;

/** Throws DashboardError `AUTH-WRONG`, `LIMIT-ATTEMPTS`. */
export async function signIn(
  pool: ConnectionPool,
  ask: { readonly login: string; readonly password: string; readonly address: string; readonly sessionId: string | null },
): Promise<SignedIn> {
  const { address, password } = ask;
  const login = ask.login.trim().toLowerCase().slice(0, 64);
  const attempt = await countAttempt(pool, login, address);
  const user = await connection(pool, (sql) => userByLogin(sql, login));
  const isRight = await inTurn(() => isPassword(password, user?.disabledAt === null ? user.passwordHash : null));
  if (user === null || !isRight) {
    await noteFailure(pool, { action: 'sign-in', login, address });
    throw new DashboardError('AUTH-WRONG', 'login and password do not belong together');
  }
  return transaction(pool, async (sql) => {
    await forgetSignIn(sql, attempt.own, attempt.others);
    if (ask.sessionId !== null) await endSession(sql, ask.sessionId);
    const secret = await newSession(sql, user.id, address);
    await writeAudit(sql, { by: user.login, action: 'sign-in', subject: user.login, detail: { from: address } });
    return { person: { ...user, userId: user.id }, secret };
  });
}

/** For how long links hold, in hours. */
export const LINK_HOURS = 24;

/** A link for the first administrator, made anew; null: somebody has an account. */
export async function firstAdminSecret(pool: ConnectionPool): Promise<string | null> {
  return connection(pool, async (sql) => {
    if (await hasUsers(sql)) return null;
    const secret = newSecret();
    await makeClaimLink(sql, { hash: hashOf(secret), userId: null, hours: LINK_HOURS });
    return secret;
  });
}

/** Who a link is for: null as the login is the first administrator. Throws DashboardError `AUTH-LINK`, `LIMIT-ATTEMPTS`. */
export async function lookAtLink(
  pool: ConnectionPool,
  ask: { readonly secret: string; readonly address: string },
): Promise<{ readonly login: string | null }> {
  const attempt = await countAttempt(pool, '', ask.address);
  const link = await connection(pool, (sql) => findClaimLink(sql, hashOf(ask.secret)));
  const isOpen = link !== null && (link.userId !== null || !(await connection(pool, hasUsers)));
  if (!isOpen) throw badLink();
  await connection(pool, (sql) => forgetSignIn(sql, attempt.own, attempt.others));
  return { login: link.login };
}

export interface ClaimAsk {
  readonly secret: string;
  /** Of the first administrator; of anybody else it is known. */
  readonly login: string | undefined;
  readonly password: string;
  readonly name: string | undefined;
  readonly address: string;
}

/** Chooses a password by a link, and signs in. Throws DashboardError `AUTH-LINK`, `VAL-INPUT`, `CONFLICT-LOGIN`, `LIMIT-ATTEMPTS`. */
export async function claim(pool: ConnectionPool, ask: ClaimAsk): Promise<SignedIn> {
  const { address, password } = ask;
  await lookAtLink(pool, ask);
  const passwordHash = await inTurn(() => hashPassword(password));
  const hash = hashOf(ask.secret);
  return transaction(pool, async (sql) => {
    await lockUsers(sql);
    const link = await findClaimLink(sql, hash);
    if (link === null || (link.userId === null && (await hasUsers(sql)))) throw badLink();
    const person = link.userId === null ? await firstAdmin(sql, ask, passwordHash) : await invited(sql, link.userId, { passwordHash, ask });
    await useClaimLink(sql, hash, link.userId);
    await writeAudit(sql, {
      by: person.login,
      action: link.userId === null ? 'first-admin' : 'choose-password',
      subject: person.login,
      detail: { from: address },
    });
    return { person, secret: await newSession(sql, person.userId, address) };
  });
}

async function firstAdmin(
  sql: Sql,
  { login, name = null }: Omit<ClaimAsk, 'name'> & { readonly name?: string | null | undefined },
  passwordHash: string,
): Promise<KnownPerson> {
  if (login === undefined)
    throw new DashboardError('VAL-INPUT', 'login: the first administrator needs one', {
      fields: [{ field: 'login', message: 'is missing' }],
    });
  const user = { id: randomUUID(), login, name, role: 'admin', passwordHash };
  if (!(await makeUser(sql, user))) throw new DashboardError('CONFLICT-LOGIN', `somebody has the login ${login} already`);
  return { ...user, userId: user.id };
}

async function invited(
  sql: Sql,
  userId: string,
  { passwordHash, ask }: { readonly passwordHash: string; readonly ask: ClaimAsk },
): Promise<KnownPerson> {
  const user = await lockUser(sql, userId);
  if (user === null || user.disabledAt !== null) throw badLink();
  await setPassword(sql, userId, { passwordHash, name: ask.name ?? null });
  await endSessions(sql, userId, null);
  return { ...user, name: ask.name ?? user.name, userId };
}

export interface ChangeAsk {
  readonly userId: string;
  readonly login: string;
  readonly sessionId: string;
  readonly current: string;
  readonly password: string;
  readonly address: string;
}

/** Sets another password; every other session of the person ends. Throws DashboardError `AUTH-WRONG`, `LIMIT-ATTEMPTS`. */
export async function changePassword(pool: ConnectionPool, ask: ChangeAsk): Promise<void> {
  const { userId, login, sessionId, current, address } = ask;
  const attempt = await countAttempt(pool, login, address);
  const user = await connection(pool, (sql) => userByLogin(sql, login));
  if (!(await inTurn(() => isPassword(current, user?.passwordHash ?? null)))) {
    await noteFailure(pool, { action: 'change-password', login, address });
    throw new DashboardError('AUTH-WRONG', 'that is not the password until now');
  }
  const passwordHash = await inTurn(() => hashPassword(ask.password));
  await transaction(pool, async (sql) => {
    await lockUser(sql, userId);
    await forgetSignIn(sql, attempt.own, attempt.others);
    await setPassword(sql, userId, { passwordHash, name: null });
    await endSessions(sql, userId, sessionId);
    await writeAudit(sql, { by: login, action: 'change-password', subject: login, detail: { from: address } });
  });
}

async function newSession(sql: Sql, userId: string, address: string): Promise<string> {
  const secret = newSecret();
  await beginSession(sql, { id: randomUUID(), userId, hash: hashOf(secret), address, days: SESSION_DAYS });
  return secret;
}

/** Throws DashboardError `LIMIT-ATTEMPTS`. */
async function countAttempt(
  pool: ConnectionPool,
  login: string,
  address: string,
): Promise<{ readonly own: string; readonly others: readonly string[] }> {
  const [own, ofAddress, ofLogin] = [`both:${login} ${address}`, `address:${address}`, `login:${login}`];
  const keys = [
    { key: own, most: MOST_OF_PAIR },
    { key: ofAddress, most: MOST_OF_ADDRESS },
    { key: ofLogin, most: MOST_OF_LOGIN },
  ];
  const wait = await transaction(pool, (sql) => countSignIn(sql, keys, WINDOW_SECONDS));
  if (wait > 0) throw tooOften(wait);
  return { own, others: [ofAddress, ofLogin] };
}

function tooOften(wait: number): DashboardError {
  const minutes = Math.ceil(wait / 60);
  return new DashboardError('LIMIT-ATTEMPTS', `too many attempts: try again in ${minutes} min`, { retryAfterSeconds: wait });
}

/** Throws DashboardError `LIMIT-ATTEMPTS` where too many wait. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BusyHashing ? tooOften(10) : error;
  }
}

/** Nobody has proved to be the person of the login. */
async function noteFailure(
  pool: ConnectionPool,
  { action, login, address }: { readonly action: string; readonly login: string; readonly address: string },
): Promise<void> {
  const detail = { from: address, result: 'AUTH-WRONG', login };
  await connection(pool, (sql) => writeAudit(sql, { by: 'nobody', action, subject: 'refused', detail }));
}

function badLink(): DashboardError {
  return new DashboardError(
    'AUTH-LINK',
    'the link is used or too old: the service prints another one at its start, or an administrator makes one',
  );
}
