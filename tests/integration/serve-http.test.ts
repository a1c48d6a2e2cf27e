/** `agent serve` as a process, asked over HTTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';
import { serveCommand } from '../support/serve-command.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');
const AGENTS = ['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'];
/** Nothing to carry out. */
const IDLE = { 'agent.config.json': JSON.stringify({ agents: Object.fromEntries(AGENTS.map((id) => [id, { enabled: false }])) }) };

describe('agent serve over HTTP', () => {
  it('says where it is asked, answers there, and refuses the port to a second one before that does anything', async () => {
    await using repository = await repositoryWith(IDLE);
    await using state = await temporaryFolder();
    await using database = await testDatabase();
    await using service = serveCommand(repository.path, { DATABASE_URL: database.url, UPKEEP_STATE: state.path });
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(await service.line(/health, readiness and metrics/)) ?? [];
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^upkeep_tick_duration_seconds_count [1-9]/m);
    const port = new URL(url).port;
    const second = await runCli(repository.path, ['serve', '--port', port], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(second).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `agent: 127.0.0.1:${port}: another program listens there: choose another with --port, or 0 for any that is free\n`,
    });
    service.kill('SIGTERM');
    expect(await service.end).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('says everything as JSON lines where that is asked for, and works on when nobody reads them any more', async () => {
    await using repository = await repositoryWith(IDLE);
    await using state = await temporaryFolder();
    await using database = await testDatabase();
    const env = { ...process.env, DATABASE_URL: database.url, UPKEEP_STATE: state.path, LOG_LEVEL: 'debug' };
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--log', 'json'], {
      cwd: repository.path,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const lines: { readonly level: string; readonly time: string; readonly msg: string; readonly event?: string }[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(line) as (typeof lines)[number]);
      if (lines.some(({ event }) => event === 'scheduler:status') && lines.some(({ msg }) => msg.includes('/healthz'))) break;
    }
    expect(lines.every(({ level, time }) => ['info', 'debug'].includes(level) && Number.isFinite(Date.parse(time)))).toBe(true);
    child.stdout.destroy();
    const url = /http:\S+(?=\/healthz)/.exec(lines.map(({ msg }) => msg).join('\n'))?.[0] ?? '';
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    // It says that it stops, to nobody.
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('refuses a LOG_LEVEL that is none', async () => {
    await using repository = await repositoryWith(IDLE);
    const { exitCode, stderr } = await runCli(repository.path, ['serve', '--port', '0'], { LOG_LEVEL: 'loud' });
    expect([exitCode, stderr]).toEqual([2, 'agent: LOG_LEVEL is "loud": expected error, warn, info or debug\n']);
  });
});
