/**
 * A disk that is really full: a small file system in memory, with the repository, the temporary folder or both on it, filled
 * up to an amount that makes a run fail here or there. It says so, loses nothing, and the next run with room delivers.
 * Making such a disk needs the right to mount; without it this test fails and says so.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { agent } from '../support/run-agent-command.ts';
import { FAULTS, threeAgentsRepository } from '../support/three-agents.ts';

const MEGABYTES = 64;
const BLOCK = Buffer.alloc(4096);

interface Disk extends Disposable {
  readonly path: string;
  /** Leaves so many bytes. */
  fill(leave: number): void;
  makeRoom(): void;
}

function mountDisk(path: string): Disk {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Error(`this test makes a small disk and needs the right to mount one, for example as root; mount said: ${said}`, {
      cause: error,
    });
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill(leave) {
      const file = openSync(filler, 'w');
      for (let { bavail, bsize } = statfsSync(path); bavail * bsize > leave; { bavail, bsize } = statfsSync(path)) writeSync(file, BLOCK);
      closeSync(file);
    },
    makeRoom: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => execFileSync('umount', ['--lazy', path]),
  };
}

type Place = 'repository' | 'temporary folder' | 'both';
type Kind = 'small' | 'large' | 'growing';

/** `large`: files that every worktree and every commit needs room for. `growing`: repairs that need more than what they repair. */
async function seedOf(kind: Kind): Promise<TestRepository> {
  const seed = await threeAgentsRepository();
  const config = JSON.parse(await seed.read('agent.config.json')) as {
    customChecks: Record<string, { fix: string[] }>;
    scheduler?: object;
  };
  // A disk stays as full as it is: trying again would only take longer.
  config.scheduler = { retry: { limit: 0 } };
  if (kind === 'growing') {
    for (const check of Object.values(config.customChecks))
      check.fix[2] = (check.fix[2] ?? '').replace('fs.writeFileSync(f,n)', "fs.writeFileSync(f,n+'// '+'.'.repeat(2e6)+'\\n')");
  }
  const noise = (mark: string, lines: number): string =>
    Array.from({ length: lines }, () => `${mark}${randomBytes(48).toString('base64url')}\n`).join('');
  const large = {
    'server.mjs': FAULTS['server.mjs'][0] + noise('// ', 10_000),
    'app.test.mjs': FAULTS['app.test.mjs'][0] + noise('// ', 10_000),
    'notes.md': `${FAULTS['notes.md'][0]}\n${noise('', 3_000)}`,
  };
  await seed.commit('for full disks', { 'agent.config.json': JSON.stringify(config), ...(kind === 'large' ? large : {}) });
  return seed;
}

/** Every file of the working tree by its content, and the index. */
function treeOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  for (const name of readdirSync(root)) if (name !== '.git') found[name] = hash(join(root, name));
  return { ...found, '.git/index': hash(join(root, '.git', 'index')) };
}

interface Scene {
  readonly repository: TestRepository;
  readonly temporary: string;
  readonly head: string;
  readonly before: Record<string, string>;
}

async function sceneOn(disk: Disk, place: Place, { seed, elsewhere }: { seed: TestRepository; elsewhere: string }): Promise<Scene> {
  const path = join(place === 'temporary folder' ? elsewhere : disk.path, 'repository');
  const temporary = join(place === 'repository' ? elsewhere : disk.path, 'tmp');
  for (const folder of [path, temporary]) rmSync(folder, { recursive: true, force: true });
  cpSync(seed.path, path, { recursive: true });
  mkdirSync(temporary);
  const repository = repositoryAt(path);
  await repository.write('README.md', '# A person is writing this.\n');
  await repository.write('scratch.txt', 'not committed\n');
  await repository.git('status');
  return { repository, temporary, head: await repository.head(), before: treeOf(path) };
}

