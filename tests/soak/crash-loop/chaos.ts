/** What happens to services, their runs and the database while they work: by chance, from a seed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses } from '../../../agents/tools/process-group.ts';
import { weighted } from './random.ts';
import type { RunningService } from './services.ts';

/** By kind, how often in a hundred. */
const ACTS = {
  'kill -9 of a run': 26,
  'kill -9 of a process of a run': 10,
  'SIGSTOP of a run': 8,
  'kill -9 of a service': 22,
  'SIGSTOP of a service': 14,
  'restart of a service': 12,
  'kill -9 of the database': 8,
} as const;
export type Act = keyof typeof ACTS;

export interface ChaosSettings {
  readonly random: () => number;
  /** Pauses between two acts, in milliseconds. */
  readonly pause: { readonly least: number; readonly most: number };
  /** How long something stands still. */
  readonly freeze: { readonly least: number; readonly most: number };
  readonly dataFolder: string;
  readonly signal: AbortSignal;
  services(): readonly RunningService[];
  /** Starts the service of a slot again. */
  restart(slot: string): void;
  told(act: Act, about: string): void;
}

/** Goes on until the signal; then whatever stands still goes on. */
export async function chaos(settings: ChaosSettings): Promise<Readonly<Record<Act, number>>> {
  const { random, signal } = settings;
  const counts = Object.fromEntries(Object.keys(ACTS).map((name) => [name, 0])) as Record<Act, number>;
  const thaws: Promise<void>[] = [];
  while (!signal.aborted) {
    await pause(between(settings.pause, random), signal);
    if (signal.aborted) break;
    const act = weighted(ACTS, random);
    const about = carryOut(act, settings, thaws);
    if (about === null) continue;
    counts[act] += 1;
    settings.told(act, about);
  }
  await Promise.all(thaws);
  return counts;
}

/** What it was done to, or null when there is nothing to do it to. */
function carryOut(act: Act, settings: ChaosSettings, thaws: Promise<void>[]): string | null {
  const { random } = settings;
  if (act === 'kill -9 of the database') {
    const pid = Number.parseInt(readText(join(settings.dataFolder, 'postmaster.pid')), 10);
    return Number.isInteger(pid) && send(pid, 'SIGKILL') ? `process ${pid}` : null;
  }
  // The number of one that has ended may be a stranger's by now.
  const alive = settings.services().filter(({ child }) => child.exitCode === null && child.signalCode === null);
  const service = oneOf(alive, random);
  if (service === undefined) return null;
  const about = `${service.slot} (${service.pid})`;
  // The database may have been started by a service as well.
  const database = Number.parseInt(readText(join(settings.dataFolder, 'postmaster.pid')), 10);
  const childOf = (): number | undefined =>
    oneOf(
      groupLeaders(service.pid).filter((pid) => pid !== database),
      random,
    );
  switch (act) {
    case 'kill -9 of a service':
      if (!send(service.pid, 'SIGKILL')) return null;
      void service.ended.then(() => pause(random() * 3000, settings.signal)).then(() => settings.restart(service.slot));
      return about;
    case 'restart of a service':
      if (!send(service.pid, 'SIGTERM')) return null;
      void service.ended.then(() => settings.restart(service.slot));
      return about;
    case 'SIGSTOP of a service':
      return freeze(service.pid, settings, thaws) ? about : null;
    case 'SIGSTOP of a run': {
      const pid = childOf();
      return pid !== undefined && freeze(-pid, settings, thaws) ? `${pid} of ${about}` : null;
    }
    case 'kill -9 of a run': {
      const pid = childOf();
      return pid !== undefined && send(-pid, 'SIGKILL') ? `${pid} of ${about}` : null;
    }
    case 'kill -9 of a process of a run': {
      const pid = childOf();
      // Git may go on for a moment.
      return pid !== undefined && send(pid, 'SIGKILL') ? `${pid} of ${about}` : null;
    }
  }
}

function freeze(target: number, { random, freeze: span, signal }: ChaosSettings, thaws: Promise<void>[]): boolean {
  if (!send(target, 'SIGSTOP')) return false;
  thaws.push(pause(between(span, random), signal).then(() => void send(target, 'SIGCONT')));
  return true;
}

/** Processes that a service started: each leads a group. */
export function groupLeaders(servicePid: number): number[] {
  return listProcesses()
    .filter(({ pid, group, isRunning }) => isRunning && pid === group && parentOf(pid) === servicePid)
    .map(({ pid }) => pid);
}

function parentOf(pid: number): number | null {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === '' ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false; // it has ended
  }
}

function oneOf<One>(list: readonly One[], random: () => number): One | undefined {
  return list[Math.floor(random() * list.length)];
}

function between({ least, most }: { readonly least: number; readonly most: number }, random: () => number): number {
  return least + random() * (most - least);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
