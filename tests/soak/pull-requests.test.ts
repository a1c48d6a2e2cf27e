/** Long journeys of pull requests of agents, job by job; each step has its own test in tests/agents/delivery and tests/github. */
import { describe, expect, it } from 'vitest';
import { faultyOnGitHub } from '../support/faulty-on-github.ts';
import type { Repository } from '../support/faulty-on-github.ts';
import type { FakeGitHub } from '../support/github/start-github.ts';
import { FAULTS } from '../support/three-agents.ts';

const repaired = Object.fromEntries(
  Object.entries(FAULTS).map(([path, [before, after]]) => [path, before.replace(/teh|colour|grey/, after)]),
);

async function pulls(repository: Repository): Promise<readonly string[]> {
  return (await repository.pulls()).map(({ number, state, pull }) => `#${number} ${pull.head} ${state}`);
}

const writes = (double: FakeGitHub): readonly (string | null)[] =>
  double.log.filter(({ method }) => method !== 'GET').map(({ operation }) => operation);

describe('a protected branch', () => {
  it('gets one an agent however many jobs run at once, and none of them fails', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    const ends = await Promise.all(Array.from({ length: 3 }, () => w.run(['docs', '--delivery', 'push'])));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs open']);
    expect(await w.repository.git.git(['rev-list', '--count', 'main..upkeep/docs'])).toBe('1\n');
    expect((await w.run(['docs', '--delivery', 'push'])).code).toBe(0);
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs open']);
  });

  it('has the rest tidied up when a person did exactly the same, although no agent runs then', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run();
    await w.repository.commit({ 'notes.md': repaired['notes.md'] ?? '' });
    const { document } = await w.run();
    expect(document.runs.find(({ agent }) => agent === 'docs')).toMatchObject({ outcome: 'skipped', reason: 'unchanged' });
    expect(await pulls(w.repository)).toContainEqual(expect.stringMatching(/upkeep\/docs closed/));
    const said = writes(w.double).length;
    await w.run();
    expect(writes(w.double)).toHaveLength(said);
  });

  it('is left alone after its pull requests were merged', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run();
    for (const { number } of await w.repository.pulls()) await w.repository.merge(number);
    const { code, document } = await w.run();
    expect(code).toBe(0);
    expect(document.runs.filter(({ outcome }) => outcome === 'failed' || outcome === 'fixed')).toEqual([]);
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('a pull request that a person closed', () => {
  it('is not opened again, and the agent reports what it may not repair', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run(['docs', '--delivery', 'push']);
    const [pull] = await w.repository.pulls();
    w.repository.closeIssue(pull?.number ?? 0);
    await w.run(['docs', '--delivery', 'push', '--force']);
    const { code, document } = await w.run(['docs', '--delivery', 'push']);
    expect(code).toBe(1);
    expect(document.runs[0]).toMatchObject({ outcome: 'failed' });
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs closed']);
  });
});

describe('a branch on which a person works', () => {
  it('keeps their commit, whatever the target does', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    await w.run(['docs', '--delivery', 'push']);
    const theirs = await w.repository.commit({ 'notes.md': 'A better colour.\n' }, { branch: 'upkeep/docs', message: 'better words' });
    await w.repository.commit({ 'more.md': 'Another colour.\n' });
    const { code, stderr } = await w.run(['docs', '--delivery', 'push']);
    expect(code).toBe(0);
    expect(await w.repository.head('upkeep/docs')).toBe(theirs);
    expect(stderr).toContain('upkeep/docs has commits of a person, so it is left as it is');
  });
});

describe('GitHub that is down', () => {
  it('makes the pull requests wait; the run ends well, and the next one opens them', async () => {
    await using w = await faultyOnGitHub();
    await w.repository.protect('main');
    w.double.down();
    const { code, document } = await w.run(['docs', '--delivery', 'push']);
    expect(code).toBe(0);
    expect(document.delivery).toMatchObject({ outcome: 'kept' });
    w.double.up();
    expect((await w.run(['docs', '--delivery', 'push'])).code).toBe(0);
    expect(await pulls(w.repository)).toEqual(['#1 upkeep/docs open']);
  });
});
