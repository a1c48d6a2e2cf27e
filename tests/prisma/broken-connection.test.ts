import { expect, it } from 'vitest';
import { openDatabase } from '../../prisma/client.ts';
import { connection, transaction, type Sql } from '../../prisma/sql.ts';
import { testDatabase } from '../support/database.ts';

const pidOf = async (sql: Sql): Promise<number> => ((await sql.execute('SELECT pg_backend_pid() AS pid')).rows[0] as { pid: number }).pid;

it('a connection that breaks while it is used fails its work and nothing else', async () => {
  await using place = await testDatabase();
  const database = await openDatabase(place.url, { poolSize: 2 });
  try {
    const work = transaction(database.pool, async (sql) => {
      await connection(database.pool, async (other) => other.execute('SELECT pg_terminate_backend($1)', [await pidOf(sql)]));
      // Sent together: both fail, and one of them is waited for.
      await Promise.all([sql.execute('SELECT 1'), sql.execute('SELECT 2')]);
    });
    await expect(work).rejects.toThrow();
    expect(await connection(database.pool, (sql) => sql.execute('SELECT 1 AS one'))).toMatchObject({ rows: [{ one: 1 }] });
  } finally {
    await database.close();
  }
});
