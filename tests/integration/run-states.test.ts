/** `agent run` on repositories in every state a person may leave them in: what they have is as it was, byte for byte. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { threeAgentsFiles, threeAgentsRepository } from '../support/three-agents.ts';

/** Kind, inode, size, time and target of every path below a folder, Git's own folder aside. */
function checkout(root: string, at = ''): string[] {
  return readdirSync(join(root, at))
    .filter((name) => join(at, name) !== '.git')
    .sort()
    .flatMap((name) => {
      const path = join(at, name);
      const stat = lstatSync(join(root, path), { bigint: true });
      const own = `${path} ${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.isSymbolicLink() ? readlinkSync(join(root, path)) : ''}`;
      return stat.isDirectory() ? [own, ...checkout(root, path)] : [own];
    });
}

async function everything(repository: TestRepository): Promise<Record<string, unknown>> {
  return {
    checkout: checkout(repository.path),
    index: readFileSync(join(repository.path, '.git', 'index')).toString('base64'),
    head: readFileSync(join(repository.path, '.git', 'HEAD'), 'utf8'),
    config: readFileSync(join(repository.path, '.git', 'config'), 'utf8'),
    refs: await repository.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash', 'refs/remotes'),
    stash: await repository.git('stash', 'list'),
    git: readdirSync(join(repository.path, '.git'))
      .filter((name) => name !== 'upkeep')
      .sort(),
  };
}

const STATES: Readonly<Record<string, (repository: TestRepository) => Promise<void>>> = {
  clean: () => Promise.resolve(),
  dirty: (repository) => repository.write('server.mjs', 'export const x = 2; // mine\n'),
  staged: async (repository) => {
    await repository.write('server.mjs', 'export const x = 3; // staged\n');
    await repository.git('add', 'server.mjs');
    await repository.write('server.mjs', 'export const x = 4; // and changed again\n');
  },
  'with untracked and ignored files': async (repository) => {
    await repository.write('new file.txt', 'new\n');
    await repository.write('ignored.log', 'log\n');
  },
  stashed: async (repository) => {
    await repository.write('server.mjs', 'stashed\n');
    await repository.git('stash');
  },
  'detached HEAD': async (repository) => {
    await repository.git('checkout', '-q', '--detach');
  },
  'mid-merge': async (repository) => {
    await repository.git('checkout', '-q', '-b', 'side');
    await repository.commit('side', { 'README.md': '# side\n' });
    await repository.git('checkout', '-q', 'main');
    await repository.commit('main', { 'README.md': '# main\n' });
    await repository.tryGit('merge', 'side');
  },
  'mid-rebase': async (repository) => {
    await repository.git('checkout', '-q', '-b', 'side');
    await repository.commit('side', { 'README.md': '# side\n' });
    await repository.git('checkout', '-q', 'main');
    await repository.commit('main', { 'README.md': '# main\n' });
    await repository.tryGit('rebase', 'side');
  },
  'odd names, links and executable bits': async (repository) => {
    await repository.write('a b/ü\n"x".txt', 'odd\n');
    await repository.write('-rf', 'dash\n');
    await repository.write('$(touch pwned).md', '# fine\n');
    await repository.write('run.sh', '#!/bin/sh\n', 0o755);
    await repository.link('link', 'README.md');
    await repository.commit('odd');
  },
  'CRLF files': async (repository) => {
    await repository.commit('crlf', { 'dos.txt': 'one\r\ntwo\r\n', '.gitattributes': '*.txt -text\n' });
  },
  sparse: async (repository) => {
    await repository.commit('folders', { 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' });
    await repository.git('sparse-checkout', 'set', 'in');
  },
};

describe('checking', () => {
  it.each(Object.keys(STATES))('leaves a repository as it is: %s', async (state) => {
    await using repository = await threeAgentsRepository();
    await STATES[state]?.(repository);
    await repository.git('status');
    const before = await everything(repository);
    const { code, document } = await runJson(repository.path, ['--delivery', 'none']);
    expect(code).toBe(0);
    expect(document.runs.filter((run) => run.outcome === 'fixed').map((run) => run.agent)).toEqual(['backend', 'qa', 'docs']);
    expect(await everything(repository)).toEqual(before);
    expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1);
  });

  it.each(['detached HEAD', 'mid-merge', 'mid-rebase'])('keeps its commits when it may not move the branch: %s', async (state) => {
    await using repository = await threeAgentsRepository();
    await STATES[state]?.(repository);
    const before = await everything(repository);
    const { code, document } = await runJson(repository.path);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('kept');
    expect(await everything(repository)).toEqual(before);
    expect((await repository.git('for-each-ref', 'refs/upkeep/suggest')).split('\n')).toHaveLength(3);
  });

  it('delivers beside uncommitted work that is not in its way', async () => {
    await using repository = await threeAgentsRepository();
    await repository.write('README.md', '# Mine\n');
    await repository.write('staged.txt', 'staged\n');
    await repository.git('add', 'staged.txt');
    const { code, document } = await runJson(repository.path);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('delivered');
    expect((await repository.git('status', '--porcelain')).split('\n').sort()).toEqual([' M README.md', 'A  staged.txt']);
    expect(await repository.read('README.md')).toBe('# Mine\n');
  });

  it('works in a bare repository, a linked worktree and a shallow clone', async () => {
    await using repository = await threeAgentsRepository();
    await using bare = await repository.clone('--bare');
    expect((await runJson(bare.path, ['--delivery', 'none'])).code).toBe(0);
    await repository.git('worktree', 'add', '-q', '-b', 'linked', join(bare.path, '..', 'linked'));
    const linked = await runJson(join(bare.path, '..', 'linked'));
    expect(linked.document.delivery.outcome).toBe('delivered');
    expect(await repository.git('log', '-1', '--format=%s', 'linked')).toMatch(/^auto: /);
    expect(await repository.git('rev-list', '--count', 'main')).toBe('1');
    await repository.git('worktree', 'remove', '--force', join(bare.path, '..', 'linked'));
    await using shallow = await repository.clone('--depth=1');
    expect((await runJson(shallow.path)).document.delivery.outcome).toBe('delivered');
    expect(await shallow.git('rev-parse', '--is-shallow-repository')).toBe('true');
  });

  it('checks uncommitted work with --working-tree, repairs nothing and remembers nothing', async () => {
    await using repository = await threeAgentsRepository();
    await runJson(repository.path);
    await repository.write('server.mjs', '// teh new one\n');
    await repository.write('fresh.mjs', '// teh untracked one\n');
    const before = await everything(repository);
    const { code, document } = await runJson(repository.path, ['--working-tree']);
    expect(code).toBe(1);
    const backend = document.runs.find((run) => run.agent === 'backend');
    expect(backend?.checks.flatMap((check) => check.findings.map((finding) => finding.path)).sort()).toEqual(['fresh.mjs', 'server.mjs']);
    expect(await everything(repository)).toEqual(before);
    expect((await runJson(repository.path)).document.runs.every((run) => run.outcome === 'skipped')).toBe(true);
  });
});

describe('running again', () => {
  it('says unchanged for every agent that had something to do, and starts nothing', async () => {
    await using repository = await threeAgentsRepository();
    await runJson(repository.path);
    const before = await everything(repository);
    const { code, document } = await runJson(repository.path);
    expect(code).toBe(0);
    expect(document.runs.map((run) => [run.agent, run.outcome, run.reason])).toEqual([
      ['backend', 'skipped', 'unchanged'],
      ['qa', 'skipped', 'unchanged'],
      ['docs', 'skipped', 'unchanged'],
    ]);
    expect(await everything(repository)).toEqual(before);
  });

  it('repeats the same errors on a red repository and ends with 1 again', async () => {
    await using repository = await threeAgentsRepository();
    const config = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '') as object;
    await repository.commit('broken link', {
      'README.md': '[x](gone.md)\n',
      'agent.config.json': JSON.stringify({ ...config, checks: {} }),
    });
    const first = await runJson(repository.path);
    const second = await runJson(repository.path);
    expect([first.code, second.code]).toEqual([1, 1]);
    const errors = (document: typeof first.document): unknown =>
      document.runs.find((run) => run.agent === 'docs')?.checks.flatMap((check) => check.findings.filter((finding) => !finding.fixed));
    expect(errors(second.document)).toEqual(errors(first.document));
  });

  it('runs one agent again when only its files changed', async () => {
    await using repository = await threeAgentsRepository();
    await runJson(repository.path);
    await repository.commit('prose', { 'more.md': '# More\n' });
    const { document } = await runJson(repository.path);
    expect(document.runs.filter((run) => run.outcome !== 'skipped').map((run) => run.agent)).toEqual(['docs']);
  });
});

