import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 20;
/** After SIGKILL only the kernel is slow; longer than this means an uninterruptible process, which nobody can end. */
const KILLED_WAIT_MS = 5000;

/** Ends every process of a group: SIGTERM, `graceMs` to tidy up, then SIGKILL; resolves when none is left. */
export async function endGroup(groupId: number, graceMs: number): Promise<void> {
  await endAllOf(
    (signal) => signalGroup(groupId, signal),
    () => isGroupAlive(groupId),
    graceMs,
  );
}

/** The two-step end of anything that takes signals. */
export async function endAllOf(signal: (name: NodeJS.Signals) => void, isAlive: () => boolean, graceMs: number): Promise<void> {
  if (!isAlive()) return;
  signal('SIGTERM');
  // A stopped process (SIGSTOP, SIGTTIN) only sees SIGTERM once it continues.
  signal('SIGCONT');
  if (await isGone(isAlive, graceMs)) return;
  signal('SIGKILL');
  await isGone(isAlive, KILLED_WAIT_MS);
}

async function isGone(isAlive: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive()) {
    if (Date.now() >= deadline) return false;
    await wait(POLL_MS);
  }
  return true;
}

/** Sends a signal to a whole group; a group that is gone already is no fault. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  send(-groupId, signal);
}

/** Sends a signal to one process; one that is gone already is no fault. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  send(pid, signal);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return false;
    // macOS answers EPERM for a group of zombies, Linux for processes of another user: neither is ours to end.
    if (code === 'EPERM') return false;
    throw error;
  }
}

/** Whether a group still has a process that is not a zombie. */
export function isGroupAlive(groupId: number): boolean {
  if (!send(-groupId, 0)) return false;
  if (process.platform !== 'linux') return true;
  // Zombies answer signal 0 too, and in a container nobody may ever reap them.
  return listProcesses().some((entry) => entry.group === groupId && entry.isRunning);
}

export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** False for zombies and the dead. */
  readonly isRunning: boolean;
}

/** Every process of the machine (Linux). */
export function listProcesses(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readEntry(Number(name));
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

function readEntry(pid: number): ProcessEntry | null {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command name may hold spaces and brackets: the fields begin after its last bracket.
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, group: Number(group), isRunning: state !== 'Z' && state !== 'X' };
}

/** A file below /proc, or null when its process has ended or belongs to someone else. */
export function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
