import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../../ledger/event.ts';
import { append } from '../../../ledger/append.ts';
import { openLedger } from '../../../ledger/store.ts';
import { repositoryWith, temporaryFolder } from '../../support/git-repository.ts';
import { common, originAt } from '../../support/ledger-events.ts';
import { runCli } from '../../support/run-cli.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'agent.js');
const NEW_YORK = ['schedule', 'next', '--cron', '30 2 * * *', '--tz', 'America/New_York', '--from', '2026-03-07T08:00:00Z', '-n', '2'];

describe('agent schedule next', () => {
  it('tells when an expression comes next, in a folder without a repository', async () => {
    await using folder = await temporaryFolder();
    const [people, program] = [await runCli(folder.path, NEW_YORK), await runCli(folder.path, [...NEW_YORK, '--json'])];
    expect(people.stdout).toMatch(
      /^At 02:30 – America\/New_York\nSun 2026-03-08 03:00 -04:00 {2}\S.*\nMon 2026-03-09 02:30 -04:00 {2}\S.*\n$/,
    );
    expect(JSON.parse(program.stdout)).toEqual({
      schemaVersion: 1,
      agent: null,
      cron: '30 2 * * *',
      tz: 'America/New_York',
      from: '2026-03-07T03:00:00-05:00',
      words: 'At 02:30',
      setBy: null,
      next: ['2026-03-08T03:00:00-04:00', '2026-03-09T02:30:00-04:00'],
    });
  });

  it('says what is wrong, to programs as well', async () => {
    await using folder = await temporaryFolder();
    const wrong = await runCli(folder.path, ['schedule', 'next', '--cron', '60 * * * *', '--json']);
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^agent: --cron: minute \(field 1\): expected 0–59/) as string,
    });
    expect(JSON.parse(wrong.stdout)).toMatchObject({ schemaVersion: 1, error: { code: 'field' } });
    const both = await runCli(folder.path, ['schedule', 'next', 'qa', '--cron', '* * * * *']);
    expect(both).toMatchObject({
      exitCode: 2,
      stderr: 'agent: an agent has a schedule of its own: name an agent or give --cron, not both\n',
    });
  });

  it('reads the schedule of an agent, which a command may have changed since', async () => {
    const config = { agents: { qa: { schedule: '15 30 4 1 * *', timeZone: 'Asia/Tokyo' } } };
    await using repository = await repositoryWith({ 'agent.config.json': JSON.stringify(config) });
    const configured = await runCli(repository.path, ['schedule', 'next', 'qa', '--from', '2026-01-01T00:00:00Z', '-n', '1']);
    expect(configured.stdout).toMatch(/^qa: At 04:30:15, on day 1 of the month – Asia\/Tokyo\nSun 2026-02-01 04:30:15 \+09:00 {2}/);
    const data = { ...common('qa', ''), cron: '@weekly', zone: 'Europe/Berlin', by: 'ada' };
    await append(openLedger(`${repository.path}/.git`), [makeEvent('agent:scheduled', data, originAt(0))], { scope: 'local' });
    const set = await runCli(repository.path, ['schedule', 'next', 'qa', '--from', '2026-01-01T00:00:00Z', '-n', '1', '--json']);
    expect(JSON.parse(set.stdout)).toMatchObject({ agent: 'qa', cron: '@weekly', setBy: 'ada', next: ['2026-01-04T00:00:00+01:00'] });
  });

  it('talks to a program, one answer for one question, until it hears no more', async () => {
    await using folder = await temporaryFolder();
    const child = spawn(process.execPath, [BIN, 'schedule', 'next'], { cwd: folder.path, stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (line: string): Promise<unknown> => {
      child.stdin.write(`${line}\n`);
      const { value } = await answers.next();
      return JSON.parse(value as string);
    };
    expect(await ask('{"cron":"@daily","from":"2026-03-07T00:00:00Z"}')).toEqual({ next: ['2026-03-08T00:00:00+00:00'] });
    expect(await ask('what?')).toMatchObject({ error: { code: 'not-json' } });
    expect(await ask('x'.repeat(200_000))).toMatchObject({ error: { code: 'line-too-long' } });
    expect(await ask('{"cron":"@daily","from":"2026-03-08T00:00:00Z"}')).toEqual({ next: ['2026-03-09T00:00:00+00:00'] });
    child.stdin.end('{"cron":"@yearly","from":"2026-03-08T00:00:00Z"}');
    expect(JSON.parse((await answers.next()).value as string)).toEqual({ next: ['2027-01-01T00:00:00+00:00'] });
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('ends when nobody reads its answers any more', async () => {
    await using folder = await temporaryFolder();
    const child = spawn(process.execPath, [BIN, 'schedule', 'next'], { cwd: folder.path, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    child.stdin.on('error', () => undefined);
    const question = `${JSON.stringify({ cron: '* * * * *', n: 1000 })}\n`;
    child.stdin.write(question);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const more = setInterval(() => child.stdin.write(question), 5);
    expect(await ended).toEqual([0, null]);
    clearInterval(more);
  });
});
