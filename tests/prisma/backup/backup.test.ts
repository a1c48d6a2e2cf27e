import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readHeader, verifyBackup } from '../../../prisma/backup/backup-format.ts';
import { makeBackup } from '../../../prisma/backup/make-backup.ts';
import { restoreBackup } from '../../../prisma/backup/restore-backup.ts';
import { openDatabase } from '../../../prisma/client.ts';
import { migrate } from '../../../prisma/migrate.ts';
import type { Migration } from '../../../prisma/migration-files.ts';
import { testDatabase } from '../../support/database.ts';
import { rowsOf } from '../../support/rows-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'upkeep-backup-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const aFile = (): string => join(folder, `${(files += 1)}.backup.gz`);

const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
const first = migration(
  '20260101000000_first',
  `create table parent (id bigserial primary key, name text, data jsonb, raw bytea, at timestamptz(3), tags text[]);
   create table child (id int primary key, parent_id bigint not null references parent, twice int generated always as (id * 2) stored);
   create table "Odd ""name" ("a column" text);`,
);
const second = migration('20260102000000_second', `alter table parent add column note text not null default 'new';`);
const odd = ['plain', '', '\\.', '\\', 'a\tb\nc\r\n', 'ü 漢字 😀', '\\N', 'it\'s "quoted"', ' '.repeat(3), '\u0001\u007f', '{"json":null}'];

/** A database with rows that are hard to write down. */
async function filled(url: string): Promise<void> {
  await migrate(url, { migrations: [first] });
  await rowsOf(
    url,
    `insert into upkeep.parent (name, data, raw, at, tags)
     select v, to_jsonb(v), convert_to(v, 'UTF8') || '\\x00ff'::bytea, '2026-03-29T01:30:00.123Z', array[v, null, v] from unnest($1::text[]) v`,
    [odd],
  );
  await rowsOf(url, 'insert into upkeep.parent default values');
  await rowsOf(url, 'insert into upkeep.child select id, id from upkeep.parent');
  await rowsOf(url, 'insert into upkeep."Odd ""name" select v from unnest($1::text[]) v', [odd]);
  // A number that was given out and rolled back, or whose row is gone.
  await rowsOf(url, `select setval('upkeep.parent_id_seq', 5000)`);
}

const everything = async (url: string): Promise<unknown> => [
  await rowsOf(url, 'select * from upkeep.parent order by id'),
  await rowsOf(url, 'select * from upkeep.child order by id'),
  await rowsOf(url, 'select * from upkeep."Odd ""name" order by 1'),
];

