/** Lets the private repository see the user's objects, and where their history is cut off. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeStaleLocks } from './stale-locks.ts';

/** Where Git finds the objects of another repository. */
export async function writeAlternates(gitDir: string, objectsDir: string): Promise<void> {
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await writeFile(join(gitDir, ALTERNATES), alternates(objectsDir));
}

/** Before the user's commits are pushed: finds their objects after the repository was moved, and takes over the ends of a shallow clone, beyond which Git would miss their parents. */
export async function seeUsersHistory(ledger: {
  readonly gitDir: string;
  readonly commonDir: string;
  readonly objectsDir: string;
}): Promise<void> {
  const { gitDir, commonDir, objectsDir } = ledger;
  if ((await textOf(join(gitDir, ALTERNATES))) !== alternates(objectsDir)) await writeAlternates(gitDir, objectsDir);
  const taken = new Set(lines(await textOf(join(gitDir, TAKEN_OVER))));
  const theirs = lines(await textOf(join(commonDir, 'shallow')));
  const now = lines(await textOf(join(gitDir, 'shallow')));
  // What was taken over before and is theirs no more goes again: they have fetched more.
  const wanted = [...new Set([...now.filter((oid) => !taken.has(oid)), ...theirs])].sort();
  if (wanted.join() === [...now].sort().join()) return;
  await writeFile(join(gitDir, TAKEN_OVER), theirs.map((oid) => `${oid}\n`).join(''));
  await replaceShallow(gitDir, wanted);
}

const ALTERNATES = join('objects', 'info', 'alternates');
const TAKEN_OVER = 'upkeep-shallow';
const LOCK_PATIENCE_MS = 10_000;

/** By Git's own lock; a fetch that is under way notices and tries again. */
async function replaceShallow(gitDir: string, oids: readonly string[]): Promise<void> {
  const file = join(gitDir, 'shallow');
  await takeLock(`${file}.lock`, oids.map((oid) => `${oid}\n`).join(''));
  if (oids.length > 0) return rename(`${file}.lock`, file);
  await rm(file, { force: true });
  await rm(`${file}.lock`, { force: true });
}

async function takeLock(path: string, content: string): Promise<void> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await writeFile(path, content, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || Date.now() > deadline) throw error;
      await removeStaleLocks(dirname(path));
      await delay(50);
    }
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** Git reads a line that begins with a quote as a C string, and a path with a newline only so. */
function alternates(path: string): string {
  if (!/["\n\\]|^#/.test(path)) return `${path}\n`;
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"\n`;
}
