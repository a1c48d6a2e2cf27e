import { expect, it } from 'vitest';
import { askBehindCommits } from '../../prisma/behind-commit.ts';
import { openDatabase } from '../../prisma/client.ts';
import { migrate } from '../../prisma/migrate.ts';
import { transaction, type Statement } from '../../prisma/sql.ts';
import { testDatabase } from '../support/database.ts';

const INSERT: Statement = { name: 'note_one', text: 'INSERT INTO noted (word) VALUES ($1)' };
const OTHER: Statement = { name: 'other', text: 'SELECT 1' };
const READ: Statement = { name: 'read_notes', text: 'SELECT word FROM noted ORDER BY word' };

it('reads behind each commit that sent the statement, and sees what it wrote; without it, taken back or ended it asks nothing', async () => {
  await using place = await testDatabase();
  await migrate(place.url);
  await using database = await openDatabase(place.url).then((open) => ({ pool: open.pool, [Symbol.asyncDispose]: () => open.close() }));
  const { pool } = database;
  await pool.query('CREATE TABLE noted (word text)');
  const told: string[][] = [];
  const problems: unknown[] = [];
  let answered = Promise.withResolvers<null>();
  const next = async (): Promise<void> => {
    await answered.promise;
    answered = Promise.withResolvers();
  };
  const end = askBehindCommits(pool, {
    after: INSERT.name,
    ask: () => ({ statement: READ, values: [] }),
    tell: (rows) => {
      told.push(rows.map((row) => (row as { readonly word: string }).word));
      answered.resolve(null);
    },
    onProblem: (error) => problems.push(error),
  });
  await transaction(pool, async (sql) => sql.post(INSERT, ['a']));
  await next();
  await transaction(pool, async (sql) => sql.rows(OTHER));
  await expect(
    transaction(pool, async (sql) => {
      sql.post(INSERT, ['never']);
      await sql.rows(OTHER);
      throw new Error('taken back');
    }),
  ).rejects.toThrow('taken back');
  await Promise.all(['b', 'c'].map((word) => transaction(pool, async (sql) => sql.post(INSERT, [word]))));
  while (told.length < 3) await next();
  end();
  await transaction(pool, async (sql) => sql.post(INSERT, ['d']));
  expect(told[0]).toEqual(['a']);
  expect(told.at(-1)).toContain('c');
  expect(told).toHaveLength(3);
  expect(problems).toEqual([]);
});

it('tells of a question that fails, and fails nothing that was committed', async () => {
  await using place = await testDatabase();
  await migrate(place.url);
  await using database = await openDatabase(place.url).then((open) => ({ pool: open.pool, [Symbol.asyncDispose]: () => open.close() }));
  const { pool } = database;
  await pool.query('CREATE TABLE noted (word text)');
  const { promise, resolve } = Promise.withResolvers<unknown>();
  askBehindCommits(pool, {
    after: INSERT.name,
    ask: () => ({ statement: { name: 'wrong', text: 'SELECT word FROM nowhere' }, values: [] }),
    tell: () => resolve('told'),
    onProblem: resolve,
  });
  await transaction(pool, async (sql) => sql.post(INSERT, ['a']));
  expect(await promise).toMatchObject({ code: '42P01' });
  expect((await pool.query('SELECT word FROM noted')).rows).toEqual([{ word: 'a' }]);
});
