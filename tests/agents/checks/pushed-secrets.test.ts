/** Secrets that commits brought and took out again, on real repositories. */
import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../agents/agent.ts';
import { pushedSecrets } from '../../../agents/checks/pushed-secrets.ts';
import { secrets } from '../../../agents/checks/secrets.ts';
import { newCommits } from '../../../cli/run/new-commits.ts';
import { fold } from '../../../ledger/fold.ts';
import { agentKey, agentStateOf, emptyAgentState, emptyState } from '../../../ledger/state.ts';
import { agentWith, policyOf, runEngine } from '../../support/engine.ts';
import { repositoryWith, type TestRepository } from '../../support/git-repository.ts';

// Put together here, so that this file itself holds none.
const TOKEN = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
const NPM = ['npm', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6'].join('_');
const AGENT = agentWith('devops', [secrets, pushedSecrets]);
const LEAK = `export const token = '${TOKEN}';\n`;

/** A run on the tip that knows everything up to `since`; it tells what stands where, and up to where commits are known now. */
async function run(repository: TestRepository, since: string | null, agent: Agent = AGENT) {
  const { result, recorded } = await runEngine(repository, [agent], { policy: policyOf([agent], { commitsSince: since }), counts: true });
  const state = fold(emptyState(), { sequence: 1, events: recorded });
  const [report] = result.runs;
  return {
    outcome: report?.outcome,
    told: (report?.checks ?? []).flatMap(({ check, findings }) =>
      findings.map(({ path, line, severity }) => `${check} ${path ?? ''}:${line ?? ''} ${severity}`),
    ),
    hints: (report?.checks ?? []).flatMap(({ hint }) => (hint === null ? [] : [hint])),
    messages: (report?.checks ?? []).flatMap(({ findings }) => findings.map(({ message }) => message)),
    commitsRead: agentStateOf(state, 'devops', 'main').commitsRead,
  };
}

describe('secrets in new commits', () => {
  it('are found in a file that was changed back, and in one that is gone', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n', 'c.ts': 'export const c = 1;\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.commit('leak', { 'a.ts': `// one\n${LEAK}`, 'b.ts': LEAK.replace('wWPw', 'qQRq') });
    await repository.commit('leak more', { '.npmrc': `//r.example/:_authToken=${NPM}\n` });
    const leaks = (await repository.git('log', '--format=%H')).split('\n');
    await repository.commit('oops', { 'a.ts': 'export {};\n', 'b.ts': null, '.npmrc': null });
    const found = await run(repository, since);
    expect(found.outcome).toBe('failed');
    expect(found.told.sort()).toEqual(['pushed-secrets .npmrc:1 error', 'pushed-secrets a.ts:2 error', 'pushed-secrets b.ts:1 error']);
    expect(found.messages.join('\n')).toContain(`in commit ${leaks[1]?.slice(0, 9)}`);
    expect(found.messages.join('\n')).toMatch(
      /no longer there, but in the history: revoke it where it was issued, then name the commit in \.gitleaksignore/,
    );
    expect(found.messages.join('\n')).not.toContain(TOKEN);
    // They are told of again until somebody has acted.
    expect(found.commitsRead).toBeUndefined();
  });

  it('that are still in the tree are told of once, there', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.commit('leak', { 'a.ts': LEAK });
    await repository.commit('more', { 'a.ts': `${LEAK}export const more = 1;\n` });
    expect((await run(repository, since)).told).toEqual(['secrets a.ts:1 error']);
  });

  it('are told of when another one stands there now: each has to be revoked', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.commit('leak', { 'a.ts': LEAK.replace('wWPw', 'xXQx') });
    await repository.commit('another', { 'a.ts': LEAK });
    await repository.commit('more', { 'a.ts': `${LEAK}export const more = 1;\n` });
    expect((await run(repository, since)).told).toEqual(['secrets a.ts:1 error', 'pushed-secrets a.ts:1 error']);
  });

  it('are those of a merged branch as well, and of the commit before a merge', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.git('checkout', '-q', '-b', 'topic');
    await repository.commit('leak', { 'b.ts': LEAK });
    await repository.commit('oops', { 'b.ts': 'export {};\n' });
    await repository.git('checkout', '-q', 'main');
    await repository.commit('meanwhile', { 'c.ts': 'export {};\n' });
    await repository.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    expect((await run(repository, since)).told).toEqual(['pushed-secrets b.ts:1 error']);
  });

  it('are over when the commit is named as one whose secrets were revoked; others are not', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.commit('leak', { 'b.ts': LEAK });
    const leak = await repository.git('rev-parse', 'HEAD');
    await repository.commit('oops', { 'b.ts': null, '.gitleaksignore': `# revoked\n${leak.slice(0, 12)}:b.ts:github-pat:1\n` });
    const after = await run(repository, since);
    expect(after).toMatchObject({ outcome: 'passed', told: [], commitsRead: await repository.git('rev-parse', 'HEAD') });
    await repository.commit('another path', { '.gitleaksignore': `${leak.slice(0, 12)}:other.ts:github-pat:1\n` });
    expect((await run(repository, since)).told).toEqual(['pushed-secrets b.ts:1 error']);
  });

  it('in test data are warnings; examples, ignored paths and binaries are none', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n', '.secretlintignore': 'ignored/**\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    await repository.commit('add', {
      'tests/fixtures/a.json': JSON.stringify({ token: TOKEN }),
      'docs/example.md': 'token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
      'ignored/a.ts': LEAK,
      'logo.png': LEAK,
    });
    await repository.commit('remove', { 'tests/fixtures/a.json': null, 'docs/example.md': null, 'ignored/a.ts': null, 'logo.png': null });
    expect(await run(repository, since)).toMatchObject({ outcome: 'passed', told: ['pushed-secrets tests/fixtures/a.json:1 warning'] });
  });

  it('are not looked for where nobody knows which commits are new, and that is noted for the next time', async () => {
    await using repository = await repositoryWith({ 'a.ts': LEAK });
    await repository.commit('oops', { 'a.ts': 'export {};\n' });
    const head = await repository.git('rev-parse', 'HEAD');
    expect(await run(repository, null)).toMatchObject({ outcome: 'passed', told: [], commitsRead: head });
    const elsewhere = await run(repository, 'a'.repeat(40));
    expect(elsewhere.hints.join()).toMatch(/too shallow/);
    expect(elsewhere.commitsRead).toBe(head);
  });
});

describe('a push', () => {
  const ask = async (repository: TestRepository, since: string, runsByItself = true) => {
    const state = { ...emptyState(), agents: { [agentKey('devops', 'main')]: { ...emptyAgentState(), commitsRead: since } } };
    const opened = await repository.open();
    const found = await newCommits({
      repository: opened,
      base: opened.head ?? '',
      branch: 'main',
      state,
      agents: [AGENT],
      before: null,
      runsByItself,
    });
    return { since: found.since, due: [...found.due] };
  };

  it('of several commits makes the agent look at them, though the tree is the same as before', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    expect(await ask(repository, since)).toEqual({ since: null, due: [] });
    await repository.commit('one', { 'a.ts': LEAK });
    // What one commit brought is in the tree.
    expect(await ask(repository, since)).toEqual({ since, due: [] });
    await repository.commit('two', { 'a.ts': 'export {};\n' });
    expect(await ask(repository, since)).toEqual({ since, due: ['devops'] });
    expect(await ask(repository, since, false)).toEqual({ since, due: [] });
  });

  it('of agents’ own commits does not', async () => {
    await using repository = await repositoryWith({ 'a.ts': 'export {};\n' });
    const since = await repository.git('rev-parse', 'HEAD');
    for (const name of ['one', 'two']) {
      await repository.write('a.ts', `export const ${name} = 1;\n`);
      const as = ['-c', 'user.name=upkeep[bot]', '-c', 'user.email=upkeep[bot]@users.noreply.github.com'];
      await repository.git(...as, 'commit', '-q', '-a', '-m', `auto: ${name}`);
    }
    expect(await ask(repository, since)).toEqual({ since, due: [] });
  });
});
