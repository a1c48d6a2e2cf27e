/** Finds what tools left running, by a variable in its environment, and ends it. */
import { execFileSync } from 'node:child_process';
import { endAllOf, listProcesses, readProc, signalGroup, signalProcess } from './process-group.ts';
import { RUN_MARKER } from './tool-environment.ts';

const GRACE_MS = 1000;
/** What forks while it is being ended is found by looking again. */
const ROUNDS = 5;

/** Ends every process that a dead run left behind, with the rest of its group, and waits until they are gone; returns their ids. */
export async function endOrphans(runId: string, graceMs = GRACE_MS): Promise<number[]> {
  return endMarked(`${RUN_MARKER}=${runId}`, graceMs);
}

/** The same for every process that was started with this variable, as `NAME=value`. One that has cleared its environment is not found. */
export async function endMarked(marker: string, graceMs = GRACE_MS): Promise<number[]> {
  const ended = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const orphans = findMarked(marker);
    if (orphans.length === 0) break;
    for (const pid of orphans) ended.add(pid);
    await endProcesses(orphans, graceMs);
  }
  return [...ended];
}

/** SIGKILL for all of them, at once and without waiting. */
export function killOrphans(runId: string): void {
  const known = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = findOrphans(runId).filter((pid) => !known.has(pid));
    if (fresh.length === 0) return;
    for (const pid of fresh) signalProcess(pid, 'SIGKILL');
    for (const pid of fresh) known.add(pid);
  }
}

/** Ids of the running processes that carry the marker of a run. */
export function findOrphans(runId: string): number[] {
  return findMarked(`${RUN_MARKER}=${runId}`);
}

function findMarked(marker: string): number[] {
  const pids = process.platform === 'linux' ? findInProc(marker) : findByPs(marker);
  return pids.filter((pid) => pid !== process.pid);
}

function findInProc(marker: string): number[] {
  return listProcesses()
    .filter((entry) => entry.isRunning && readProc(`/proc/${entry.pid}/environ`)?.split('\0').includes(marker))
    .map((entry) => entry.pid);
}

/** Systems without /proc: `ps` shows the environment of the user's own processes behind their command. */
function findByPs(marker: string): number[] {
  if (process.platform === 'win32') return [];
  const listing = execFileSync('ps', ['-axEwwo', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return listing
    .split('\n')
    .filter((line) => line.split(' ').includes(marker))
    .map((line) => Number.parseInt(line, 10));
}

async function endProcesses(pids: readonly number[], graceMs: number): Promise<void> {
  const groups = process.platform === 'linux' ? groupsOf(pids) : [];
  await endAllOf(
    (signal) => {
      for (const group of groups) signalGroup(group, signal);
      for (const pid of pids) signalProcess(pid, signal);
    },
    () => {
      if (process.platform !== 'linux') return pids.some(answers);
      return listProcesses().some((entry) => entry.isRunning && (pids.includes(entry.pid) || groups.includes(entry.group)));
    },
    graceMs,
  );
}

/** Groups of the orphans, so that members that dropped the marker end too; never our own group. */
function groupsOf(pids: readonly number[]): number[] {
  const entries = listProcesses();
  const own = entries.find((entry) => entry.pid === process.pid)?.group;
  const groups = entries.filter((entry) => pids.includes(entry.pid)).map((entry) => entry.group);
  return [...new Set(groups)].filter((group) => group > 1 && group !== own);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone; EPERM: its number belongs to someone else by now.
  }
}
