import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { git, GitError, setGitEnvironment } from '../../git/exec-git.ts';
import { gitEnvironment } from '../../git/git-environment.ts';
import { gitErrorCode } from '../../git/git-error.ts';
import { isProcessAlive, processIdentity } from '../../git/process-identity.ts';
import { redactUrls } from '../../git/redact-url.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';

afterEach(() => {
  setGitEnvironment(process.env);
});

describe('git', () => {
  it('answers with stdout, bytes and the exit code that the caller accepts', async () => {
    await using repo = await repositoryWith({ 'ä.txt': 'x' });
    const result = await git(['ls-tree', '--name-only', '-z', 'HEAD'], { cwd: repo.path });
    expect(result.stdout).toBe('ä.txt\0');
    expect(result.stdoutBytes).toEqual(Buffer.from('ä.txt\0'));
    expect((await git(['diff', '--quiet', 'HEAD'], { cwd: repo.path, okCodes: [0, 1] })).exitCode).toBe(0);
  });

  it('throws an error with code, arguments and stderr for any other exit code', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    const error = await git(['cat-file', '-e', 'f'.repeat(40)], { cwd: repo.path }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(GitError);
    expect(error).toMatchObject({ code: 'failed', exitCode: 1, args: ['cat-file', '-e', 'f'.repeat(40)] });
  });

  it('ignores the repository that a hook of the user points at', async () => {
    await using mine = await repositoryWith({ a: 'mine' });
    await using theirs = await repositoryWith({ b: 'theirs' });
    setGitEnvironment({
      ...process.env,
      GIT_DIR: join(theirs.path, '.git'),
      GIT_WORK_TREE: theirs.path,
      GIT_INDEX_FILE: join(theirs.path, '.git', 'index'),
      GIT_PREFIX: 'b/',
      GIT_OBJECT_DIRECTORY: join(theirs.path, '.git', 'objects'),
      GIT_CONFIG_PARAMETERS: "'user.name'='Somebody'",
      GIT_AUTHOR_NAME: 'Somebody',
    });
    expect((await git(['ls-files'], { cwd: mine.path })).stdout).toBe('a\n');
    expect(Object.keys(gitEnvironment()).filter((name) => /GIT_(DIR|WORK|INDEX|PREFIX|OBJECT|AUTHOR|CONFIG_P)/.test(name))).toEqual([]);
  });

  it('keeps what authentication needs and never asks a person', () => {
    setGitEnvironment({ PATH: '/bin', SSH_AUTH_SOCK: '/s', GIT_SSH_COMMAND: 'ssh -i k', SSH_ASKPASS: '/usr/bin/dialog', EDITOR: 'vi' });
    expect(gitEnvironment()).toMatchObject({
      SSH_AUTH_SOCK: '/s',
      GIT_SSH_COMMAND: 'ssh -i k',
      GIT_ASKPASS: '',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_LFS_SKIP_SMUDGE: '1',
      LC_ALL: 'C',
    });
    expect(gitEnvironment()).not.toHaveProperty('SSH_ASKPASS');
    expect(gitEnvironment()).not.toHaveProperty('EDITOR');
  });

  it('appends secret settings to those that the environment already has, and shows them in no argument', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    setGitEnvironment({ ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'their.key', GIT_CONFIG_VALUE_0: 'theirs' });
    const read = async (key: string) =>
      (await git(['config', key], { cwd: repo.path, secretConfig: [['our.key', 'sesame']] })).stdout.trim();
    expect([await read('their.key'), await read('our.key')]).toEqual(['theirs', 'sesame']);
  });

  it('runs no hook of the repository', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    for (const hook of ['reference-transaction', 'post-checkout', 'post-index-change']) {
      await repo.write(`.git/hooks/${hook}`, '#!/bin/sh\ntouch hook-ran\n', 0o755);
    }
    await git(['update-ref', 'refs/upkeep/x', 'HEAD'], { cwd: repo.path });
    await git(['checkout', '-q', '--detach'], { cwd: repo.path });
    expect(await repo.git('status', '--porcelain', '--ignored')).toBe('');
  });

  it.each([
    ['its time is over', 'timeout'],
    ['the caller cancels', 'aborted'],
  ])('ends the whole process group when %s', async (_, code) => {
    await using repo = await repositoryWith({ a: 'x' });
    const pids = join(repo.path, '.git', 'pids');
    await repo.git('config', 'alias.hang', `!sh -c 'sleep 60 & echo $! > ${pids}; wait'`);
    const started = async (): Promise<number> => Number(await readFile(pids, 'utf8').catch(() => '0'));
    const caller = new AbortController();
    const ended = expect(
      git(['hang'], { cwd: repo.path, ...(code === 'timeout' ? { timeoutMs: 1_500 } : { signal: caller.signal }) }),
    ).rejects.toMatchObject({ code });
    await expect.poll(started, { timeout: 5_000 }).toBeGreaterThan(0);
    if (code === 'aborted') caller.abort();
    await ended;
    // Ended by the same signal; the system may need a moment to bury it.
    const pid = await started();
    await expect.poll(() => isProcessAlive({ ...processIdentity(pid), startedAt: null })).toBe(false);
  });

  it('ends a command that prints more than its limit', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await repo.git('config', 'alias.flood', '!yes');
    await expect(git(['flood'], { cwd: repo.path, maxOutputBytes: 1_000_000 })).rejects.toMatchObject({ code: 'output-limit' });
  });

  it('says that git is missing, and tells a missing folder from it', async () => {
    await using folder = await temporaryFolder();
    await expect(git(['version'], { cwd: join(folder.path, 'none') })).rejects.toMatchObject({ code: 'not-a-repository' });
    setGitEnvironment({ ...process.env, PATH: folder.path });
    await expect(git(['version'], { cwd: folder.path })).rejects.toMatchObject({ code: 'git-missing' });
  });

  it('recognises a full disk in what a real git process says', async () => {
    await using folder = await temporaryFolder();
    const fake = join(folder.path, 'git');
    await writeFile(fake, '#!/bin/sh\necho "error: unable to write file a: No space left on device" >&2\nexit 128\n');
    await chmod(fake, 0o755);
    setGitEnvironment({ ...process.env, PATH: `${folder.path}:${process.env['PATH'] ?? ''}` });
    await expect(git(['write-tree'], { cwd: folder.path })).rejects.toMatchObject({ code: 'disk-full' });
  });
});

