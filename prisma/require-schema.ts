/** Whether a database has our tables in the shape that this program knows: for those who use them and must not change their shape. */
import type { Pool } from 'pg';
import { asDatabaseError, describeTarget } from './connection-error.ts';
import { DatabaseError } from './database-error.ts';
import { schemaVersion } from './migrate.ts';
import { readMigrations } from './migration-files.ts';

/** False: there are none. Throws DatabaseError `newer-schema` or `older-version` when another version of this program made them. */
export async function requireSchema(pool: Pool, url: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    const found = await schemaVersion(client);
    if (found === null) return false;
    const known = readMigrations().at(-1)?.name ?? '';
    if (found === known) return true;
    const isNewer = found > known;
    const advice = isNewer ? 'update upkeep on this machine' : 'start `agent serve` again, of the version that is here';
    throw new DatabaseError(
      isNewer ? 'newer-schema' : 'older-version',
      `The database at ${describeTarget(url)} is at ${found}, and this upkeep works with ${known || 'none'}: ${advice}. Nothing was changed.`,
    );
  } catch (error) {
    throw asDatabaseError(error, url);
  } finally {
    client.release();
  }
}
