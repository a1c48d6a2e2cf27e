import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../../support/git-repository.ts';
import { runCli } from '../../support/run-cli.ts';
import { servedRepository } from '../../support/served-repository.ts';

interface Document {
  readonly isServed: boolean;
  readonly schedules: readonly { readonly agent: string; readonly cron: string; readonly next: readonly string[] }[];
}

async function listed(list: Promise<{ readonly stdout: string }>, agent: string): Promise<object | undefined> {
  return (JSON.parse((await list).stdout) as Document).schedules.find((one) => one.agent === agent);
}

describe('agent schedule set and list', () => {
  it('go by the ledger without a service, until the default is put back', async () => {
    await using repository = await repositoryWith({ 'agent.config.json': '{"agents":{"qa":{"timeZone":"Asia/Tokyo"}}}' });
    const set = await runCli(repository.path, ['schedule', 'set', 'qa', '0 2 * * *', '--priority', 'CRITICAL'], { USER: 'ada' });
    expect(set).toMatchObject({ exitCode: 0, stderr: '' });
    expect(set.stdout.split('\n')[0]).toBe('qa: At 02:00 – Asia/Tokyo, CRITICAL in this clone');
    const list = (): Promise<{ stdout: string }> => runCli(repository.path, ['schedule', 'list', '--json']);
    expect(await listed(list(), 'qa')).toMatchObject({
      cron: '0 2 * * *',
      tz: 'Asia/Tokyo',
      priority: 'CRITICAL',
      setBy: 'ada',
      state: 'ACTIVE',
    });
    await runCli(repository.path, ['schedule', 'set', 'qa', '--default']);
    expect(await listed(list(), 'qa')).toMatchObject({ cron: '*/5 * * * *', priority: 'HIGH', setBy: null });
  });

  it('refuse what never fires, an unknown zone and nothing at all', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const said = async (...args: string[]): Promise<string> => {
      const { exitCode, stderr } = await runCli(repository.path, ['schedule', 'set', 'qa', ...args]);
      return `${exitCode} ${stderr}`;
    };
    expect(await said('0 0 31 2 *')).toMatch(/^2 agent: .*never fires/);
    expect(await said('0 2 * * *', '--tz', 'Europe/Berln')).toMatch(/^2 agent: --tz: .*did you mean "Europe\/Berlin"\?/);
    expect(await said()).toMatch(/^2 agent: expected an expression/);
    expect(await said('0 2 * * *', '--default')).toMatch(/^2 agent: --default puts/);
  });

  it('go to the service where there is one', async () => {
    await using served = await servedRepository();
    const set = await served.agent('schedule', 'set', 'qa', '30 4 * * *', '--tz', 'Europe/Berlin', '--priority', 'LOW');
    expect(set.stdout.split('\n')[0]).toBe('qa: At 04:30 – Europe/Berlin, LOW, for everyone');
    const next = await served.agent('schedule', 'next', 'qa', '-n', '1');
    expect(next.stdout.split('\n')[0]).toBe('qa: At 04:30 – Europe/Berlin (set by ada)');
    const rows = await served.query(`SELECT cron, time_zone AS zone, set_by AS by FROM upkeep.schedule WHERE source = 'person'`);
    expect(rows).toEqual([{ cron: '30 4 * * *', zone: 'Europe/Berlin', by: 'ada' }]);
    expect(await listed(served.agent('schedule', 'list', '--json'), 'qa')).toMatchObject({
      words: 'At 04:30',
      priority: 'LOW',
      setBy: 'ada',
      next: [expect.stringMatching(/T04:30:00\+0[12]:00$/) as string, expect.anything(), expect.anything()],
      last: null,
    });
    const why = await served.agent('why', 'qa');
    expect(why.stdout).toMatch(/service:\n {2}one looks after .* on main, in here:.*\n {2}its next slot comes in \d+ (s|min|h), at /);
  });
});
