import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupCommand, infoCommand, restoreCommand } from '../../../cli/commands/db.ts';
import { sizeText } from '../../../cli/database/database-text.ts';
import { openDatabase } from '../../../prisma/client.ts';
import { migrate } from '../../../prisma/migrate.ts';
import { readMigrations } from '../../../prisma/migration-files.ts';
import { commandContext } from '../../support/command-context.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { rowsOf } from '../../support/rows-of.ts';
import { runCli } from '../../support/run-cli.ts';

const ID = '00000000-0000-0000-0000-000000000001';
const latest = readMigrations().at(-1)?.name ?? '';

async function withRepository(url: string): Promise<void> {
  await migrate(url);
  await rowsOf(url, `insert into upkeep.repository (id, identity, name, branch) values ('${ID}', 'a/b', 'b', 'main')`);
}

describe('agent db', () => {
  it('tells of the embedded database without making one, then restores into it', async () => {
    await using folder = await temporaryFolder();
    await using source = await testDatabase();
    await withRepository(source.url);
    const state = join(folder.path, 'state');
    const made = commandContext({ cwd: folder.path, variables: { DATABASE_URL: source.url, UPKEEP_STATE: state } });
    expect(await backupCommand('out.gz', made.context)).toBe(0);
    expect(made.out()).toMatch(
      new RegExp(`^${join(folder.path, 'out.gz')}: \\d\\S* k?B, 0 runs, 0 agents, 1 repository, 0 events, schema ${latest}\n$`),
    );

    const env = { UPKEEP_STATE: state };
    const before = await runCli(folder.path, ['db', 'info', '--json'], env);
    expect(JSON.parse(before.stdout)).toMatchObject({ schemaVersion: 1, kind: 'embedded', exists: false, backups: { count: 0 } });
    const restored = await runCli(folder.path, ['db', 'restore', 'out.gz', '--yes'], env);
    expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 repository, 0 events, schema ') as string });
    const after = await runCli(folder.path, ['db', 'info'], env);
    expect(after.stdout).toMatch(
      new RegExp(
        `^database  its own, in ${state}\\S*, PostgreSQL 18\\.\\d+\nschema    ${latest}, up to date\n` +
          'content   0 runs, 0 agents, 1 repository, 0 events, \\S+ [kM]?B\nin use    by no service\nbackups   none in ',
      ),
    );
  });

  it('replaces nothing without being asked to, and keeps what it replaces', async () => {
    await using folder = await temporaryFolder();
    await using database = await testDatabase();
    await withRepository(database.url);
    const scene = commandContext({
      cwd: folder.path,
      variables: { DATABASE_URL: database.url, UPKEEP_STATE: join(folder.path, 'state') },
    });
    await backupCommand('one.gz', scene.context);
    await rowsOf(database.url, `update upkeep.repository set name = 'later'`);
    await expect(restoreCommand('one.gz', {}, scene.context)).rejects.toThrow('say --yes to replace');
    await expect(restoreCommand('none.gz', { yes: true }, scene.context)).rejects.toThrow('there is no backup at');
    await expect(backupCommand('one.gz', scene.context)).rejects.toThrow('is there already');
    writeFileSync(join(folder.path, 'text.gz'), 'text');
    await expect(restoreCommand('text.gz', { yes: true }, scene.context)).rejects.toMatchObject({ code: 'backup-unreadable' });
    expect(await rowsOf(database.url, 'select name from upkeep.repository')).toEqual([{ name: 'later' }]);

    expect(await restoreCommand('one.gz', { yes: true }, scene.context)).toBe(0);
    const [, kept] = /what was there is kept in (\S+-before-restore\.backup\.gz)/.exec(scene.out()) ?? [];
    expect(await rowsOf(database.url, 'select name from upkeep.repository')).toEqual([{ name: 'b' }]);
    await restoreCommand(kept ?? '', { yes: true }, scene.context);
    expect(await rowsOf(database.url, 'select name from upkeep.repository')).toEqual([{ name: 'later' }]);
  });

  it('tells of an external database: its schema, its services, and never its password', async () => {
    await using folder = await temporaryFolder();
    await using database = await testDatabase();
    const first = readMigrations()[0]?.name ?? '';
    const url = database.url.replace('upkeep@', 'upkeep:s3cret@');
    const scene = commandContext({ cwd: folder.path, variables: { DATABASE_URL: url, UPKEEP_STATE: join(folder.path, 'state') } });
    const told = async (): Promise<Record<string, unknown>> => {
      const at = scene.out().length;
      await infoCommand({ json: true }, scene.context);
      return JSON.parse(scene.out().slice(at)) as Record<string, unknown>;
    };
    expect(await told()).toMatchObject({ kind: 'external', schema: { version: null, state: 'none' }, rows: {} });
    await migrate(database.url, { upTo: first });
    expect(await told()).toMatchObject({ schema: { version: first, state: 'older' }, services: 0 });
    await migrate(database.url);
    const service = await openDatabase(database.url, { isService: true });
    expect(await told()).toMatchObject({ schema: { version: latest, state: 'current', missing: [] }, services: 1, rows: { run: 0 } });
    await service.close();
    await rowsOf(
      database.url,
      `insert into upkeep._prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '29990101000000_later', now())`,
    );
    await infoCommand({}, scene.context);
    expect(scene.out()).toContain('schema    29990101000000_later, of a later upkeep: update upkeep on this machine\n');
    expect(scene.out()).not.toContain('s3cret');
  });

  it('says sizes as people do', () => {
    expect([0, 999, 1000, 1_234_567, 5e12, 5e15].map(sizeText)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 MB', '5.0 TB', '5000.0 TB']);
  });
});