describe('what cannot be checked', () => {
  it.each<[string, () => Promise<TestRepository>, readonly string[], number, RegExp]>([
    ['no commit yet', () => createRepository(), [], 2, /no commit yet/],
    ['an unknown agent', () => repositoryWith({ a: '' }), ['backnd'], 2, /backnd.*did you mean "backend"/],
    ['an unknown revision', () => repositoryWith({ a: '' }), ['--base', 'nowhere'], 2, /nowhere.*no such commit/],
    ['a revision that looks like an option', () => repositoryWith({ a: '' }), ['--base', '--upload-pack=x'], 2, /upload-pack/],
    ['a broken configuration', () => repositoryWith({ 'agent.config.json': '{"agent": {}}' }), [], 2, /agent\.config\.json:1:2.*agents/s],
  ])('gets one clear error: %s', async (...[, make, args, exitCode, words]) => {
    await using repository = await make();
    const { code, stderr, stdout } = await agent(repository.path, ['run', ...args]);
    expect(code).toBe(exitCode);
    expect(`${stdout}${stderr}`).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(join(repository.path, '.git'))).not.toContain('worktrees');
  });

  it('says so outside of a repository', async () => {
    const { code, stderr } = await agent('/', ['run']);
    expect(code).toBe(2);
    expect(stderr).toContain('git init');
  });

  it('ends with 0 and writes nothing on a repository of prose only, and on an empty commit', async () => {
    await using prose = await repositoryWith({ 'README.md': '# Title\n\nText.\n' });
    expect((await runJson(prose.path)).code).toBe(0);
    expect(await prose.git('rev-list', '--count', 'HEAD')).toBe('1');
    await using empty = await createRepository();
    await empty.commit('nothing');
    const { code, document } = await runJson(empty.path);
    expect(code).toBe(0);
    expect(document.runs.every((run) => run.reason === 'not-applicable')).toBe(true);
  });
});
