import { describe, expect, it } from 'vitest';
import { connection, transaction, type Statement } from '../../prisma/sql.ts';
import { queueScene } from '../support/queue-scene.ts';

const KEEP: Statement = {
  name: 'keep',
  text: `INSERT INTO upkeep.repository (id, identity, name, branch) VALUES (gen_random_uuid(), 'a/b', 'a/b', 'main')`,
};
const FAIL: Statement = { name: 'fail', text: 'SELECT 1 / $1::int' };
const COUNT = 'SELECT count(*)::int AS count FROM upkeep.repository';

describe('a statement that nobody waits for', () => {
  it('takes the whole transaction back when it fails, and leaves the connection as good as before', async () => {
    await using scene = await queueScene();
    const { pool } = scene.context;
    const failing = transaction(pool, async (sql) => {
      await sql.rows(KEEP);
      sql.post(FAIL, [0]);
      return 'done';
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await scene.query(COUNT)).toEqual([{ count: 0 }]);
    await transaction(pool, (sql) => Promise.resolve(sql.post(KEEP)));
    expect(await scene.query(COUNT)).toEqual([{ count: 1 }]);
  });

  it('fails the work on a connection as well', async () => {
    await using scene = await queueScene();
    const failing = connection(scene.context.pool, (sql) => Promise.resolve(sql.post(FAIL, [0])));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
  });
});
