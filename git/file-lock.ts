import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GitError } from './git-error.ts';
import { isProcessAlive, processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const POLL_MS = 20;
const DEFAULT_PATIENCE_MS = 120_000;
/** A takeover is two system calls; one that is older was begun by a process that died in it. */
const TAKEOVER_MS = 5_000;

interface Holder extends ProcessIdentity {
  /** Tells this lock from a later one at the same path. */
  readonly nonce: string;
}

/** Holds a lock file while `work` runs; takes over the lock of a process that has died. */
export async function withFileLock<T>(path: string, work: () => Promise<T>, patienceMs = DEFAULT_PATIENCE_MS): Promise<T> {
  const holder: Holder = { ...processIdentity(), nonce: randomUUID() };
  const draft = `${path}.${holder.nonce}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    // Linked into place when complete, so nobody ever reads half a lock.
    await writeFile(draft, JSON.stringify(holder), { flag: 'wx' });
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw asGitError(error, path);
  }
  try {
    const deadline = Date.now() + patienceMs;
    while (!(await tryLink(draft, path))) {
      if (await removeIfDead(path)) continue;
      if (Date.now() > deadline) throw new GitError('locked', `${path} is held by another process that still runs`);
      await delay(POLL_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Removes the lock when its holder has died; of several that see it dead exactly one does. */
async function removeIfDead(path: string): Promise<boolean> {
  const dead = await readHolder(path);
  if (dead === null || isProcessAlive(dead)) return false;
  const claim = `${path}.dead-${dead.nonce}`;
  if (!(await tryLink(path, claim))) {
    const age = await stat(claim).then(
      (info) => Date.now() - info.ctimeMs,
      () => 0,
    );
    if (age > TAKEOVER_MS) await rm(claim, { force: true });
    return false;
  }
  // Between reading and linking another may have taken over, and then the link is to its live lock.
  const mine = (await readHolder(claim))?.nonce === dead.nonce;
  if (mine) await rm(path, { force: true });
  await rm(claim, { force: true });
  return mine;
}

function asGitError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return new GitError('read-only', `${dirname(path)} cannot be written to (${code})`);
  if (['ENOSPC', 'EDQUOT'].includes(code)) return new GitError('disk-full', `no space is left for ${path}`);
  return error;
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // A full disk or a crash of the machine can leave it empty: nobody holds such a lock.
    return { pid: 0, startedAt: null, bootId: 'unreadable', nonce: 'unreadable' };
  }
}
