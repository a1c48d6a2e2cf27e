import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';
import { servedRepository } from '../support/served-repository.ts';

describe('agent queue and agent cancel', () => {
  it('show what is under way and what waits, why, and end it', async () => {
    await using served = await servedRepository();
    const running = await served.queue.ask(served.agents.qa);
    await served.claim();
    const [waiting, other] = [await served.queue.ask(served.agents.qa), await served.queue.ask(served.agents.docs, { priority: 'HIGH' })];
    const { stdout } = await served.agent('queue');
    const lines = stdout.split('\n').slice(1);
    expect(lines[0]).toMatch(new RegExp(`^▶ +qa +NORMAL +just now by ann +${running?.id} +under way for .* on here$`));
    expect(lines[1]).toMatch(new RegExp(`^1 +docs +HIGH .* ${other?.id} +another run of the repository is under way in its clone$`));
    expect(lines[2]).toMatch(new RegExp(`^2 +qa +NORMAL .* ${waiting?.id} +run ${running?.id} of the agent comes first$`));
    const document = JSON.parse((await served.agent('queue', '--json')).stdout) as { runs: object[] };
    expect(document.runs).toMatchObject([
      { agent: 'qa', state: 'running', position: null, why: null, host: 'here' },
      { agent: 'docs', position: 1, why: { kind: 'repository-busy' } },
      { agent: 'qa', position: 2, why: { kind: 'agent-busy', runId: running?.id } },
    ]);
    expect((await served.agent('cancel', 'qa')).stdout).toBe(
      `1 run of qa that had not started is cancelled\nrun ${running?.id} of qa is being ended\n`,
    );
    expect((await served.agent('cancel', other?.id ?? '')).stdout).toBe('1 run of docs that had not started is cancelled\n');
    expect(await served.agent('cancel', 'docs')).toMatchObject({
      exitCode: 2,
      stderr: 'agent: docs has no run that waits or is under way\n',
    });
  });

  it('say plainly that there is no service', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const words = 'no service looks after this repository, so nothing is queued: agent serve starts one\n';
    expect(await runCli(repository.path, ['queue'])).toEqual({ exitCode: 0, stdout: words, stderr: '' });
    expect(await runCli(repository.path, ['cancel', 'qa'])).toEqual({ exitCode: 2, stdout: '', stderr: `agent: ${words}` });
  });
});
