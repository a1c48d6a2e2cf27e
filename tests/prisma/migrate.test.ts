import { createHash } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../prisma/client.ts';
import { connect } from '../../prisma/connect.ts';
import { migrate, schemaVersion } from '../../prisma/migrate.ts';
import { readMigrations, type Migration } from '../../prisma/migration-files.ts';
import { missingSql } from '../../scripts/schema-engine.ts';
import { testDatabase } from '../support/database.ts';
import { rowsOf } from '../support/rows-of.ts';

const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
const one = migration('20260101000000_one', 'create table thing (id int primary key);');
const two = migration('20260102000000_two', 'alter table thing add column name text; insert into thing values (1, $$ü$$);');

describe('the migrations', () => {
  it('bring an empty database to what schema.prisma says', async () => {
    await using database = await testDatabase();
    const { applied, version } = await migrate(database.url);
    expect(applied).toEqual(readMigrations().map(({ name }) => name));
    expect(version).toBe(applied.at(-1));
    expect(await missingSql(database.url)).toBe('');
  });

  it('keep the books as Prisma does', async () => {
    await using database = await testDatabase();
    await migrate(database.url, { migrations: [one] });
    const [row] = await rowsOf(database.url, 'select *, finished_at >= started_at as ended from upkeep._prisma_migrations');
    expect(row).toMatchObject({
      migration_name: one.name,
      checksum: one.checksum,
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
      ended: true,
    });
    const columns = await rowsOf(
      database.url,
      `select column_name, data_type, character_maximum_length as size, is_nullable from information_schema.columns where table_name = '_prisma_migrations' order by ordinal_position`,
    );
    // As in prisma-engines, sql-schema-connector, create_migrations_table.
    expect(columns.map((column) => Object.values(column).join(' '))).toEqual([
      'id character varying 36 NO',
      'checksum character varying 64 NO',
      'finished_at timestamp with time zone  YES',
      'migration_name character varying 255 NO',
      'logs text  YES',
      'rolled_back_at timestamp with time zone  YES',
      'started_at timestamp with time zone  NO',
      'applied_steps_count integer  NO',
    ]);
  });

  it('are applied once each, in the order of their names, with the data that is there', async () => {
    await using database = await testDatabase();
    expect((await migrate(database.url, { migrations: [one] })).applied).toEqual([one.name]);
    expect((await migrate(database.url, { migrations: [one, two] })).applied).toEqual([two.name]);
    expect(await migrate(database.url, { migrations: [one, two] })).toEqual({ applied: [], version: two.name });
    expect(await rowsOf(database.url, 'select * from upkeep.thing')).toEqual([{ id: 1, name: 'ü' }]);
  });

  it('stop at the version that is asked for', async () => {
    await using database = await testDatabase();
    expect(await migrate(database.url, { migrations: [one, two], upTo: one.name })).toEqual({ applied: [one.name], version: one.name });
    const client = await connect(database.url, 'test');
    expect(await schemaVersion(client)).toBe(one.name);
    await client.end();
  });

  it('are applied by one of several processes that start at once', async () => {
    await using database = await testDatabase();
    const answers = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, { migrations: [one, two] })));
    expect(answers.flatMap(({ applied }) => applied).sort()).toEqual([one.name, two.name]);
  });

  it('leave nothing of one that fails', async () => {
    await using database = await testDatabase();
    const broken = migration('20260103000000_broken', 'create table half (id int); select no_such_function();');
    await expect(migrate(database.url, { migrations: [one, broken] })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringMatching(/20260103000000_broken could not be applied.*no_such_function.*as it was before it/s),
    });
    expect(
      await rowsOf(database.url, `select to_regclass('upkeep.half') as half, to_regclass('upkeep.thing') is not null as thing`),
    ).toEqual([{ half: null, thing: true }]);
    expect((await migrate(database.url, { migrations: [one, two] })).applied).toEqual([two.name]);
  });

  it('refuse a database of a later version, one of another build, and one that another tool left half done', async () => {
    await using database = await testDatabase();
    await migrate(database.url, { migrations: [one, two] });
    await expect(migrate(database.url, { migrations: [one] })).rejects.toMatchObject({
      code: 'newer-schema',
      message: expect.stringContaining(two.name),
    });
    const other = migration(two.name, `${two.sql} -- changed`);
    await expect(migrate(database.url, { migrations: [one, other] })).rejects.toMatchObject({ code: 'changed-migration' });
    await rowsOf(database.url, 'update upkeep._prisma_migrations set finished_at = null where migration_name = $1', [two.name]);
    await expect(migrate(database.url, { migrations: [one, two] })).rejects.toMatchObject({ code: 'migration-failed' });
    await rowsOf(database.url, 'update upkeep._prisma_migrations set rolled_back_at = now() where migration_name = $1', [two.name]);
    await expect(migrate(database.url, { migrations: [one] })).resolves.toEqual({ applied: [], version: one.name });
  });
});

describe('a database that is open', () => {
  it("answers Prisma's client and plain statements from the schema that is ours", async () => {
    await using database = await testDatabase();
    await migrate(database.url);
    const open = await openDatabase(database.url);
    try {
      await open.prisma.user.create({ data: { id: '00000000-0000-0000-0000-000000000001', login: 'ünï', role: 'admin' } });
      expect((await open.pool.query('select login from "user"')).rows).toEqual([{ login: 'ünï' }]);
    } finally {
      await open.close();
    }
  });

  it('tells what keeps it from opening', async () => {
    await using database = await testDatabase();
    try {
      const at = new URL(database.url.replace('@/', '@localhost/'));
      const from = (url: string): Promise<unknown> => migrate(url).catch((error: unknown) => error);
      await expect(from('http://example.test')).resolves.toMatchObject({ code: 'unreachable' });
      await expect(from('postgresql://u:secret@127.0.0.1:1/db')).resolves.toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/^No PostgreSQL answers at 127\.0\.0\.1:1, database db:(?!.*secret)/),
      });
      await expect(from(database.url.replace(/\/test_\w+/, '/no_such'))).resolves.toMatchObject({ code: 'no-such-database' });
      await expect(from(database.url.replace(/\/\/[^@]+@/, `//nobody_${process.pid}:wrong@`))).resolves.toMatchObject({
        code: 'access-denied',
      });
      await rowsOf(database.url, `alter database ${at.pathname.slice(1)} set default_transaction_read_only = on`);
      await expect(from(database.url)).resolves.toMatchObject({ code: 'read-only' });
    } finally {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query('set default_transaction_read_only = off');
      await client.end();
    }
  });

  it('tells of rights that are missing', async () => {
    await using database = await testDatabase();
    const client = await connect(database.url, 'test');
    const role = `limited_${process.pid}`;
    const name = new URL(database.url.replace('@/', '@localhost/')).pathname.slice(1);
    await client.query(`create role ${role}; alter role current_user in database ${name} set role = '${role}'`);
    try {
      await expect(migrate(database.url)).rejects.toMatchObject({ code: 'no-rights', message: expect.stringContaining('give it CREATE') });
    } finally {
      await client.query(`alter role current_user in database ${name} reset role; drop role ${role}`);
      await client.end();
    }
  });
});
