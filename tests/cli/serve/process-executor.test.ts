/** Runs in processes of their own, whose program is a few lines here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { isGroupAlive } from '../../../agents/tools/process-group.ts';
import { machineWatch } from '../../../cli/serve/process-watch.ts';
import { processExecutor } from '../../../cli/serve/process-executor.ts';
import { processIdentity } from '../../../git/process-identity.ts';
import type { ClaimedRun } from '../../../prisma/runs/run-row.ts';
import type { CarriedEnd, Carrier, CarrierPort } from '../../../scheduler/executor.ts';

const RUN: ClaimedRun = {
  ...{ id: 'one', attempt: 1, jobId: 'job', repositoryId: 'repository', agentId: 'agent', agent: 'qa', branch: 'main' },
  ...{ trigger: 'manual', priority: 'NORMAL', base: null, isForced: false, payloadVersion: 1, retries: 0, crashes: 0, slotAt: null },
  ...{ requestedAt: new Date(), eligibleAt: new Date(), startedAt: new Date(), correlationId: 'why', cancelBy: null },
};

interface Started {
  readonly carrier: Carrier;
  readonly end: Promise<CarriedEnd | undefined>;
  readonly pid: Promise<number>;
}

/** `program`: JavaScript. It is noted when `noted` says how that went. */
function start(program: string, noted: Promise<boolean> = Promise.resolve(true), heard: string[] = []): Started {
  const pid = Promise.withResolvers<number>();
  const port: CarrierPort = {
    identify: (process) => {
      pid.resolve(process.pid);
      return noted;
    },
    mayDeliver: () => Promise.resolve(new Set(['one'])),
    tell: () => undefined,
  };
  const executor = processExecutor({
    ...{ command: [process.execPath, '-e', program, '--'], env: process.env, source: 'service:test', retryLimit: 3, graceMs: 100 },
    cloneOf: () => '/',
    redact: (text) => text,
    onBegin: (runIds) => heard.push(`begin ${runIds.join()}`),
    onLog: (runIds, check, text) => heard.push(`${runIds.join()} ${check} ${text}`),
  });
  const carrier = executor([RUN], port);
  return { carrier, end: Promise.resolve(carrier.ends.get('one')), pid: pid.promise };
}

it('tells a process what to do only when it is noted who does it', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { end, pid } = start(`process.stdin.once('data', (text) => { process.stderr.write('begun ' + text); process.exit(3); })`, promise);
  const first = await Promise.race([end, pid.then(() => delay(200, 'nothing yet'))]);
  expect(first).toBe('nothing yet');
  resolve(true);
  expect(await end).toMatchObject({ kind: 'crashed', message: expect.stringMatching(/exit code 3: begun .*"runId":"one"/) });
});

it('ends a process that could not be noted before it has begun, and gives the run back', async () => {
  const { end } = start(`process.stdin.once('data', () => process.exit(3))`, Promise.resolve(false));
  expect(await end).toEqual({ kind: 'returned' });
});

it('tells at once of a process that ended, though something of it is left that holds its output', async () => {
  const { end, pid } = start(
    `process.stdin.once('data', () => { require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' }); process.kill(process.pid, 'SIGKILL'); })`,
  );
  expect(await end).toEqual({ kind: 'crashed', message: 'the process of the run ended with signal SIGKILL' });
  // Whoever was killed is there until somebody has taken note of it.
  const group = await pid;
  await vi.waitFor(() => expect(isGroupAlive(group)).toBe(false));
});

it('ends what is left of a group whose leader is gone, and nothing when the number is another process by now', async () => {
  const program = `require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' }).unref();`;
  const leader = spawn(process.execPath, ['-e', program], { detached: true, stdio: 'pipe' });
  const pid = leader.pid ?? 0;
  const { startedAt } = processIdentity(pid);
  await once(leader, 'close');
  expect(isGroupAlive(pid)).toBe(true);
  const watch = machineWatch();
  await watch.endGroup({ pid, processStartedAt: startedAt, bootId: watch.bootId });
  expect(isGroupAlive(pid)).toBe(false);
  const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  try {
    await watch.endGroup({ pid: other.pid ?? 0, processStartedAt: 'another time', bootId: watch.bootId });
    expect(isGroupAlive(other.pid ?? 0)).toBe(true);
  } finally {
    other.kill('SIGKILL');
  }
});

it('passes on what checks print, of its own runs only', async () => {
  const heard: string[] = [];
  const line = JSON.stringify({ kind: 'log', runIds: ['one', 'foreign'], check: 'eslint', text: '<b>\u001b[31m' });
  const { end } = start(
    `process.stdin.once('data', () => { console.log(${JSON.stringify(line)}); process.exitCode = 3; process.stdin.destroy(); })`,
    undefined,
    heard,
  );
  expect(await end).toMatchObject({ kind: 'crashed' });
  expect(heard).toEqual(['begin one', 'one eslint <b>\u001b[31m']);
});
