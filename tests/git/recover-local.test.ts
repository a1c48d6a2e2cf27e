import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../git/delivery-record.ts';
import { isProcessAlive, processIdentity } from '../../git/process-identity.ts';
import { recoverLocal } from '../../git/recover-local.ts';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { AFTER, BEFORE, deliver, makeDirty, scene, state } from '../support/delivery-scene.ts';
import type { Scene } from '../support/delivery-scene.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import type { Content } from '../support/git-repository.ts';

/** Delivers from a process of its own in which every `*.slow` file waits in a filter until `release` exists. */
async function deliverSlowly(
  { repo, move }: Scene,
  folder: string,
): Promise<{ ours: ReturnType<typeof spawn>; waiting: string; release: string }> {
  const [waiting, release] = [join(folder, 'waiting'), join(folder, 'release')];
  await repo.git('config', 'filter.slow.smudge', `touch ${waiting}; while [ ! -e ${release} ]; do sleep 0.02; done; cat`);
  const url = (path: string) => JSON.stringify(new URL(`../../git/${path}`, import.meta.url).href);
  const script = join(folder, 'deliver.ts');
  await writeFile(
    script,
    `import { setGitEnvironment } from ${url('exec-git.ts')};
     import { openRepository } from ${url('repository.ts')};
     import { deliverLocal } from ${url('local-delivery.ts')};
     setGitEnvironment(process.env);
     const [path, branch, from, to] = process.argv.slice(2);
     console.log(JSON.stringify(await deliverLocal({ repository: await openRepository(path), branch, from, to })));`,
  );
  const ours = spawn(process.execPath, [script, repo.path, move.branch, move.from, move.to], { stdio: ['ignore', 'ignore', 'inherit'] });
  await expect.poll(() => readdir(folder), { timeout: 15_000, interval: 10 }).toContain('waiting');
  return { ours, waiting, release };
}

