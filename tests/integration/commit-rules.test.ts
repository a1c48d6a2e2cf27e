/** `agent run` where the repository has rules of its own for commits: commitlint, and hooks that refuse everything. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { acceptAutoCommits } from '../../agents/commit-hooks.ts';
import type { jsonDocument } from '../../cli/reporters/json-document.ts';
import { linkCommitlint } from '../support/commitlint.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { threeAgentsRepository } from '../support/three-agents.ts';

const CONVENTIONAL = { extends: ['@commitlint/config-conventional'] };
const NO = '#!/bin/sh\nexit 1\n';

async function repositoryWithRules(rules: object): Promise<TestRepository> {
  const repository = await threeAgentsRepository();
  await repository.commit('rules', {
    '.commitlintrc.json': JSON.stringify(rules),
    '.husky/commit-msg': 'npx --no -- commitlint --edit $1\n',
    '.gitignore': 'node_modules\n',
  });
  linkCommitlint(repository.path);
  await repository.write('.git/hooks/pre-commit', NO, 0o755);
  return repository;
}

const told = (document: unknown): Pick<ReturnType<typeof jsonDocument>, string> => document as ReturnType<typeof jsonDocument>;

describe('agent run in a repository with the conventional rules', () => {
  it('keeps the commits, says why and what to do, and delivers them once the rules accept them', async () => {
    await using repository = await repositoryWithRules(CONVENTIONAL);
    const before = await repository.head();
    const { code, stdout } = await agent(repository.path, ['run']);
    expect(code).toBe(0);
    expect(stdout).toContain('delivery: 3 commits – not on the branch yet; waiting under refs/upkeep/suggest (main)\n');
    expect(stdout).toMatch(/\n {4}\.commitlintrc\.json refuses the commit messages of backend, qa, docs: .*\[type-enum\]\n/);
    expect(stdout).toContain('\n    hooks passed over: pre-commit; commit-msg (husky)\n');
    expect(stdout).toMatch(/\nnext: let it accept them \(`agent init` shows how\)/);
    expect(await repository.head()).toBe(before);

    expect((await agent(repository.path, ['init', '--yes'])).code).toBe(0);
    await repository.git('add', '.commitlintrc.json');
    await repository.git('commit', '-q', '--no-verify', '-m', 'feat: let agents commit');
    const { document } = await runJson(repository.path);
    expect(document.delivery).toMatchObject({ outcome: 'delivered', reason: null });
    expect(told(document)).toMatchObject({
      commitlint: { configuration: '.commitlintrc.json', verdict: 'accepted', refused: [], rules: [], why: null },
      hooksPassedOver: [
        { name: 'pre-commit', manager: null },
        { name: 'commit-msg', manager: 'husky' },
      ],
    });
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
  });

  it('pushes nothing, writes patches and ends with 4', async () => {
    await using repository = await repositoryWithRules(CONVENTIONAL);
    await using remote = await repository.clone('--bare');
    await repository.git('remote', 'add', 'origin', remote.path);
    const { code, document } = await runJson(repository.path, ['--delivery', 'push']);
    expect(code).toBe(4);
    expect(document.delivery).toMatchObject({ mode: 'push', outcome: 'refused' });
    expect(document.delivery.reason).toContain('[type-enum]');
    expect(await remote.git('rev-parse', 'main')).toBe(await repository.head());
    expect(told(document)).toMatchObject({ commitlint: { verdict: 'refused', refused: ['backend', 'qa', 'docs'] } });
  });

  it('lets a person take the commits as they are', async () => {
    await using repository = await repositoryWithRules(CONVENTIONAL);
    await runJson(repository.path);
    expect((await agent(repository.path, ['accept'])).code).toBe(0);
    expect(await repository.git('log', '-1', '--format=%s')).toMatch(/^auto: /);
    const { document } = await runJson(repository.path);
    expect(document.runs.map(({ outcome, commit }) => [outcome, commit])).toEqual([
      ['passed', null],
      ['passed', null],
      ['passed', null],
    ]);
    expect(told(document)).toMatchObject({ commitlint: null, hooksPassedOver: [] });
  });
});

describe('agent run where commitlint cannot be asked', () => {
  it('delivers, and says so in the terminal and on the page of the job', async () => {
    await using repository = await repositoryWithRules({ extends: ['./gone.js'] });
    await using folder = await temporaryFolder();
    const summary = `${folder.path}/summary.md`;
    const env = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_REPOSITORY: 'owner/name', GITHUB_RUN_ID: '1' };
    const { code, stdout } = await agent(repository.path, ['run', '--delivery', 'local'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {4}commit messages not checked: \.commitlintrc\.json could not be asked: .*gone\.js/);
    expect(await repository.git('log', '-1', '--format=%s')).toMatch(/^auto: /);
    const page = await readFile(summary, 'utf8');
    expect(page).toMatch(/\ncommit messages not checked: /);
    expect(page).toContain('\nhooks passed over: pre\\-commit; commit\\-msg \\(husky\\)\n');
  });
});

describe('agent run where the rules accept the messages', () => {
  it('has no word to say about them', async () => {
    await using repository = await repositoryWithRules(acceptAutoCommits(CONVENTIONAL));
    const { code, stdout } = await agent(repository.path, ['run']);
    expect(code).toBe(0);
    expect(stdout).toContain('the branch moved forward');
    expect(stdout).not.toContain('commitlint');
  });
});
