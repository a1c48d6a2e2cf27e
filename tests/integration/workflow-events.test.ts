/** What keeps events of the shipped workflow apart, and what it does when something is not as it should be. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GATE_FILE, workflowText } from '../../cli/init/workflow-text.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { runJson } from '../support/run-agent-command.ts';
import { expressionsIn } from '../support/workflow/expressions.ts';
import type { WorkflowResult } from '../support/workflow/run-workflow.ts';
import { SHIPPED_WORKFLOW, workflowScene } from '../support/workflow-scene.ts';

const logOf = (run: WorkflowResult, job: string): string => run[job]?.steps.map(({ log }) => log).join('') ?? '';

describe('the shipped workflow', () => {
  it('is without fault for every package manager and for a repository without one', async () => {
    const managers = ['npm', 'pnpm', 'yarn', 'bun', null] as const;
    const files = managers.flatMap((packageManager) =>
      [true, false].map((isYarnClassic) => {
        const found = { packageManager, hasManifest: packageManager !== null, isYarnClassic, defaultBranch: 'release/1.x' };
        return [`.github/workflows/${packageManager ?? 'none'}-${isYarnClassic}.yml`, workflowText(found, '1.0.0')] as const;
      }),
    );
    await using repository = await repositoryWith(Object.fromEntries(files));
    const { document } = await runJson(repository.path, ['devops', '--no-fix', '--strict', '--delivery', 'none']);
    expect(document.runs[0]?.checks.find(({ check }) => check === 'workflows')).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('calls one program a step, and gives the token to that step alone', () => {
    const { jobs, permissions } = parse(SHIPPED_WORKFLOW) as {
      permissions: object;
      jobs: Record<string, { 'timeout-minutes': number; env?: object; steps: { run?: string; env?: Record<string, string> }[] }>;
    };
    expect(permissions).toEqual({});
    for (const [id, job] of Object.entries(jobs)) {
      expect(job['timeout-minutes'], id).toBeLessThanOrEqual(90);
      expect(job.env, id).toBeUndefined();
      const runs = job.steps.filter(({ run }) => run !== undefined);
      for (const { run } of runs) expect(run).toMatch(/^[\w./@ -]+$/);
      expect(runs.filter(({ env }) => env !== undefined)).toHaveLength(1);
      expect(runs.at(-1)?.env).toEqual({ GITHUB_TOKEN: '${{ github.token }}' });
    }
  });

  it('lets nothing that somebody did be dropped: only scheduled runs, and those of one pull request, wait for each other', () => {
    const { concurrency } = parse(SHIPPED_WORKFLOW) as { concurrency: { group: string; 'cancel-in-progress': string } };
    const of = (event: string, run: number, ref = 'refs/heads/main'): [string, string] => {
      const expressions = expressionsIn({ github: { event_name: event, run_id: String(run), ref } }, () => 'success');
      return [expressions.text(concurrency.group), expressions.text(concurrency['cancel-in-progress'])];
    };
    expect(of('schedule', 1)).toEqual(of('schedule', 2));
    expect(of('schedule', 1)[1]).toBe('false');
    for (const event of ['push', 'workflow_dispatch', 'repository_dispatch', 'issue_comment']) {
      expect(of(event, 1)[0], event).not.toBe(of(event, 2)[0]);
      expect(of(event, 1)[1]).toBe('false');
    }
    const [seven, eight] = ['refs/pull/7/merge', 'refs/pull/8/merge'];
    expect(of('pull_request', 1, seven)).toEqual(['agents-refs/pull/7/merge', 'true']);
    expect(of('pull_request', 2, seven)).toEqual(of('pull_request', 1, seven));
    expect(of('pull_request', 3, eight)[0]).not.toBe(of('pull_request', 1, seven)[0]);
  });
});

describe('a job of it', () => {
  it('runs the agents that a person names, whatever they remember, and tells further jobs how it went', async () => {
    await using scene = await workflowScene();
    const inputs = { agents: 'backend', force: 'true' };
    await scene.job({ event: 'workflow_dispatch', payload: { inputs: { agents: '', force: 'false' } } });
    const quiet = await scene.job({ event: 'workflow_dispatch', payload: { inputs: { agents: '', force: 'false' } } });
    expect(quiet['agents']?.result, logOf(quiet, 'gate')).toBe('skipped');
    const forced = await scene.job({ event: 'workflow_dispatch', payload: { inputs } });
    expect(forced['agents']?.result, logOf(forced, 'agents')).toBe('success');
    expect(forced['gate']?.outputs).toEqual({ due: 'true', agents: 'backend' });
    expect(forced['agents']?.outputs).toMatchObject({ outcome: 'passed', commits: '', head: await scene.github.repository().head() });
    const unknown = await scene.job({ event: 'repository_dispatch', payload: { client_payload: { agents: ['bakend'] } } });
    expect(unknown['agents']?.result).toBe('failure');
    expect(logOf(unknown, 'agents')).toContain('there is no agent "bakend" – did you mean "backend"?');
  });

  it('runs the agents when the gate itself is broken, and when it is gone', async () => {
    for (const gate of ['throw new Error("no");\n', 'export {};\n']) {
      await using scene = await workflowScene({ files: { [GATE_FILE]: gate } });
      const run = await scene.job({ event: 'schedule' });
      expect(run['agents']?.result, logOf(run, 'agents')).toBe('success');
      expect(logOf(run, 'agents')).toContain('backend');
    }
  });

  it('looks only at what a push touches, and repeats what is still wrong elsewhere', async () => {
    await using scene = await workflowScene();
    const repository = scene.github.repository();
    await scene.say('the door is open');
    await scene.job({ event: 'schedule' });
    const before = await repository.head();
    const after = await repository.commit({ 'notes.md': '# Notes\n' }, { message: 'docs: notes' });
    const payload = { ref: 'refs/heads/main', before, after, commits: [{ message: 'docs: notes' }] };
    const run = await scene.job({ event: 'push', payload });
    expect(run['agents']?.result).toBe('failure');
    expect(logOf(run, 'agents')).toContain('not started by this trigger; 1 error left');
    expect(logOf(run, 'agents')).not.toContain('started:');
  });
});
