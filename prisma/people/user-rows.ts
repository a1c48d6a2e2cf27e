/** People of the dashboard. */
import type { Sql, Statement } from '../sql.ts';

export interface UserRow {
  readonly id: string;
  readonly login: string;
  readonly name: string | null;
  readonly role: string;
  readonly passwordHash: string | null;
  readonly disabledAt: Date | null;
}

const COLUMNS = `u.id, u.login, u.name, u.role, u.password_hash AS "passwordHash", u.disabled_at AS "disabledAt"`;

const BY_LOGIN: Statement = { name: 'user_by_login', text: `SELECT ${COLUMNS} FROM upkeep."user" u WHERE u.login = $1` };

export async function userByLogin(sql: Sql, login: string): Promise<UserRow | null> {
  return (await sql.rows<UserRow>(BY_LOGIN, [login]))[0] ?? null;
}

const BY_ID: Statement = { name: 'user_by_id', text: `SELECT ${COLUMNS} FROM upkeep."user" u WHERE u.id = $1 FOR NO KEY UPDATE` };

/** Locked until the transaction ends. */
export async function lockUser(sql: Sql, id: string): Promise<UserRow | null> {
  return (await sql.rows<UserRow>(BY_ID, [id]))[0] ?? null;
}

const ANY: Statement = { name: 'has_users', text: `SELECT 1 FROM upkeep."user" WHERE password_hash IS NOT NULL LIMIT 1` };

/** Whether anybody can sign in. */
export async function hasUsers(sql: Sql): Promise<boolean> {
  return (await sql.rows(ANY)).length > 0;
}

const MAKE: Statement = {
  name: 'make_user',
  text: `
    INSERT INTO upkeep."user" (id, login, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
    ON CONFLICT (login) DO NOTHING RETURNING id`,
};

/** Whether the login was free. */
export async function makeUser(sql: Sql, { id, login, name, role, passwordHash }: Omit<UserRow, 'disabledAt'>): Promise<boolean> {
  return (await sql.rows(MAKE, [id, login, name, role, passwordHash])).length > 0;
}

/** One of them at a time: two must not both take the last administrator away. */
const LOCK: Statement = { name: 'lock_users', text: `SELECT pg_advisory_xact_lock(hashtext('upkeep.user'))` };

/** Until the transaction ends nobody else changes who there is. */
export async function lockUsers(sql: Sql): Promise<void> {
  await sql.rows(LOCK);
}

const ADMINS: Statement = {
  name: 'other_admins',
  text: `
    SELECT 1 FROM upkeep."user" WHERE role = 'admin' AND disabled_at IS NULL AND password_hash IS NOT NULL AND id <> $1 LIMIT 1`,
};

/** Whether somebody else can administer. */
export async function hasOtherAdmin(sql: Sql, id: string): Promise<boolean> {
  return (await sql.rows(ADMINS, [id])).length > 0;
}

const PASSWORD: Statement = {
  name: 'set_password',
  text: `UPDATE upkeep."user" SET password_hash = $2, name = coalesce($3, name) WHERE id = $1`,
};

export async function setPassword(
  sql: Sql,
  id: string,
  set: { readonly passwordHash: string; readonly name: string | null },
): Promise<void> {
  await sql.rows(PASSWORD, [id, set.passwordHash, set.name]);
}

const ROLE: Statement = { name: 'set_role', text: `UPDATE upkeep."user" SET role = $2 WHERE id = $1` };

export async function setRole(sql: Sql, id: string, role: string): Promise<void> {
  await sql.rows(ROLE, [id, role]);
}

const DISABLE: Statement = {
  name: 'disable_user',
  text: `UPDATE upkeep."user" SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, clock_timestamp()) END WHERE id = $1`,
};

export async function setDisabled(sql: Sql, id: string, isDisabled: boolean): Promise<void> {
  await sql.rows(DISABLE, [id, isDisabled]);
}
