import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBinaries } from '../../../prisma/embedded/binaries.ts';
import { thisMachine } from '../../../prisma/embedded/server-user.ts';
import { embeddedScene, gone, rowsWhenBack, serverPid } from '../../support/embedded-scene.ts';
import { rowsOf } from '../../support/rows-of.ts';

const isRoot = process.getuid?.() === 0;

describe('the embedded server', () => {
  it('is made by the first, joined by others, and stopped by the last', async () => {
    await using scene = embeddedScene();
    const first = await scene.open();
    const second = await scene.open();
    expect([first.found, second.found]).toEqual(['made', 'running']);
    expect(first.version).toMatch(/^18\./);
    expect(await rowsOf(first.connectionString, 'select current_user as who, current_database() as what')).toEqual([
      { who: 'upkeep', what: 'upkeep' },
    ]);
    await first.close();
    expect(await rowsOf(second.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    const pid = serverPid(second.dataFolder) ?? 0;
    await second.close();
    await gone(pid);
    expect(serverPid(second.dataFolder)).toBeNull();
    expect((await scene.open()).found).toBe('started');
  });

  it('keeps what is its own to itself: socket, data, environment and network', async () => {
    process.env['GITHUB_TOKEN'] = 'a-token-of-a-test';
    try {
      await using scene = embeddedScene();
      const { socketFolder, dataFolder, connectionString } = await scene.open();
      expect([socketFolder, dataFolder].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '700']);
      const environment = readFileSync(`/proc/${serverPid(dataFolder)}/environ`, 'utf8');
      expect(environment).toContain('LC_ALL=C');
      expect(environment).not.toMatch(/GITHUB_TOKEN|HOME=|VITEST/);
      const settings = await rowsOf(
        connectionString,
        `select setting from pg_settings where name in ('listen_addresses', 'synchronous_commit') order by name`,
      );
      expect(settings).toEqual([{ setting: '' }, { setting: 'on' }]);
    } finally {
      delete process.env['GITHUB_TOKEN'];
    }
  });

  it('is made once when several start at once', async () => {
    await using scene = embeddedScene();
    const servers = await Promise.all([scene.open(), scene.open(), scene.open()]);
    const systems = await Promise.all(
      servers.map(({ connectionString }) => rowsOf(connectionString, 'select system_identifier::text as id from pg_control_system()')),
    );
    expect(new Set(systems.map(([row]) => row?.['id'])).size).toBe(1);
    expect(readdirSync(join(scene.stateFolder, 'postgresql')).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });

  it('is started again when the last of others has stopped it before we came to look', async () => {
    await using scene = embeddedScene();
    const made = await scene.open();
    await made.close();
    const real = await findBinaries({ cacheFolder: null, log: () => undefined });
    const fake = join(scene.stateFolder, 'fake');
    mkdirSync(join(fake, 'bin'), { recursive: true });
    const said = 'LOG:  database system is ready to accept connections\nLOG:  received fast shutdown request\n';
    writeFileSync(join(fake, 'bin', 'postgres'), `#!/bin/sh\nprintf '${said.replaceAll('\n', '\\n')}'\n`, { mode: 0o755 });
    let starts = 0;
    const programs = () => Promise.resolve((starts += 1) === 1 ? { folder: fake, version: '18.4.0-stopped' } : real);
    const again = await scene.open({ programs });
    expect([again.found, starts]).toEqual(['started', 2]);
    expect(await rowsOf(again.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts after its making was interrupted', async () => {
    await using scene = embeddedScene();
    const dead = spawn(process.execPath, ['--eval', '']);
    await new Promise((resolve) => dead.once('exit', resolve));
    mkdirSync(join(scene.stateFolder, 'postgresql', `data.new-${dead.pid}-x`, 'base'), { recursive: true });
    expect((await scene.open()).found).toBe('made');
    expect(readdirSync(join(scene.stateFolder, 'postgresql')).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });
});

describe('an embedded server that was killed', () => {
  it('is brought back under those who are attached, with all that was committed', async () => {
    await using scene = embeddedScene();
    const { connectionString, dataFolder } = await scene.open();
    await rowsOf(connectionString, 'create table kept (id int); insert into kept values (1)');
    const pid = serverPid(dataFolder) ?? 0;
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    expect(await rowsWhenBack(connectionString, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('is brought back by the next start, also when its number is another process by then', async () => {
    await using scene = embeddedScene();
    const { dataFolder, connectionString, close } = await scene.open();
    await rowsOf(connectionString, 'create table kept (id int); insert into kept values (1)');
    const lock = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8');
    await close();
    // As the lock file is after kill -9 and a restart of the machine; PostgreSQL asks only for processes of its own user.
    writeFileSync(join(dataFolder, 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)));
    const again = await scene.open();
    expect(again.found).toBe('started');
    expect(scene.lines.join()).toContain(`its process number ${process.pid} is another's now`);
    expect(await rowsOf(again.connectionString, 'select id from kept')).toEqual([{ id: 1 }]);
  });
});

describe('the place of the embedded server', () => {
  it('may be so deep that its socket has to be elsewhere', async () => {
    await using scene = embeddedScene({ below: 'a-folder-in-a-folder/'.repeat(12) });
    const server = await scene.open();
    expect(server.dataFolder.startsWith(scene.stateFolder)).toBe(true);
    expect(Buffer.byteLength(`${server.socketFolder}/.s.PGSQL.5432`)).toBeLessThan(104);
    expect(statSync(server.socketFolder).mode & 0o777).toBe(0o700);
    expect(await rowsOf(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.runIf(isRoot)("may be root's home, which nobody else may enter", async () => {
    await using scene = embeddedScene({ mode: 0o700 });
    const server = await scene.open();
    expect(await rowsOf(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(statSync(server.dataFolder).uid).toBe(0);
  });

  it.runIf(isRoot)(
    "is run as nobody where there are no user namespaces, and in the system's folder when nobody may not enter",
    async () => {
      const machine = { ...thisMachine(), hasNamespaces: () => false };
      await using open = embeddedScene({ mode: 0o755 });
      const beside = await open.open({ machine });
      expect(beside.dataFolder.startsWith(open.stateFolder)).toBe(true);
      expect(statSync(`/proc/${serverPid(beside.dataFolder)}`).uid).toBe(65534);
      expect(await rowsOf(beside.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);

      await using closed = embeddedScene({ mode: 0o700 });
      const elsewhere = await closed.open({ machine });
      expect(elsewhere.dataFolder).toMatch(/^\/var\/lib\/upkeep\/postgresql-[0-9a-f]{16}\/data$/);
      expect(readFileSync(join(closed.stateFolder, 'postgresql', 'elsewhere.txt'), 'utf8')).toBe(join(elsewhere.dataFolder, '..'));
      expect(await rowsOf(elsewhere.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    },
  );

  it.runIf(isRoot)('changes hands when the machine gains user namespaces', async () => {
    await using scene = embeddedScene({ mode: 0o755 });
    const before = await scene.open({ machine: { ...thisMachine(), hasNamespaces: () => false } });
    await rowsOf(before.connectionString, 'create table kept (id int)');
    await before.close();
    const after = await scene.open();
    expect(await rowsOf(after.connectionString, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
    expect(existsSync(after.dataFolder)).toBe(true);
  });
});