describe('a backup', () => {
  it('brings back all of what was there, into an empty database', async () => {
    await using source = await testDatabase();
    await using target = await testDatabase();
    await filled(source.url);
    const path = aFile();
    const { header, bytes } = await makeBackup(source.url, path);
    expect(header).toMatchObject({
      schemaVersion: first.name,
      tables: [
        { name: 'Odd "name', rows: 11 },
        { name: 'parent', rows: 12 },
        { name: 'child', rows: 12 },
      ],
    });
    expect(bytes).toBe(statSync(path).size);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect(await readHeader(path)).toEqual(header);

    const answer = await restoreBackup({ url: target.url, path, backupFolder: folder, migrations: [first], afterwards: [] });
    expect(answer).toEqual({ header, kept: null, migrated: [] });
    expect(await everything(target.url)).toEqual(await everything(source.url));
    expect(await rowsOf(target.url, `insert into upkeep.parent default values returning id`)).toEqual([{ id: '5001' }]);
    expect((await migrate(target.url, { migrations: [first] })).applied).toEqual([]);
  });

  it('is of one moment, although rows are written meanwhile', async () => {
    await using database = await testDatabase();
    await migrate(database.url, { migrations: [first] });
    await rowsOf(database.url, 'insert into upkeep.parent (name) select repeat(md5(i::text), 20) from generate_series(1, 20000) i');
    const path = aFile();
    let isDone = false;
    const writing = (async () => {
      let written = 0;
      for (; !isDone; written += 1)
        await rowsOf(
          database.url,
          'with p as (insert into upkeep.parent default values returning id) insert into upkeep.child select id, id from p',
        );
      return written;
    })();
    const { header } = await makeBackup(database.url, path);
    isDone = true;
    expect(await writing).toBeGreaterThan(0);
    const [child, parent] = ['child', 'parent'].map((name) => header.tables.find((table) => table.name === name)?.rows ?? -1);
    expect(parent).toBe(20_000 + (child ?? 0));
    await expect(verifyBackup(path)).resolves.toEqual(header);
  });

  it('of an earlier version is brought forward, and one of a later version refused', async () => {
    await using database = await testDatabase();
    await filled(database.url);
    const path = aFile();
    await makeBackup(database.url, path);
    const request = {
      url: database.url,
      path,
      backupFolder: join(folder, 'kept'),
      afterwards: ['update parent set note = note || id where id = 1'],
    };
    const { migrated, kept } = await restoreBackup({ ...request, migrations: [first, second] });
    expect(migrated).toEqual([second.name]);
    expect(await rowsOf(database.url, 'select note, count(*)::int as rows from upkeep.parent group by 1 order by 1')).toEqual([
      { note: 'new', rows: 11 },
      { note: 'new1', rows: 1 },
    ]);
    expect(kept?.path).toMatch(/kept\/upkeep-\d{8}T\d{6}Z-before-restore\.backup\.gz$/);
    expect((await verifyBackup(kept?.path ?? '')).tables).toHaveLength(3);
    await expect(restoreBackup({ ...request, migrations: [second] })).rejects.toMatchObject({ code: 'newer-schema' });
  });

  it('that is damaged, cut off or none is told of, and nothing is changed', async () => {
    await using database = await testDatabase();
    await filled(database.url);
    const path = aFile();
    await makeBackup(database.url, path);
    const whole = readFileSync(path);
    const text = gunzipSync(whole).toString('latin1');
    const changed = (from: string, to: string): Buffer => gzipSync(Buffer.from(text.replace(from, to), 'latin1'));
    const bad: readonly (readonly [Buffer, string])[] = [
      [whole.subarray(0, whole.length / 2), 'backup-damaged'],
      [Buffer.from('hello'), 'backup-unreadable'],
      [gzipSync('hello\n'), 'backup-unreadable'],
      [gzipSync('{"format":"upkeep-backup","formatVersion":99}\n'), 'backup-unreadable'],
      [changed('plain', 'Plain'), 'backup-damaged'],
      [changed('\n5\t5\n', '\n'), 'backup-damaged'],
      [changed('{"sha256":', '{"sha":'), 'backup-damaged'],
      [gzipSync('null\n'), 'backup-unreadable'],
      [gzipSync('x'.repeat(2_000_000)), 'backup-unreadable'],
    ];
    const before = await everything(database.url);
    for (const [content, code] of bad) {
      const other = aFile();
      writeFileSync(other, content);
      const restoring = restoreBackup({ url: database.url, path: other, backupFolder: folder, migrations: [first], afterwards: [] });
      await expect(restoring, content.toString('latin1', 0, 40)).rejects.toMatchObject({ code });
    }
    await expect(verifyBackup(folder)).rejects.toMatchObject({ code: 'backup-unreadable' });
    await expect(verifyBackup(join(folder, 'none'))).rejects.toMatchObject({
      code: 'backup-unreadable',
      message: expect.stringContaining('no backup at'),
    });
    expect(await everything(database.url)).toEqual(before);
  });

  it('that cannot be restored leaves what is there', async () => {
    await using database = await testDatabase();
    await filled(database.url);
    const path = aFile();
    await makeBackup(database.url, path);
    const before = await everything(database.url);
    const request = { url: database.url, path, backupFolder: folder, migrations: [first], afterwards: ['select no_such_function()'] };
    await expect(restoreBackup(request)).rejects.toThrow(/no_such_function/);
    expect(await everything(database.url)).toEqual(before);
    expect(await rowsOf(database.url, `select nspname from pg_namespace where nspname like 'upkeep%'`)).toEqual([{ nspname: 'upkeep' }]);
  });

  it('is not restored over tables of somebody else', async () => {
    await using source = await testDatabase();
    await migrate(source.url, { migrations: [first] });
    const path = aFile();
    await makeBackup(source.url, path);
    await using target = await testDatabase();
    await rowsOf(target.url, 'create schema upkeep');
    await rowsOf(target.url, 'create table upkeep.theirs as select 1 as one');
    const request = { url: target.url, path, backupFolder: folder, migrations: [first] };
    await expect(restoreBackup(request)).rejects.toMatchObject({ code: 'not-empty', message: expect.stringContaining('(theirs)') });
    expect(await rowsOf(target.url, 'select * from upkeep.theirs')).toEqual([{ one: 1 }]);
  });

  it('is not restored under a service, and no service starts while it is restored', async () => {
    await using database = await testDatabase();
    await migrate(database.url);
    const path = aFile();
    await makeBackup(database.url, path);
    const service = await openDatabase(database.url, { isService: true });
    const request = { url: database.url, path, backupFolder: folder };
    await expect(restoreBackup(request)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringMatching(/from this machine\): stop it first/),
    });
    await service.close();
    await expect(restoreBackup(request)).resolves.toMatchObject({ kept: null });
    const again = await openDatabase(database.url, { isService: true });
    await again.close();
  });

  it('leaves no half of a file when there is nothing to back up, or the file is there', async () => {
    await using database = await testDatabase();
    const path = aFile();
    await expect(makeBackup(database.url, path)).rejects.toMatchObject({ code: 'no-such-database' });
    await migrate(database.url, { migrations: [first] });
    await makeBackup(database.url, path);
    copyFileSync(path, `${path}.copy`);
    await expect(makeBackup(database.url, path)).rejects.toMatchObject({ code: 'not-writable' });
    await expect(makeBackup(database.url, join(path, 'below'))).rejects.toMatchObject({ code: 'not-writable' });
    expect(existsSync(path)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('gives runs that were under way back to whoever claims them first', async () => {
    await using database = await testDatabase();
    await migrate(database.url);
    const id = '00000000-0000-0000-0000-000000000001';
    await rowsOf(database.url, `insert into upkeep.repository (id, identity, name, branch) values ('${id}', 'a/b', 'b', 'main')`);
    await rowsOf(database.url, `insert into upkeep.agent (id, repository_id, name, branch) values ('${id}', '${id}', 'qa', 'main')`);
    await rowsOf(
      database.url,
      `insert into upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, job_id, attempt, service_id, lease_until, correlation_id)
       values ('${id}', '${id}', '${id}', 'running', 'manual', 'HIGH', 1, now(), now(), '${id}', 3, '${id}', now(), 'c')`,
    );
    await rowsOf(
      database.url,
      `insert into upkeep.event (transaction, id, type, time, envelope) values (999999999, '${id}', 'agent:queued', now(), '{}')`,
    );
    const path = aFile();
    await makeBackup(database.url, path);
    await restoreBackup({ url: database.url, path, backupFolder: folder });
    expect(await rowsOf(database.url, 'select state, attempt, job_id, service_id, lease_until from upkeep.run')).toEqual([
      { state: 'waiting', attempt: 3, job_id: null, service_id: null, lease_until: null },
    ]);
    expect(await rowsOf(database.url, 'select transaction < txid_current() as past from upkeep.event')).toEqual([{ past: true }]);
  });
});
