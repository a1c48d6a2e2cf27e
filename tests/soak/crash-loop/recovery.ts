/**
 * How long a run is without anybody after kill -9 of its service, with the settings of `agent serve` (lease 15 s): when another
 * service of the same machine takes it over, and when one of another machine does. Exit code 1 when one took longer than 30 s.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSettings } from './child.ts';
import { numberOf, randomFrom } from './random.ts';
import { monotonicMs, startServiceProcess, type Heard, type RunningService } from './services.ts';
import { makeWorld, requestOf, type World } from './world.ts';

const ROUNDS = numberOf(process.argv, '--rounds', 3);
const LEASE_MS = 15_000;
const LIMIT_MS = 30_000;
const POLL_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'upkeep-recovery-'));
const heard: Heard[] = [];
const services = new Set<RunningService>();

async function start(world: World, slot: string, host: string): Promise<RunningService> {
  // Longer than the measurement: it never ends by itself.
  const child: ChildSettings = { folder, host, work: { least: 120_000, most: 120_000 } };
  const settings = {
    ...{ stateFolder: join(folder, 'state'), host, leaseMs: LEASE_MS, maxConcurrent: 1, drainMs: 0, clones: world.clones },
    command: [process.execPath, join(import.meta.dirname, 'child.ts'), JSON.stringify(child)] as [string, ...string[]],
  };
  const service = startServiceProcess(slot, settings, { heard, onText: (text) => process.stderr.write(text) });
  services.add(service);
  await service.ready;
  return service;
}

const claims = (slot: string): readonly Heard[] => heard.filter(({ slot: of, news }) => of === slot && news.kind === 'claimed');

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(POLL_MS);
}

/** Milliseconds from the kill to the claim by another service. */
async function measure(world: World, round: number, host: string): Promise<number> {
  const [first, second] = [`${host} ${round} first`, `${host} ${round} second`];
  const owner = await start(world, first, 'near');
  const agent = world.agents[round];
  if (agent === undefined) throw new Error('there are not so many agents');
  await world.ask([requestOf(agent, randomFrom(round))]);
  await until(() => claims(first).length > 0);
  const other = await start(world, second, host);
  // Somewhere within a lease.
  await delay(1000 * round);
  const killedAt = monotonicMs();
  owner.child.kill('SIGKILL');
  await until(() => claims(second).length > 0);
  const took = (claims(second)[0]?.at ?? 0) - killedAt;
  other.child.kill('SIGKILL');
  await Promise.all([owner.ended, other.ended]);
  await world.rows(`UPDATE upkeep.run SET state = 'settled', outcome = 'cancelled' WHERE state <> 'settled'`);
  await world.rows('UPDATE upkeep.service SET ended_at = clock_timestamp()');
  return took;
}

async function main(): Promise<boolean> {
  await using world = await makeWorld(folder, 2);
  let isRight = true;
  for (const host of ['near', 'far']) {
    for (let round = 0; round < ROUNDS; round += 1) {
      const took = await measure(world, round, host);
      isRight &&= took <= LIMIT_MS;
      console.log(`taken over by a service of ${host === 'near' ? 'the same' : 'another'} machine after ${(took / 1000).toFixed(2)} s`);
    }
  }
  return isRight;
}

const isRight = await main().catch((error: unknown) => {
  console.error(error);
  return false;
});
for (const { child } of services) child.kill('SIGKILL');
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(isRight ? 0 : 1);
