import { describe, expect, it } from 'vitest';
import { workflowsAt } from '../../cli/github/workflow-facts.ts';
import { requiredChecks } from '../../github/required-checks.ts';
import { planStart, startChecks, type WorkflowFacts } from '../../github/start-checks.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { startGitHub } from '../support/github/start-github.ts';

const workflow = (file: string, checks: string[], more: Partial<WorkflowFacts> = {}): WorkflowFacts => ({
  file,
  checks,
  canBeStarted: true,
  isOurs: false,
  ...more,
});

describe('the plan', () => {
  const WORKFLOWS = [
    workflow('ci.yml', ['build', 'Tests, Node *', 'deploy']),
    workflow('lint.yml', ['lint'], { canBeStarted: false }),
    workflow('agents.yml', ['agents'], { isOurs: true }),
    workflow('other.yml', ['deploy']),
  ];

  it.each<[string[], string[], string[]]>([
    [['build'], ['ci.yml'], []],
    [['build (20, ubuntu)', 'build / unit', 'Tests, Node 24'], ['ci.yml'], []],
    [['build-docs', 'Tests'], [], []],
    [['lint'], [], ['lint no-trigger']],
    [['agents', 'build'], ['ci.yml'], ['agents ours']],
    [['codecov/patch'], [], []],
    [['deploy'], ['ci.yml'], []],
    [[], [], []],
  ])('for %j starts %j and leaves %j', (...[required, files, hanging]) => {
    const plan = planStart(required, WORKFLOWS);
    expect([plan.files, plan.hanging.map(({ check, why }) => `${check} ${why}`)]).toEqual([files, hanging]);
  });
});

describe('the workflows of a commit', () => {
  it('are read as data, whatever form they have', async () => {
    await using repository = await repositoryWith({
      '.github/workflows/a.yml': 'on: [push, workflow_dispatch]\njobs:\n  build: {}\n  test: { name: "Tests, Node ${{ matrix.node }}" }\n',
      '.github/workflows/b.yaml': 'on: { push: , workflow_dispatch: { inputs: { where: { required: true } } } }\njobs: { lint: {} }\n',
      '.github/workflows/c.yml': 'on: workflow_dispatch\njobs: { own: { steps: [{ run: npx agent run --ci }] } }\n',
      '.github/workflows/torn.yml': 'on: [\n',
      '.github/workflows/list.yml': '- 1\n',
      '.github/workflows/sub/d.yml': 'on: push\n',
      '.github/dependabot.yml': 'version: 2\n',
    });
    expect(await workflowsAt(await repository.open(), await repository.head())).toEqual([
      workflow('a.yml', ['build', 'Tests, Node *']),
      workflow('b.yaml', ['lint'], { canBeStarted: false }),
      workflow('c.yml', ['own'], { isOurs: true }),
      workflow('list.yml', [], { canBeStarted: false }),
    ]);
  });
});

describe('on GitHub', () => {
  const FILES = { '.github/workflows/ci.yml': 'on: [push, workflow_dispatch]\njobs: { build: {} }\n' };
  const plan = planStart(['build', 'lint'], [workflow('ci.yml', ['build']), workflow('lint.yml', ['lint'], { canBeStarted: false })]);

  it('required checks are those of rulesets and of the branch’s own protection', async () => {
    await using double = await startGitHub({ repositories: { 'acme/site': { files: FILES } } });
    const github = double.open();
    expect(await requiredChecks(github, 'main')).toEqual([]);
    expect(await requiredChecks(github, 'no-such-branch')).toEqual([]);
    await double.repository().protect('main', { requiredChecks: ['build', 'lint'] });
    expect(await requiredChecks(github, 'main')).toEqual(['build', 'lint']);
  });

  it('each workflow is started on each branch, and what waits is explained', async () => {
    await using double = await startGitHub({ repositories: { 'acme/site': { files: FILES } } });
    const repository = double.repository();
    for (const branch of ['upkeep/qa', 'upkeep/docs']) await repository.git.git(['branch', branch, 'main']);
    const sentences = await startChecks(double.open(), { plan, branches: ['upkeep/qa', 'upkeep/docs'] });
    expect(repository.dispatches.map(({ workflow: file, ref }) => [file, ref])).toEqual([
      ['ci.yml', 'upkeep/qa'],
      ['ci.yml', 'upkeep/docs'],
    ]);
    expect(sentences).toEqual([
      "started ci.yml on upkeep/qa, upkeep/docs: pushes with a job's own token start none",
      expect.stringMatching(/^the required check "lint" waits without end .*: give lint\.yml the trigger workflow_dispatch/),
    ]);
  });

  it('a token that may not start them is told what it lacks', async () => {
    await using double = await startGitHub({ repositories: { 'acme/site': { files: FILES } } });
    double.addToken('small', { permissions: { metadata: 'read', contents: 'write' } });
    const sentences = await startChecks(double.open({ auth: { kind: 'token', token: 'small' } }), { plan, branches: ['main'] });
    expect(sentences[0]).toMatch(/^ci\.yml could not be started on main, .*: give the job `actions: write`/);
  });
});