describe('gitErrorCode', () => {
  it.each([
    ['fatal: not a git repository (or any of the parent directories): .git', 'not-a-repository'],
    ["fatal: detected dubious ownership in repository at '/r'", 'unsafe-owner'],
    ["fatal: Unable to create '/r/.git/index.lock': File exists.", 'locked'],
    ["fatal: Unable to create '/r/.git/index.lock': Permission denied", 'read-only'],
    ["fatal: Unable to create '/r/.git/index.lock': Read-only file system", 'read-only'],
    ['error: insufficient permission for adding an object to repository database .git/objects', 'read-only'],
    ['fatal: sha1 file write error. Out of diskspace\nfatal: No space left on device', 'disk-full'],
    ["fatal: your current branch 'main' does not have any commits yet", 'no-commits'],
    ['error: external filter git-lfs smudge -- %f failed 127', 'filter-failed'],
    ['git@github.com: Permission denied (publickey).', 'failed'],
  ])('reads %j as %s', (stderr, code) => {
    expect(gitErrorCode(stderr)).toBe(code);
  });
});

describe('redactUrls', () => {
  it.each([
    ['fatal: https://user:pa55@example.test/r.git/ not found', 'fatal: https://example.test/r.git/ not found'],
    ['https://ghp_token@github.com/o/r', 'https://github.com/o/r'],
    ['ssh://git@host/r and http://a:b%40c@h/x', 'ssh://host/r and http://h/x'],
    ['Authorization: Basic c2VjcmV0', 'Authorization: Basic ***'],
    ['mail person@example.test about https://example.test/a@b', 'mail person@example.test about https://example.test/a@b'],
  ])('takes credentials out of %j', (text, expected) => {
    expect(redactUrls(text)).toBe(expected);
  });

  it('leaves none in an error of git', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    const url = `${'http'}://person:pa55word@127.0.0.1:1/r.git`;
    const error = (await git(['ls-remote', '--', url], { cwd: repo.path }).catch((caught: unknown) => caught)) as GitError;
    expect(JSON.stringify([error.message, error.args, error.stderr])).not.toContain('pa55word');
  });
});
