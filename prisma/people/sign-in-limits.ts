/** Attempts to sign in that failed lately; in the database, since several services may be asked in turn. */
import type { Sql, Statement } from '../sql.ts';

/** How often under a key within the window. */
export interface LimitedKey {
  readonly key: string;
  readonly most: number;
}

const COUNT: Statement = {
  name: 'count_sign_in',
  text: `
    INSERT INTO upkeep.sign_in_limit AS l (key, failures, since)
    SELECT key, 1, clock_timestamp() FROM unnest($1::text[]) AS k (key) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN l.since < clock_timestamp() - $2 * interval '1 second' THEN 1 ELSE least(l.failures + 1, 1000000) END,
      since = CASE WHEN l.since < clock_timestamp() - $2 * interval '1 second' THEN clock_timestamp() ELSE l.since END
    RETURNING key, failures, ceil($2 - extract(epoch FROM clock_timestamp() - since))::int AS wait`,
};

const TIDY: Statement = {
  name: 'tidy_sign_in_limits',
  text: `DELETE FROM upkeep.sign_in_limit WHERE since < clock_timestamp() - $1 * interval '1 second'`,
};

/**
 * Counts an attempt under each key, before its password is looked at, so that many at once are counted as well.
 * Returns the seconds until the next one is allowed; 0: this one is.
 */
export async function countSignIn(sql: Sql, keys: readonly LimitedKey[], windowSeconds: number): Promise<number> {
  await sql.rows(TIDY, [2 * windowSeconds]);
  const rows = await sql.rows<{ key: string; failures: number; wait: number }>(COUNT, [keys.map(({ key }) => key), windowSeconds]);
  const over = rows.filter(({ key, failures }) => failures > (keys.find((one) => one.key === key)?.most ?? 0));
  return Math.max(0, ...over.map(({ wait }) => Math.max(1, wait)));
}

const FORGET: Statement = { name: 'forget_sign_in', text: 'DELETE FROM upkeep.sign_in_limit WHERE key = $1' };
const RETURN: Statement = {
  name: 'return_sign_in',
  text: 'UPDATE upkeep.sign_in_limit SET failures = failures - 1 WHERE key = ANY($1::text[]) AND failures > 0',
};

/** It was no failure: `own`, the key of this person at this place, begins anew; the others count one less. */
export async function forgetSignIn(sql: Sql, own: string, others: readonly string[]): Promise<void> {
  await sql.rows(FORGET, [own]);
  await sql.rows(RETURN, [[...others]]);
}