/** What must hold while the disk is still full. */
async function whileFull(
  scene: Scene,
  run: { code: number; stdout: string; stderr: string },
  about: { disk: Disk; label: string },
): Promise<number> {
  const { repository, head, before } = scene;
  const said = run.stdout + run.stderr;
  const label = `${about.label}\n${said}`;
  expect(run.code, label).toBe(3);
  expect(said, label).toContain(`no space left on the disk at ${about.disk.path}`);
  expect(said, label).not.toMatch(/fault of upkeep|unexpected error|\n {4}at /);
  expect((await repository.tryGit('fsck', '--no-dangling')).exitCode, label).toBe(0);
  const moved = Number(await repository.git('rev-list', '--count', `${head}..HEAD`));
  const now = treeOf(repository.path);
  if (moved === 0) expect(now, label).toEqual(before);
  for (const [path, hash] of Object.entries(before))
    if (!(path in FAULTS) && path !== '.git/index') expect(now[path], `${path}: ${label}`).toBe(hash);
  return moved;
}

/** What must hold after a run with room. */
async function afterwards(scene: Scene, run: { code: number; stdout: string; stderr: string }, label: string): Promise<void> {
  const { repository, head, temporary } = scene;
  const all = `${label}, then with room\n${run.stdout}${run.stderr}`;
  expect(run.code, all).toBe(0);
  expect(await repository.git('rev-list', '--count', `${head}..HEAD`), all).toBe('3');
  for (const [path, [, good]] of Object.entries(FAULTS)) expect(await repository.git('show', `HEAD:${path}`), all).toContain(good);
  expect((await repository.git('status', '--porcelain')).split('\n').sort(), all).toEqual([' M README.md', '?? scratch.txt'].sort());
  expect(await repository.git('for-each-ref', 'refs/upkeep/runs', 'refs/upkeep/suggest'), all).toBe('');
  expect((await repository.git('worktree', 'list')).split('\n'), all).toHaveLength(1);
  const own = join(repository.path, '.git', 'upkeep');
  expect(readdirSync(join(own, 'journal')), all).toEqual([]);
  expect(
    readdirSync(own).filter((name) => /lock|snapshot|delivery|\.new-/.test(name)),
    all,
  ).toEqual([]);
  expect(existsSync(join(repository.path, '.git', 'index.lock')), all).toBe(false);
  expect(
    readdirSync(temporary).filter((name) => name.startsWith('upkeep')),
    all,
  ).toEqual([]);
  expect((await repository.tryGit('fsck', '--no-dangling')).exitCode, all).toBe(0);
}

/** KB that are left free, until a run has enough. */
function amountsFor(kind: Kind, place: Place): number[] {
  if (kind === 'small') return [0, 8, 16, 24, 40, 64, 96, 160, 500];
  const step = place === 'repository' ? 250 : 1_100;
  return Array.from({ length: 24 }, (_, index) => 1_050 + index * step);
}

it.each<[Place, Kind]>([
  ['repository', 'small'],
  ['repository', 'large'],
  ['repository', 'growing'],
  ['temporary folder', 'small'],
  ['temporary folder', 'growing'],
  ['both', 'large'],
])('loses nothing with the %s on a full disk, %s', async (place, kind) => {
  await using folder = await temporaryFolder();
  await using seed = await seedOf(kind);
  const told: string[] = [];
  const kept: number[] = [];
  for (const amount of amountsFor(kind, place)) {
    using disk = mountDisk(join(folder.path, 'disk'));
    const scene = await sceneOn(disk, place, { seed, elsewhere: folder.path });
    disk.fill(amount * 1024);
    const run = (): ReturnType<typeof agent> => agent(scene.repository.path, ['run', '--delivery', 'local'], { TMPDIR: scene.temporary });
    const label = `${place}, ${kind}, ${amount} KB free`;
    const first = await run();
    if (first.code === 0) break;
    const moved = await whileFull(scene, first, { disk, label });
    disk.makeRoom();
    const waiting = (await scene.repository.git('for-each-ref', 'refs/upkeep/suggest', 'refs/upkeep/runs'))
      .split('\n')
      .filter(Boolean).length;
    kept.push(waiting);
    told.push(`${amount} KB: ${moved} delivered, ${waiting} kept`);
    await afterwards(scene, await run(), label);
  }
  console.log(`${place}, ${kind}: ${told.join('; ')}`);
  expect(told.length).toBeGreaterThanOrEqual(5);
  // Far enough for work to be finished that the disk then had no room to deliver.
  if (kind !== 'small') expect(Math.max(...kept)).toBeGreaterThan(0);
});
