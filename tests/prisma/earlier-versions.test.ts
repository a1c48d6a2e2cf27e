/** Databases of earlier versions, with what was in them, come up to date. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../../prisma/backup/make-backup.ts';
import { restoreBackup } from '../../prisma/backup/restore-backup.ts';
import { tablesOf } from '../../prisma/backup/tables.ts';
import { openDatabase } from '../../prisma/client.ts';
import { connect } from '../../prisma/connect.ts';
import { migrate } from '../../prisma/migrate.ts';
import { readMigrations } from '../../prisma/migration-files.ts';
import { missingSql } from '../../scripts/schema-engine.ts';
import { testDatabase } from '../support/database.ts';
import { rowsOf } from '../support/rows-of.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'database');
const FIXTURE = readFileSync(join(FIXTURES, 'first.sql'), 'utf8');
const names = readMigrations().map(({ name }) => name);
const latest = names.at(-1) ?? '';

type Content = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Rows of the tables that came with a migration, for each one up to a version. */
function laterRows(version: string): string[] {
  const paths = names.filter((name) => name <= version).map((name) => join(FIXTURES, `${name}.sql`));
  return paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'));
}

/** All rows of all tables, each value as text, in the order of their primary keys. */
async function contentOf(url: string): Promise<Content> {
  const client = await connect(url, 'test');
  try {
    const content: Record<string, Record<string, unknown>[]> = {};
    for (const { name, columns } of await tablesOf(client, 'upkeep')) {
      const list = columns.map((column) => `${pg.escapeIdentifier(column)}::text`).join(', ');
      const { rows } = await client.query<Record<string, unknown>>(`select ${list} from upkeep.${pg.escapeIdentifier(name)} order by 1, 2`);
      content[name] = rows;
    }
    return content;
  } finally {
    await client.end();
  }
}

/** Of each table the rows and columns that were there before. */
function expectKept(after: Content, before: Content): void {
  for (const [table, rows] of Object.entries(before)) {
    expect(rows.length, table).toBeGreaterThan(0);
    expect(
      after[table]?.map((row, at) => pick(row, Object.keys(rows[at] ?? {}))),
      table,
    ).toEqual(rows);
  }
}

function pick(row: Readonly<Record<string, unknown>>, columns: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

/** What schema.prisma does not tell: partial indexes, checks, options of tables. */
async function shapeOf(url: string): Promise<unknown> {
  return [
    await rowsOf(url, `select indexdef from pg_indexes where schemaname = 'upkeep' order by 1`),
    await rowsOf(
      url,
      `select conrelid::regclass::text as on, conname, pg_get_constraintdef(oid) as text from pg_constraint where connamespace = 'upkeep'::regnamespace order by 1, 2`,
    ),
    await rowsOf(
      url,
      `select relname, reloptions from pg_class where relnamespace = 'upkeep'::regnamespace and reloptions is not null order by 1`,
    ),
  ];
}

describe('a database of an earlier version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upkeep-earlier-'));
  let wanted: unknown;
  beforeAll(async () => {
    await using fresh = await testDatabase();
    await migrate(fresh.url);
    wanted = await shapeOf(fresh.url);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(names)('%s comes up to date with every row, and looks like a new one', async (version) => {
    await using database = await testDatabase();
    await rowsOf(database.url, FIXTURE);
    await migrate(database.url, { upTo: version });
    for (const rows of laterRows(version)) await rowsOf(database.url, rows);
    const before = await contentOf(database.url);
    expect((await migrate(database.url)).version).toBe(latest);
    expectKept(await contentOf(database.url), before);
    expect(await missingSql(database.url)).toBe('');
    expect(await shapeOf(database.url)).toEqual(wanted);
    const open = await openDatabase(database.url);
    expect(await open.prisma.run.count({ where: { labels: { has: 'with space' } } })).toBe(1);
    await open.close();
  });

  it('is brought forward from a backup of its time', async () => {
    await using old = await testDatabase();
    await rowsOf(old.url, FIXTURE);
    const path = join(folder, 'old.backup.gz');
    await makeBackup(old.url, path);
    await using database = await testDatabase();
    const { migrated } = await restoreBackup({ url: database.url, path, backupFolder: folder, afterwards: [] });
    expect(migrated).toEqual(names.slice(1));
    expectKept(await contentOf(database.url), await contentOf(old.url));
    expect(await missingSql(database.url)).toBe('');
    expect(await shapeOf(database.url)).toEqual(wanted);
  });

  it('tells of runs under way as runs that wait, once it is restored', async () => {
    await using old = await testDatabase();
    await rowsOf(old.url, FIXTURE);
    const path = join(folder, 'under-way.backup.gz');
    await makeBackup(old.url, path);
    await restoreBackup({ url: old.url, path, backupFolder: folder });
    expect(
      await rowsOf(old.url, 'select state, count(*)::int as runs, count(job_id)::int as jobs from upkeep.run group by 1 order by 1'),
    ).toEqual([
      { state: 'settled', runs: 1, jobs: 1 },
      { state: 'waiting', runs: 3, jobs: 0 },
    ]);
  });
});
