/** What one of several processes does at a time: the others leave it to that one. */
import { connect } from './connect.ts';

/** Works under a name that no other process works under now; null when one does. The lock goes with its connection, however we end. */
export async function asTheOnlyOne<Result>(url: string, name: string, work: () => Promise<Result>): Promise<Result | null> {
  const client = await connect(url, `upkeep ${name}`);
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as held', [
      `upkeep:${name}`,
    ]);
    return rows[0]?.held === true ? await work() : null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
