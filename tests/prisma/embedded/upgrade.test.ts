import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupName } from '../../../prisma/backup/backup-files.ts';
import { verifyBackup } from '../../../prisma/backup/backup-format.ts';
import { findBinaries, type Binaries } from '../../../prisma/embedded/binaries.ts';
import { openEmbedded } from '../../../prisma/embedded/open-embedded.ts';
import { DatabaseError } from '../../../prisma/database-error.ts';
import { migrate } from '../../../prisma/migrate.ts';
import { embeddedScene } from '../../support/embedded-scene.ts';
import { rowsOf } from '../../support/rows-of.ts';

const real = (): Promise<Binaries> => findBinaries({ cacheFolder: null, log: () => undefined });
/** An upkeep that brings PostgreSQL 19, and knows where 18 is to be had. What is taken over counts as 19: there is no other program here. */
const later =
  (base: string) =>
  async (version?: string): Promise<Binaries> => {
    const isDone = readdirSync(base).some((name) => name.startsWith('data-18-'));
    return version === undefined && !isDone ? { ...(await real()), version: '19.0.0' } : real();
  };
const insert = `insert into upkeep.audit (by, action, subject) values ('ann', 'run', 'ü')`;
const select = 'select by, action, subject from upkeep.audit';
const ann = [{ by: 'ann', action: 'run', subject: 'ü' }];

describe('data of an older major version of PostgreSQL', () => {
  it('are taken over once, although several start at the same time, and the old ones are kept', async () => {
    await using scene = embeddedScene();
    const old = await scene.open();
    await migrate(old.connectionString);
    await rowsOf(old.connectionString, insert);
    await old.close();
    const base = join(old.dataFolder, '..');
    // What a process left that died before it was done may be older than the data.
    mkdirSync(join(base, 'data.upgraded'));
    writeFileSync(join(base, 'data.upgraded', 'PG_VERSION'), '19\n');
    writeFileSync(join(base, 'upgrade.lock'), '999999999\n');
    const programs = later(base);
    const [one, other] = await Promise.all([scene.open({ programs }), scene.open({ programs })]);
    expect(await rowsOf(one.connectionString, select)).toEqual(ann);
    expect(other.connectionString).toBe(one.connectionString);
    expect(readdirSync(base).filter((name) => /^(data|upgrade)/.test(name))).toEqual(['data', expect.stringMatching(/^data-18-\d+$/)]);
    const [name = ''] = readdirSync(join(scene.stateFolder, 'backups'));
    expect(name).toMatch(/-before-upgrade\.backup\.gz$/);
    expect((await verifyBackup(join(scene.stateFolder, 'backups', name))).tables.find(({ name: table }) => table === 'audit')?.rows).toBe(
      1,
    );
    expect(scene.lines.filter((line) => /taking its content over/.test(line))).toHaveLength(1);
  });

  it('stay as they are when the old programs cannot be had, and the newest backup is named', async () => {
    await using scene = embeddedScene();
    const old = await scene.open();
    await migrate(old.connectionString);
    await rowsOf(old.connectionString, insert);
    await old.close();
    const offline = async (version?: string): Promise<Binaries> => {
      if (version !== undefined) throw new DatabaseError('binaries-missing', 'npm cannot be reached');
      return { ...(await real()), version: '19.0.0' };
    };
    const opening = (): Promise<unknown> =>
      openEmbedded({ stateFolder: scene.stateFolder, cacheFolder: null, log: () => undefined, programs: offline });
    await expect(opening()).rejects.toMatchObject({
      code: 'older-version',
      message: expect.stringMatching(
        /made by PostgreSQL 18, this upkeep brings PostgreSQL 19.*There is no backup to begin from.*npm cannot/,
      ) as string,
    });
    mkdirSync(join(scene.stateFolder, 'backups'));
    writeFileSync(join(scene.stateFolder, 'backups', backupName(new Date('2026-03-01T02:03:04Z'))), 'x');
    await expect(opening()).rejects.toThrow(
      /the newest backup, of 2026-03-01T02:03:04.000Z: move .*data away and run `agent db restore .*20260301T020304Z/,
    );
    writeFileSync(join(old.dataFolder, 'PG_VERSION'), '9\n');
    await expect(openEmbedded({ stateFolder: scene.stateFolder, cacheFolder: null, log: () => undefined })).rejects.toMatchObject({
      code: 'older-version',
      message: expect.stringContaining('No upkeep ever brought PostgreSQL 9') as string,
    });
    writeFileSync(join(old.dataFolder, 'PG_VERSION'), '18\n');
    const same = await scene.open();
    expect(await rowsOf(same.connectionString, select)).toEqual(ann);
  });

  it('are taken over in the end when the process died in between', async () => {
    await using scene = embeddedScene();
    const old = await scene.open();
    await migrate(old.connectionString);
    await rowsOf(old.connectionString, insert);
    await old.close();
    const base = join(old.dataFolder, '..');
    // Between the two renames.
    renameSync(old.dataFolder, join(base, 'data.upgraded'));
    const same = await scene.open();
    expect(same.found).toBe('started');
    expect(await rowsOf(same.connectionString, select)).toEqual(ann);
  });
});
