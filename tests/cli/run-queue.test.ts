import { describe, expect, it } from 'vitest';
import { finishRuns } from '../../scheduler/runs/finish-runs.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { resultOf } from '../support/queue-scene.ts';
import { runCli } from '../support/run-cli.ts';
import { servedRepository } from '../support/served-repository.ts';

const FINDING = { path: 'a.md', line: 3, column: 1, rule: 'spelling', severity: 'error', message: 'teh', fingerprint: 'f', isFixed: false };

describe('agent run --queue', () => {
  it('shows what the service made of it as agent run does, with its exit code', async () => {
    await using served = await servedRepository();
    const run = served.agent('run', 'qa', '--queue', '--json');
    let [claimed] = await served.queue.claim(served.serviceId);
    while (claimed === undefined) {
      await served.query('SELECT pg_sleep(0.05)');
      [claimed] = await served.queue.claim(served.serviceId);
    }
    const check = {
      runId: claimed.id,
      check: 'words',
      outcome: 'failed',
      reason: 'errors-left',
      durationMs: 5,
      command: 'npm run words',
    } as const;
    const base = 'a'.repeat(40);
    const result = resultOf({
      outcome: 'failed',
      reason: 'errors-left',
      errors: 1,
      checkedBase: base,
      checks: [{ ...check, findings: [FINDING] }],
    });
    await finishRuns(served.queue.context, [{ run: claimed, kind: 'ended', result }], served.serviceId);
    const { exitCode, stdout, stderr } = await run;
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ schemaVersion: 1, branch: 'main', base, exitCode: 1 },
      runs: [
        { agent: 'qa', runId: claimed.id, outcome: 'failed', checks: [{ check: 'words', findings: [{ rule: 'spelling', fixed: false }] }] },
      ],
      delivery: { outcome: 'nothing' },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('qa');
  });

  it('hands runs over without waiting, refuses what is paused, and what only a run here can do', async () => {
    await using served = await servedRepository();
    const handed = await served.agent('run', 'docs', '--queue', '--no-wait', '--priority', 'HIGH');
    expect(handed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^docs +queued as run [0-9a-f-]{36}\n$/) as string });
    expect(await served.query('SELECT priority FROM upkeep.run')).toEqual([{ priority: 'HIGH' }]);
    await served.agent('pause', 'qa');
    expect(await served.agent('run', 'qa', '--queue')).toMatchObject({
      exitCode: 2,
      stderr: 'agent: qa is paused by ada: agent resume qa ends that\n',
    });
    expect(await served.agent('run', 'qa', '--queue', '--working-tree')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--working-tree is for a run here') as string,
    });
  });

  it('says that there is no service', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { exitCode, stderr } = await runCli(repository.path, ['run', '--queue']);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no service looks after this repository') as string,
    });
    expect(await runCli(repository.path, ['run', '--no-wait'])).toMatchObject({ exitCode: 2 });
  });
});