describe('recoverLocal', () => {
  const SLOW_BEFORE = { ...BEFORE, '.gitattributes': '*.slow filter=slow\n', 'm.slow': 'old m\n', 'z.txt': 'old z\n' };
  const SLOW_AFTER = { ...AFTER, 'm.slow': 'new m\n', 'z.txt': 'new z\n' };

  it('lets a git that outlived us finish', async () => {
    await using s = await scene(SLOW_AFTER, SLOW_BEFORE);
    await using folder = await temporaryFolder();
    await makeDirty(s.repo);
    const { ours, release } = await deliverSlowly(s, folder.path);
    ours.kill('SIGKILL');
    await once(ours, 'exit');
    const recovery = recoverLocal(await s.repo.open());
    await writeFile(release, '');
    expect(await recovery).toEqual({ state: 'completed', branch: 'main', restored: [], kept: [], lock: null });
    expect(await s.repo.git('rev-parse', 'HEAD')).toBe(s.move.to);
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual(
      [' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort(),
    );
  });

  it('brings everything back when git was killed as well', async () => {
    await using s = await scene(SLOW_AFTER, SLOW_BEFORE);
    await using folder = await temporaryFolder();
    await makeDirty(s.repo);
    await s.repo.git('status');
    const before = await state(s.repo);
    const { ours, release } = await deliverSlowly(s, folder.path);
    const repository = await s.repo.open();
    const git = (await readDelivery(repository))?.process ?? expect.fail('no record of the process');
    ours.kill('SIGKILL');
    process.kill(-git.pid, 'SIGKILL');
    await once(ours, 'exit');
    await expect.poll(() => isProcessAlive(git)).toBe(false);
    await writeFile(release, '');
    expect(await s.repo.read('a.txt')).toBe('new a\n');
    expect(await readdir(join(s.repo.path, '.git'))).toContain('index.lock');

    const recovery = await recoverLocal(repository);
    expect(recovery).toMatchObject({ state: 'restored', kept: [] });
    expect(recovery.restored).toContain('a.txt');
    expect(await state(s.repo)).toEqual(before);
    expect(await readdir(join(s.repo.path, '.git'))).not.toContain('index.lock');
    expect(await readdir(s.repo.path)).not.toContain('deep');
    expect(await readdir(join(s.repo.path, '.git', 'upkeep'))).toEqual([]);
    expect((await s.repo.tryGit('fsck', '--strict')).exitCode).toBe(0);
    // And the next one succeeds.
    expect(await deliver(s)).toEqual({ ok: true });
  });

  /** What a git leaves that was killed when it had written `files` and not yet the index. */
  async function halfDone({ repo, move }: Scene, files: Readonly<Record<string, Content>>): Promise<void> {
    const repository = await repo.open();
    const dead = spawn('true');
    const process = processIdentity(dead.pid);
    await once(dead, 'exit');
    await repo.write('.git/upkeep/delivery.json', JSON.stringify({ ...move, startedAt: Date.now() - 10, process, origHead: null }));
    for (const [path, content] of Object.entries(files)) await repo.write(path, content);
    await repo.write('.git/index.lock', 'half an index');
    expect(repository.head).toBe(move.from);
  }

  it.each<[string, Record<string, Content>]>([
    ['nothing', {}],
    ['one file', { 'a.txt': 'new a\n' }],
    ['half a file', { 'a.txt': 'new a\n', 'b.txt': 'ne' }],
    ['a file that was removed to be written anew', { 'a.txt': null }],
    ['a deletion', { 'gone.txt': null }],
    ['a new file in new folders', { 'deep/er/new.txt': 'new\n' }],
    ['an empty new file', { 'deep/er/new.txt': '' }],
    ['everything', AFTER],
  ])('undoes %s', async (_, files) => {
    await using s = await scene();
    await makeDirty(s.repo);
    await s.repo.git('status');
    const before = await state(s.repo);
    await halfDone(s, files);
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'restored', kept: [] });
    expect(await state(s.repo)).toEqual(before);
    expect(await readdir(join(s.repo.path, '.git'))).not.toContain('index.lock');
    expect(await s.repo.git('status', '--porcelain')).not.toContain('a.txt');
  });

  it('leaves a file alone that a person has written to since', async () => {
    await using s = await scene();
    await halfDone(s, { 'a.txt': 'new a\nand my own line\n', 'b.txt': 'new b\n' });
    expect(await recoverLocal(await s.repo.open())).toMatchObject({
      state: 'restored',
      restored: ['b.txt'],
      kept: ['a.txt'],
    });
    expect([await s.repo.read('a.txt'), await s.repo.read('b.txt')]).toEqual(['new a\nand my own line\n', 'old b\n']);
  });

  it('goes forward when files and index are new and only the branch is not', async () => {
    await using s = await scene();
    await makeDirty(s.repo);
    await halfDone(s, {});
    await s.repo.write('.git/index.lock', null);
    await s.repo.git('read-tree', '-m', '-u', s.move.from, s.move.to);
    await s.repo.write('.git/refs/heads/main.lock', '');
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'completed' });
    expect(await s.repo.git('rev-parse', 'main')).toBe(s.move.to);
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual(
      [' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort(),
    );
  });

  it('restores executable bits, links and line ends', async () => {
    await using s = await scene(
      { 'crlf.txt': 'new\r\n', 'run.sh': 'y\n' },
      { '.gitattributes': '*.txt text eol=crlf\n', 'crlf.txt': 'old\n', 'run.sh': 'x\n', link: 'z' },
    );
    const before = await state(s.repo);
    await halfDone(s, { 'crlf.txt': 'new\r\n' });
    await s.repo.write('run.sh', 'y\n', 0o755);
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'restored', kept: [] });
    expect(await state(s.repo)).toEqual(before);
    expect(await s.repo.git('status', '--porcelain')).toBe('');
  });

  it('does not bring files into a sparse checkout', async () => {
    await using s = await scene({ 'in/a': '2', 'out/b': '2' }, { 'in/a': '1', 'out/b': '1' });
    await s.repo.git('sparse-checkout', 'set', 'in');
    await halfDone(s, { 'in/a': '2' });
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'restored', restored: ['in/a'], kept: [] });
    expect((await readdir(s.repo.path)).sort()).toEqual(['.git', 'in']);
  });

  it('removes no lock that a living process holds open', async () => {
    await using s = await scene();
    await halfDone(s, { 'a.txt': 'new a\n' });
    const lock = join(s.repo.path, '.git', 'index.lock');
    const holder = spawn('sh', ['-c', 'exec 9>>"$1"; echo ready; sleep 60', 'sh', lock], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(holder.stdout, 'data');
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'busy', lock: { path: lock, holder: 'unknown' } });
    expect(await readdir(join(s.repo.path, '.git'))).toContain('index.lock');
    process.kill(-(holder.pid ?? 0), 'SIGKILL');
    await once(holder, 'close');
  });

  it('removes no lock and changes no file while a git is at work that does not keep its lock open', async () => {
    await using s = await scene();
    await halfDone(s, { 'a.txt': 'new a\n' });
    const theirs = spawn('git', ['hash-object', '--stdin'], { cwd: s.repo.path, stdio: ['pipe', 'ignore', 'inherit'] });
    const lock = join(s.repo.path, '.git', 'index.lock');
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'busy', lock: { path: lock, holder: theirs.pid } });
    expect([await s.repo.read('a.txt'), await s.repo.read('.git/index.lock')]).toEqual(['new a\n', 'half an index']);
    expect(await deliver(s)).toEqual({ ok: false, reason: 'unsettled', paths: ['.git/index.lock'] });
    theirs.stdin.end();
    await once(theirs, 'close');
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'restored', restored: ['a.txt'] });
    expect(await readdir(join(s.repo.path, '.git'))).not.toContain('index.lock');
  });

  it.each([
    ['HEAD.lock', 'ref: refs/heads/other\n'],
    ['refs/heads/main.lock', `${'1'.repeat(40)}\n`],
  ])('removes no %s that holds something else than we would write', async (name, content) => {
    await using s = await scene();
    await halfDone(s, {});
    await s.repo.write(`.git/${name}`, content);
    expect(await recoverLocal(await s.repo.open())).toMatchObject({
      state: 'busy',
      lock: { path: join(s.repo.path, '.git', name), holder: null },
    });
    expect(await s.repo.read(`.git/${name}`)).toBe(content);
  });

  it('takes back what was staged when the branch cannot follow, but not what somebody has staged or committed since', async () => {
    await using s = await scene();
    await halfDone(s, {});
    await s.repo.write('.git/index.lock', null);
    await s.repo.git('read-tree', '-m', '-u', s.move.from, s.move.to);
    await s.repo.write('b.txt', 'mine\n');
    await s.repo.git('add', 'b.txt');
    await s.repo.git('commit', '-q', '--only', '-m', 'mine', 'gone.txt');
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'restored', kept: ['b.txt'] });
    expect((await s.repo.git('status', '--porcelain')).split('\n')).toEqual(['M  b.txt']);
    expect([await s.repo.read('a.txt'), await s.repo.read('b.txt')]).toEqual(['old a\n', 'mine\n']);
    expect(await readdir(s.repo.path)).not.toContain('deep');
  });

  it('touches nothing when no delivery was begun', async () => {
    await using s = await scene();
    await s.repo.write('a.txt', 'new a\n');
    await s.repo.write('.git/index.lock', '');
    const before = await checkoutFingerprint(s.repo);
    expect(await recoverLocal(await s.repo.open())).toMatchObject({ state: 'untouched', restored: [], kept: [] });
    expect(await checkoutFingerprint(s.repo)).toEqual(before);
  });
});
