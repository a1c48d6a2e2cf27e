/** Green is never said of a tree that has errors, however commits, remotes and people moved meanwhile. */
import { describe, expect, it } from 'vitest';
import { createRepository, repositoryAt, repositoryWith, type TestRepository } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';

/** BAD is an error that a tool repairs, WORSE one that a person must. */
const FILES: Readonly<Record<string, string>> = {
  'agent.config.json': JSON.stringify({
    agents: Object.fromEntries(['architecture', 'backend', 'frontend', 'devops', 'qa'].map((id) => [id, { enabled: false }])),
    checks: Object.fromEntries(['markdown', 'links'].map((id) => [id, { enabled: false }])),
    customChecks: {
      words: {
        agent: 'docs',
        run: ['node', 'words.mjs'],
        fix: ['node', 'words.mjs', '--fix'],
        paths: ['*.txt'],
        findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+): (?<message>.*)$', severity: 'error' },
      },
    },
  }),
  'words.mjs': `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
for (const file of readdirSync('.').filter((name) => name.endsWith('.txt'))) {
  const text = readFileSync(file, 'utf8');
  if (process.argv.includes('--fix')) writeFileSync(file, text.replaceAll('BAD', 'GOOD'));
  else text.split('\\n').forEach((line, index) => /BAD|WORSE/.test(line) && console.log(\`\${file}:\${index + 1}: \${line}\`));
}
`,
};

/** A clone that has pushed `pushed` and holds a commit with `unpushed` besides. */
async function ahead(pushed: Readonly<Record<string, string>>, unpushed: Readonly<Record<string, string>>): Promise<TestRepository> {
  const bare = await createRepository('--bare');
  const clone = await repositoryWith({ ...FILES, ...pushed });
  await clone.git('remote', 'add', 'origin', bare.path);
  await clone.git('push', '-q', '-u', 'origin', 'main');
  await commit(clone, unpushed);
  return clone;
}

async function commit(repository: TestRepository, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) await repository.write(path, text);
  await repository.git('add', '.');
  await repository.git('commit', '-q', '-m', 'test: a change');
}

describe('a commit that the remote has not got', () => {
  it('keeps its repair until it is pushed, and is not called green before', async () => {
    await using clone = await ahead({ 'a.txt': 'fine\n' }, { 'a.txt': 'BAD\n' });
    const early = await runJson(clone.path, ['--delivery', 'push']);
    expect([early.code, early.document.delivery.outcome]).toEqual([4, 'refused']);
    expect(early.document.delivery.reason).toContain('main has not got the commit that was checked');
    expect(early.document.head).toBe(early.document.base);
    await clone.git('push', '-q');
    const late = await runJson(clone.path, ['--delivery', 'push']);
    expect([late.code, late.document.delivery.outcome]).toEqual([0, 'pushed']);
    await clone.git('pull', '-q');
    expect(await clone.read('a.txt')).toBe('GOOD\n');
  });

  it('has its own errors told, although the remote takes what was repaired in other files and has none', async () => {
    await using clone = await ahead({ 'a.txt': 'BAD\n' }, { 'b.txt': 'WORSE\n' });
    const first = await runJson(clone.path, ['--delivery', 'push']);
    expect([first.code, first.document.delivery.outcome]).toEqual([1, 'pushed']);
    expect(first.document.runs.flatMap(({ outcome }) => outcome)).toEqual(['failed']);
    const second = await runJson(clone.path, ['--delivery', 'push']);
    expect(second.code).toBe(1);
  });
});

describe('a repair that people took back', () => {
  it('by a commit of theirs, is not made again, and its errors are told', async () => {
    await using repository = await repositoryWith({ ...FILES, 'a.txt': 'BAD\n' });
    expect((await runJson(repository.path)).code).toBe(0);
    await repository.git('revert', '--no-edit', 'HEAD');
    const reverted = await repository.head();
    for (const time of ['at once', 'ever after']) {
      const run = await runJson(repository.path);
      expect([run.code, run.document.runs[0]?.outcome], time).toEqual([1, 'failed']);
    }
    expect(await repository.head()).toBe(reverted);
  });

  it('is known by the contents, whatever else was committed meanwhile and whatever the ids of commits are now', async () => {
    await using repository = await repositoryWith({ ...FILES, 'a.txt': 'BAD\n' });
    expect((await runJson(repository.path)).code).toBe(0);
    await repository.git('commit', '-q', '--amend', '-m', 'fix: in words of mine');
    await commit(repository, { 'c.txt': 'fine\n' });
    await repository.git('revert', '--no-edit', 'HEAD~1');
    const run = await runJson(repository.path);
    expect([run.code, run.document.runs[0]?.outcome, run.document.delivery.outcome]).toEqual([1, 'failed', 'nothing']);
    const forced = await agent(repository.path, ['run', 'docs', '--force']);
    expect([forced.code, await repository.read('a.txt')], forced.stdout).toEqual([0, 'GOOD\n']);
  });

  it('on the remote, is not called green by a clone that had not pulled it', async () => {
    await using bare = await createRepository('--bare');
    await using clone = await repositoryWith({ ...FILES, 'a.txt': 'BAD\n' });
    await clone.git('remote', 'add', 'origin', bare.path);
    await clone.git('push', '-q', '-u', 'origin', 'main');
    await runJson(clone.path, ['--delivery', 'push']);
    const again = await agent(clone.path, ['run', '--delivery', 'push', '--force']);
    expect(again.stdout).toContain('the branch has the same change already');
    const skipped = await agent(clone.path, ['run']);
    expect(skipped.stdout).not.toMatch(/passed/);
    await clone.git('pull', '-q');
    await clone.git('revert', '--no-edit', 'HEAD');
    expect((await runJson(clone.path)).code).toBe(1);
  });

  it('by going back behind it, is made again', async () => {
    await using repository = await repositoryWith({ ...FILES, 'a.txt': 'BAD\n' });
    expect((await runJson(repository.path)).code).toBe(0);
    await repository.git('reset', '-q', '--hard', 'HEAD~1');
    expect((await runJson(repository.path)).document.delivery.outcome).toBe('delivered');
    expect(await repository.read('a.txt')).toBe('GOOD\n');
  });

  it('is left alone in a shallow clone that lacks it, when the branch stands there', async () => {
    await using bare = await createRepository('--bare');
    await using clone = await repositoryWith({ ...FILES, 'a.txt': 'BAD\n' });
    await clone.git('remote', 'add', 'origin', bare.path);
    await clone.git('push', '-q', '-u', 'origin', 'main');
    expect((await runJson(clone.path, ['--delivery', 'push'])).document.delivery.outcome).toBe('pushed');
    await clone.git('pull', '-q');
    await clone.git('revert', '--no-edit', 'HEAD');
    await clone.git('push', '-q');
    await clone.git('clone', '-q', '--depth', '1', `file://${bare.path}`, 'runner');
    const runner = repositoryAt(`${clone.path}/runner`);
    const run = await runJson(runner.path, ['--ci', '--delivery', 'push']);
    expect([run.code, run.document.runs[0]?.outcome, run.document.delivery.outcome]).toEqual([1, 'failed', 'nothing']);
  });
});
