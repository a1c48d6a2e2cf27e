import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashOf, newSecret } from '../../../dashboard/server/auth/secrets.ts';
import type { Role } from '../../../dashboard/wire/vocabulary-schema.ts';
import { makeToken } from '../../../prisma/people/token-rows.ts';
import { connection } from '../../../prisma/sql.ts';
import { dashboardServer, type DashboardServer } from '../../support/dashboard-server.ts';
import { repositoryWith, type TestRepository } from '../../support/git-repository.ts';
import { runCli, type CliResult } from '../../support/run-cli.ts';

interface Scene extends AsyncDisposable {
  readonly server: DashboardServer;
  readonly repository: TestRepository;
  /** `agent …args` in a clone of acme/site, with a token of that role. */
  agent(role: Role, ...args: string[]): Promise<CliResult>;
}

/** A service on a server, which looks after acme/site, and a clone of that on a machine without a database. */
async function scene(): Promise<Scene> {
  const server = await dashboardServer();
  const repositoryId = await server.queue.repository('acme/site');
  for (const name of ['qa', 'docs']) {
    const { agentId } = await server.queue.agent({ repositoryId, name });
    await server.queue.query(
      `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at) VALUES ($1, '0 2 * * *', 'UTC', $2, $2)`,
      [agentId, new Date(Date.now() + 3_600_000)],
    );
  }
  const repository = await repositoryWith({ 'a.md': '# A\n' });
  await repository.git('remote', 'add', 'origin', 'git@github.com:acme/site.git');
  return {
    ...{ server, repository },
    async agent(role, ...args) {
      const { userId } = await server.person('admin', `person-${randomUUID().slice(0, 8)}`);
      const secret = `upkeep_${newSecret()}`;
      const token = { id: randomUUID(), userId, name: 'laptop', role, hash: hashOf(secret), expiresAt: null };
      await connection(server.queue.context.pool, (sql) => makeToken(sql, token));
      return runCli(repository.path, ['--server', server.url, ...args], { UPKEEP_TOKEN: secret });
    },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('a service elsewhere', () => {
  it('is steered in the words of one on this machine', async () => {
    await using place = await scene();
    const paused = await place.agent('admin', 'pause', 'qa', '--reason', 'release', '--for', '2h');
    expect(paused).toMatchObject({ exitCode: 0, stderr: '' });
    expect(paused.stdout).toMatch(/^qa is paused, for everyone until \d{4}-\d\d-\d\d \d\d:\d\d UTC; agent resume qa ends that\n$/);
    const [pause] = await place.server.queue.query<{ by: string; reason: string }>('SELECT by, reason FROM upkeep.pause');
    expect(pause).toMatchObject({ by: expect.stringMatching(/^person-/) as string, reason: 'release' });
    const resumed = await place.agent('admin', 'resume', 'qa');
    expect(resumed.stdout).toMatch(/^qa may run again, for everyone; it comes next (in \d+ (min|h)|now)\n$/);
    expect(await place.agent('admin', 'resume', 'qa')).toEqual({
      ...{ exitCode: 2, stdout: '', stderr: 'agent: qa is not paused: there is nothing to resume\n' },
    });
    await place.server.queue.query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'network' WHERE name = 'qa'`);
    expect((await place.agent('operator', 'retry', 'qa')).stdout).toMatch(/^qa is back in the schedule, and tried at once \(run /);
    expect((await place.agent('operator', 'retry', 'docs')).stderr).toBe('agent: docs needs no retry: it is in the schedule\n');
    expect((await place.agent('admin', 'pause', 'backend')).stderr).toBe(
      'agent: the service knows no agent backend of acme/site on main\n',
    );
  });

  it('shows its schedules and sets them', async () => {
    await using place = await scene();
    const set = await place.agent('admin', 'schedule', 'set', 'qa', '30 4 * * *', '--tz', 'Europe/Berlin', '--priority', 'LOW');
    expect(set.stdout.split('\n')[0]).toBe('qa: At 04:30 – Europe/Berlin, LOW, for everyone');
    const list = await place.agent('viewer', 'schedule', 'list');
    expect(list.stdout).toMatch(/^acme\/site on main\n/);
    expect(list.stdout).toMatch(/\nqa +ACTIVE +LOW +At 04:30, Europe\/Berlin \(set by person-\w+\) /);
    const next = await place.agent('viewer', 'schedule', 'next', 'qa', '-n', '1');
    expect(next.stdout.split('\n')[0]).toMatch(/^qa: At 04:30 – Europe\/Berlin \(set by person-\w+\)$/);
    expect(await place.agent('admin', 'schedule', 'set', 'qa', '0 0 31 2 *')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('never fires') as string,
    });
  });

  it('explains an agent: what holds it, what waits, its next slot', async () => {
    await using place = await scene();
    expect((await place.agent('operator', 'run', 'qa', '--no-wait')).exitCode).toBe(0);
    await place.agent('admin', 'pause', 'docs', '--reason', 'release');
    const qa = await place.agent('viewer', 'why', 'qa');
    expect(qa).toMatchObject({ exitCode: 0, stderr: '' });
    expect(qa.stdout).toMatch(
      /^qa on main\nservice:\n {2}it looks after acme\/site on main\n {2}run [0-9a-f-]{36}, asked for by .+: number 1 in the queue, /,
    );
    const { explanations } = JSON.parse((await place.agent('viewer', 'why', 'docs', '--json')).stdout) as {
      readonly explanations: readonly { readonly sentences: readonly string[] }[];
    };
    expect(explanations[0]?.sentences.join('\n')).toMatch(/paused by .+ \(release\): agent resume docs ends that/);
    expect(await place.agent('viewer', 'why', 'qa', '--branch', 'next')).toMatchObject({ exitCode: 2 });
  });

  it('queues runs, shows them and cancels them', async () => {
    await using place = await scene();
    const queued = await place.agent('operator', 'run', 'docs', '--no-wait');
    expect(queued).toMatchObject({ exitCode: 0, stderr: '' });
    const [, id = ''] = /^docs {10}queued as run ([0-9a-f-]{36})\n$/.exec(queued.stdout) ?? [];
    const shown = await place.agent('viewer', 'queue');
    expect(shown.stdout).toContain(id);
    expect(JSON.parse((await place.agent('viewer', 'queue', '--json')).stdout)).toMatchObject({
      runs: [{ runId: id, agent: 'docs', state: 'waiting', position: 1, why: 'no-service' }],
    });
    expect((await place.agent('operator', 'cancel', id.slice(0, 13))).stdout).toBe(`run ${id} of docs is cancelled\n`);
    expect(await place.server.queue.stateOf(id)).toBe('settled cancelled');
    expect((await place.agent('operator', 'cancel', 'docs')).stderr).toBe('agent: docs has no run that waits or is under way\n');
  });

  it('is followed until its runs have ended, and ends as they did', async () => {
    await using place = await scene();
    const { queue } = place.server;
    const following = place.agent('operator', 'run', 'docs');
    const open = `SELECT 1 FROM upkeep.run WHERE state = 'queued'`;
    while ((await queue.query(open)).length === 0) await queue.query('SELECT pg_sleep(0.05)');
    await queue.query(`UPDATE upkeep.run SET state = 'settled', outcome = 'failed', settled_at = now()`);
    expect(await following).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/\ndocs {10}failed\n$/) as string });
  });

  it('is not meant by what works on the clone at hand', async () => {
    await using place = await scene();
    expect(await place.agent('admin', 'status')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/--server is for run, pause, .*: agent status works on the clone at hand/) as string,
    });
  });

  it('refuses whoever may not, and says so', async () => {
    await using place = await scene();
    expect(await place.agent('viewer', 'pause', 'qa')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^agent: 127\.0\.0\.1:\d+: this needs the role admin, and person-\w+ is viewer\n$/) as string,
    });
    const wrong = await runCli(place.repository.path, ['--server', place.server.url, 'pause', 'qa'], { UPKEEP_TOKEN: 'upkeep_no' });
    expect(wrong).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('token') as string });
    expect(await place.server.queue.query('SELECT 1 FROM upkeep.pause')).toEqual([]);
  });

  it('is not asked for what it does not look after', async () => {
    await using place = await scene();
    await place.repository.git('remote', 'set-url', 'origin', 'git@github.com:acme/other.git');
    expect(await place.agent('admin', 'pause', 'qa')).toMatchObject({
      exitCode: 2,
      stderr: 'agent: the service does not look after acme/other: work in a clone of one that it does (acme/site)\n',
    });
  });
});

describe('an address after --server', () => {
  const there = async (address: string, env: Readonly<Record<string, string>> = { UPKEEP_TOKEN: 'upkeep_x' }): Promise<CliResult> => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    return await runCli(repository.path, ['--server', address, 'pause', 'qa'], env);
  };

  it('gets no token in the clear, and none at all without one', async () => {
    expect((await there('http://upkeep.example')).stderr).toContain('give an address that begins with https://');
    expect((await there('upkeep.example')).stderr).toContain('expected an address such as https://');
    expect((await there('https://upkeep.example', {})).stderr).toContain('UPKEEP_TOKEN: expected a token');
  });

  it('is told apart when nobody or something else answers', async () => {
    const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await there(address)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('but no upkeep does') as string });
    other.close();
    await once(other, 'close');
    expect(await there(address)).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(/does not answer: .*ECONNREFUSED/) as string });
  });
});
