/** The action of this repository, as the workflow of this repository uses it: resolved to the checkout, and really run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GATE_FILE } from '../../cli/init/workflow-text.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { runJson } from '../support/run-agent-command.ts';
import type { WorkflowResult } from '../support/workflow/run-workflow.ts';
import { workflowScene, type WorkflowScene } from '../support/workflow-scene.ts';

const own = (path: string): string => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');
const ACTION = own('action.yml');
const WORKFLOW = own('.github/workflows/agents.yml');
/** What a checkout of this repository has, as far as the action goes by it. */
const FILES = {
  'action.yml': ACTION,
  'bin/agent.js': own('bin/agent.js'),
  [GATE_FILE]: own(GATE_FILE),
  '.gitignore': 'node_modules\ndist\n',
  'package.json': '{ "name": "site", "private": true }\n',
  'package-lock.json': '{ "name": "site", "lockfileVersion": 3, "packages": {} }\n',
  'bin/package.json': '{ "type": "commonjs" }\n',
};

const logOf = (run: WorkflowResult, job: string): string => run[job]?.steps.map(({ log }) => log).join('') ?? '';
const namesOf = (run: WorkflowResult, job: string): string[] =>
  run[job]?.steps.filter(({ outcome }) => outcome !== 'skipped').map(({ name }) => name) ?? [];

describe('the workflow of this repository', () => {
  it('and its action have nothing that the devops agent objects to', async () => {
    await using repository = await repositoryWith({ '.github/workflows/agents.yml': WORKFLOW, 'action.yml': ACTION });
    const { document } = await runJson(repository.path, ['devops', '--no-fix', '--strict', '--delivery', 'none']);
    expect(document.runs[0]?.checks.find(({ check }) => check === 'workflows')).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('runs the agents by the action that was checked out, and with nothing due installs nothing', async () => {
    await using scene = await workflowScene({ files: FILES });
    const green = await scene.job({ event: 'schedule', workflow: WORKFLOW });
    expect(green['agents']?.result, logOf(green, 'agents')).toBe('success');
    expect(logOf(green, 'agents')).toContain('backend       passed');
    expect(green['agents']?.outputs).toEqual({ outcome: 'passed', commits: '' });
    const quiet = await scene.job({ event: 'schedule', workflow: WORKFLOW });
    expect(quiet['agents']?.result, logOf(quiet, 'agents')).toBe('success');
    expect(logOf(quiet, 'agents')).toMatch(/^nothing due on main/);
    expect(namesOf(quiet, 'agents').filter((name) => /npm|setup-node|agent\.js/.test(name))).toEqual([]);
    const before = await scene.github.repository().head();
    const after = await scene.say('the door is open');
    const red = await scene.job({ event: 'push', workflow: WORKFLOW, payload: { before, after, commits: [{ message: 'test: say' }] } });
    expect(red['agents']).toMatchObject({ result: 'failure', outputs: { outcome: 'failed' } });
  });

  it('answers a comment, and looks at a fork without writing anything', async () => {
    await using scene = await workflowScene({ files: FILES });
    await scene.job({ event: 'schedule', workflow: WORKFLOW });
    const repository = scene.github.repository();
    const answered = await scene.job({ event: 'issue_comment', workflow: WORKFLOW, payload: commentOn(scene, '/agent why backend') });
    expect(answered['agents']?.result, logOf(answered, 'agents')).toBe('success');
    expect(repository.issues.at(-1)?.comments.at(-1)?.body).toMatch(/backend/i);
    const idle = await scene.job({ event: 'issue_comment', workflow: WORKFLOW, payload: commentOn(scene, 'thanks') });
    expect(idle['agents']?.result).toBe('skipped');

    await repository.git.git(['branch', 'topic', 'main']);
    const sha = await repository.commit({ 'smoke.txt': 'from a fork' }, { branch: 'topic', message: 'feat: change' });
    const refs = await repository.git.git(['for-each-ref']);
    const fork = await scene.job({
      event: 'pull_request',
      workflow: WORKFLOW,
      isFork: true,
      sha,
      ref: 'refs/pull/7/merge',
      payload: pullRequest(),
    });
    expect([fork['agents']?.result, fork['pull-request']?.result]).toEqual(['skipped', 'failure']);
    expect(logOf(fork, 'pull-request')).toContain('from a fork');
    expect(await repository.git.git(['for-each-ref'])).toEqual(refs);
  });
});

describe('the action', () => {
  const using = (inputs: object): string =>
    `on: { schedule: }\njobs:\n  a:\n    permissions: { contents: write, checks: write, issues: write, pull-requests: write }\n    steps:\n      - uses: actions/checkout@${'0'.repeat(40)}\n        with: { persist-credentials: false }\n      - id: it\n        uses: ./\n        with: ${JSON.stringify(inputs)}\n    outputs: ${JSON.stringify(Object.fromEntries(Object.keys((parse(ACTION) as { outputs: object }).outputs).map((name) => [name, `\${{ steps.it.outputs.${name} }}`])))}\n`;

  it('takes agents, force and delivery, and gives every output', async () => {
    await using scene = await workflowScene({ files: FILES });
    await scene.job({ event: 'schedule', workflow: using({}) });
    const forced = await scene.job({ event: 'schedule', workflow: using({ agents: 'backend', force: 'true', delivery: 'none' }) });
    expect(forced['a']?.outputs, logOf(forced, 'a')).toEqual({
      due: 'true',
      outcome: 'passed',
      'exit-code': '0',
      commits: '',
      head: await scene.github.repository().head(),
      'pull-requests': '',
    });
    const unknown = await scene.job({ event: 'schedule', workflow: using({ agents: 'backend; touch pwned $(touch pwned)' }) });
    expect(unknown['a']?.result).toBe('failure');
    expect(logOf(unknown, 'a')).toContain('there is no agent "backend;"');
  });

  it('runs a published version instead of its own sources when one is named', async () => {
    await using scene = await workflowScene({ files: FILES });
    const run = await scene.job({ event: 'schedule', workflow: using({ version: '1.2.3' }) });
    expect(run['a']?.outputs, logOf(run, 'a')).toMatchObject({ due: 'true', outcome: 'passed', 'exit-code': '0' });
    expect(namesOf(run, 'a').some((name) => name.includes('npm ci'))).toBe(false);
  });
});

describe('the gate that is committed here', () => {
  it('is the one that the sources make: after a change of them `npm run gate` writes it anew', () => {
    expect(own(GATE_FILE)).toBe(own('dist/gate.mjs'));
  });
});

function commentOn({ github }: WorkflowScene, body: string): Record<string, unknown> {
  const repository = github.repository();
  const issue = repository.openIssue({ title: 'What is this?' });
  const { id, createdAt } = repository.comment(issue.number, body, 'acme');
  const user = { login: 'acme', type: 'User' };
  return {
    action: 'created',
    issue: { number: issue.number, user, body: issue.body, title: issue.title },
    comment: { id, body, user, created_at: createdAt.toISOString() },
    sender: user,
  };
}

function pullRequest(): Record<string, unknown> {
  const head = { ref: 'topic', repo: { full_name: 'stranger/site' } };
  return {
    action: 'opened',
    number: 7,
    pull_request: { number: 7, state: 'open', head, base: { ref: 'main', repo: { full_name: 'acme/site' } } },
  };
}
