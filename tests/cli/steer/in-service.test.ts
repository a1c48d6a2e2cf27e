import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.ts';
import { repositoryWith } from '../../support/git-repository.ts';
import { servedRepository, type ServedRepository } from '../../support/served-repository.ts';

const NO_SERVER = 'postgres://nobody@127.0.0.1:1/none';

async function pauses({ query }: ServedRepository): Promise<object[]> {
  return query('SELECT by, reason FROM upkeep.pause');
}

describe('steering by the command line where a service looks after the repository', () => {
  it('pauses and resumes in the service, in the same words as without one', async () => {
    await using served = await servedRepository();
    await served.queue.ask(served.agents.qa);
    const paused = await served.agent('pause', 'qa', '--reason', 'release', '--for', '2h');
    expect(paused).toMatchObject({ exitCode: 0, stderr: '' });
    expect(paused.stdout).toMatch(
      /^qa is paused, for everyone until \d{4}-\d\d-\d\d \d\d:\d\d UTC; agent resume qa ends that\n1 run that had not started is skipped: qa\n$/,
    );
    expect(await pauses(served)).toEqual([{ by: 'ada', reason: 'release' }]);
    const resumed = await served.agent('resume', 'qa');
    expect(resumed.stdout).toMatch(/^qa may run again, for everyone; it comes next (in \d+ (min|h)|now)\n$/);
    expect(await pauses(served)).toEqual([]);
    const again = await served.agent('resume', 'qa');
    expect(again).toEqual({ exitCode: 2, stdout: '', stderr: 'agent: qa is not paused: there is nothing to resume\n' });
  });

  it('refuses to pause what runs, or waits for its end when that is asked for', async () => {
    await using served = await servedRepository();
    const run = await served.queue.ask(served.agents.qa);
    await served.claim();
    const refused = await served.agent('pause', 'qa');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(`agent: qa runs now (run ${run?.id}), and a running agent cannot be paused`);
    const waiting = served.agent('pause', 'qa', '--after-run');
    while ((await pauses(served)).length === 0) await served.query('SELECT pg_sleep(0.05)');
    await served.query(`UPDATE upkeep.run SET state = 'settled', outcome = 'passed', settled_at = now()`);
    expect(await waiting).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ends that\nqa passed\n$/) as string });
  });

  it('tries an agent in ERROR again at once, and says who needs no retry', async () => {
    await using served = await servedRepository();
    await served.query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'network' WHERE name = 'qa'`);
    expect((await served.agent('retry', 'qa')).stdout).toMatch(/^qa is back in the schedule, and tried at once \(run [0-9a-f-]{36}\)\n$/);
    expect(await served.claim()).toHaveLength(1);
    expect(await served.agent('retry', 'docs')).toMatchObject({
      exitCode: 2,
      stderr: 'agent: docs needs no retry: it is in the schedule\n',
    });
  });

  it('goes by the ledger where the service is gone or looks after another branch', async () => {
    await using served = await servedRepository();
    await served.repository.git('branch', 'next');
    expect((await served.agent('pause', 'qa', '--branch', 'next')).stdout).toMatch(/^qa is paused on next in this clone;/);
    await served.query('UPDATE upkeep.service SET ended_at = now()');
    expect((await served.agent('pause', 'docs')).stdout).toMatch(/^docs is paused in this clone;/);
    expect(await pauses(served)).toEqual([]);
  });
});

describe('steering by the command line without a service', () => {
  it('refuses what only a service can do', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { exitCode, stderr } = await runCli(repository.path, ['pause', 'qa', '--after-run']);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--after-run needs a service') as string });
  });

  it('never falls back to the ledger when a database is named that does not answer', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { exitCode, stdout, stderr } = await runCli(repository.path, ['pause', 'qa'], { DATABASE_URL: NO_SERVER });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain('No PostgreSQL answers at 127.0.0.1:1');
    expect((await runCli(repository.path, ['status', '--json'])).stdout).not.toContain('PAUSED');
  });

  it('takes a DATABASE_URL of another kind for that of an application', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const paused = await runCli(repository.path, ['pause', 'qa'], { DATABASE_URL: 'mysql://127.0.0.1:1/app' });
    expect(paused).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('in this clone') as string });
  });
});
