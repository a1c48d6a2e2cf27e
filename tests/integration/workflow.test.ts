/** The workflow that people commit, run as GitHub would run it. */
import { describe, expect, it } from 'vitest';
import { SHIPPED_WORKFLOW, workflowScene, type WorkflowScene } from '../support/workflow-scene.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { runJson } from '../support/run-agent-command.ts';
import type { WorkflowResult } from '../support/workflow/run-workflow.ts';

const results = (run: WorkflowResult): Record<string, string> =>
  Object.fromEntries(Object.entries(run).map(([job, { result }]) => [job, result]));
const logOf = (run: WorkflowResult, job: string): string => run[job]?.steps.map(({ log }) => log).join('') ?? '';
const openIssues = ({ github }: WorkflowScene): number =>
  github.repository().issues.filter(({ state, pull }) => state === 'open' && pull === null).length;

const push = async (scene: WorkflowScene, words: string) => {
  const before = await scene.github.repository().head();
  const after = await scene.say(words);
  return {
    event: 'push',
    payload: { ref: 'refs/heads/main', before, after, commits: [{ message: 'test: say' }], sender: { type: 'User' } },
  };
};

describe('the workflow that init writes', () => {
  it('has nothing that the devops agent objects to', async () => {
    await using repository = await repositoryWith({ '.github/workflows/agents.yml': SHIPPED_WORKFLOW });
    const { document } = await runJson(repository.path, ['devops', '--no-fix', '--strict', '--delivery', 'none']);
    expect(document.runs[0]?.checks.find(({ check }) => check === 'workflows')).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('runs the agents on a push that concerns them, and nothing but the gate while nothing is due', async () => {
    await using scene = await workflowScene();
    const green = await scene.job(await push(scene, ''));
    expect(results(green), logOf(green, 'gate') + logOf(green, 'agents')).toEqual({
      gate: 'success',
      agents: 'success',
      'pull-request': 'skipped',
      comment: 'skipped',
    });
    expect(green['agents']?.summary).toContain('### Upkeep');
    const asked = scene.github.server.requests.length;
    const quiet = await scene.job({ event: 'schedule', payload: { schedule: '*/5 * * * *' } });
    expect(results(quiet)).toEqual({ gate: 'success', agents: 'skipped', 'pull-request': 'skipped', comment: 'skipped' });
    expect(logOf(quiet, 'gate')).toMatch(/^nothing due on main/);
    // What checks out asks as well; the gate itself asks twice.
    expect(
      scene.github.server.requests
        .slice(asked)
        .filter((line) => line.includes('upload-pack'))
        .slice(-2),
    ).toHaveLength(2);
    const red = await scene.job(await push(scene, 'the door is open'));
    expect(results(red)).toMatchObject({ gate: 'success', agents: 'failure' });
    expect(logOf(red, 'agents')).toContain('the door is open');
  });

  it('opens an issue at the second red push, with the permissions of the job alone', async () => {
    await using scene = await workflowScene();
    await scene.job(await push(scene, 'the door is open'));
    expect(openIssues(scene)).toBe(0);
    const early = await scene.job({ event: 'schedule', payload: { schedule: '*/5 * * * *' } });
    expect(results(early), 'not due yet, and not green over errors').toMatchObject({ gate: 'failure', agents: 'skipped' });
    const second = await scene.job(await push(scene, 'the door is still open'));
    expect(results(second), logOf(second, 'gate') + logOf(second, 'agents')).toMatchObject({ gate: 'success', agents: 'failure' });
    expect(openIssues(scene)).toBe(1);
    expect(scene.github.repository().checkRuns.map(({ name, conclusion }) => `${name} ${conclusion}`)).toContain('upkeep/backend failure');
  });

  it('answers a command in a comment, and nothing else runs', async () => {
    await using scene = await workflowScene();
    await scene.job(await push(scene, ''));
    const repository = scene.github.repository();
    const issue = repository.openIssue({ title: 'What is this?' });
    const comment = repository.comment(issue.number, '/agent why backend', 'acme');
    const run = await scene.job({
      event: 'issue_comment',
      payload: {
        action: 'created',
        issue: { number: issue.number, user: { login: issue.author, type: 'User' }, body: issue.body, title: issue.title },
        comment: { id: comment.id, body: comment.body, user: { login: 'acme', type: 'User' }, created_at: comment.createdAt.toISOString() },
        sender: { login: 'acme', type: 'User' },
      },
    });
    expect(results(run), logOf(run, 'comment')).toEqual({
      gate: 'skipped',
      agents: 'skipped',
      'pull-request': 'skipped',
      comment: 'success',
    });
    expect(issue.comments.map(({ body }) => body).at(-1)).toMatch(/backend/i);
  });

  it('tells a pull request of a fork what is wrong, and writes nothing anywhere', async () => {
    await using scene = await workflowScene();
    await scene.job(await push(scene, ''));
    const repository = scene.github.repository();
    const main = await repository.head();
    await repository.git.git(['branch', 'fork-change', main]);
    const head = await repository.commit({ 'smoke.txt': 'from a fork' }, { branch: 'fork-change', message: 'feat: change' });
    const refs = await repository.git.git(['for-each-ref']);
    const run = await scene.job({
      event: 'pull_request',
      sha: head,
      ref: 'refs/pull/7/merge',
      isFork: true,
      payload: {
        action: 'opened',
        number: 7,
        pull_request: {
          number: 7,
          state: 'open',
          head: { ref: 'fork-change', sha: head, repo: { full_name: 'stranger/site' } },
          base: { ref: 'main', sha: main, repo: { full_name: 'acme/site' } },
        },
      },
    });
    expect(results(run), logOf(run, 'pull-request')).toEqual({
      gate: 'skipped',
      agents: 'skipped',
      'pull-request': 'failure',
      comment: 'skipped',
    });
    expect(logOf(run, 'pull-request')).toContain('from a fork');
    expect(await repository.git.git(['for-each-ref'])).toEqual(refs);
    expect(openIssues(scene)).toBe(0);
  });
});
