/**
 * A copy of a large index with Git's cache of untracked files, so that counting uncommitted files need not read every
 * folder again. The user's own index stays as it is; the copy counts only while that one is byte for byte the one it was made from.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gitSync } from './exec-git-sync.ts';
import { STATUS } from './status-command.ts';

/** Bytes of an index (about 6,000 files) below which reading the folders costs less than looking after a copy. */
const WORTH_COPYING = 500_000;
const PREFIX = 'index-';

/** Settings under which Git keeps that cache; both have to be the same whenever the copy is used. */
export const INDEX_COPY_CONFIG: readonly (readonly [string, string])[] = [
  ['core.untrackedCache', 'true'],
  ['status.showUntrackedFiles', 'all'],
  ['core.splitIndex', 'false'],
];

/** Path of the copy of the index as it is now, or null when there is none. */
export function indexCopyOf(gitDir: string): string | null {
  const path = pathOf(gitDir);
  return path !== null && statSync(path, { throwIfNoEntry: false }) !== undefined ? path : null;
}

/** Makes the copy of the index as it is now and drops older ones; does nothing for a small one, or when git objects. */
export function makeIndexCopy(root: string, gitDir: string): void {
  const path = pathOf(gitDir);
  const index = join(gitDir, 'index');
  if (path === null || indexCopyOf(gitDir) !== null) return;
  const { size, mtimeMs } = statSync(index);
  if (size < WORTH_COPYING) return;
  const folder = folderOf(gitDir);
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(folder, { recursive: true });
  try {
    copyFileSync(index, temporary);
    // Git distrusts entries as young as their index: the copy must not look younger than what it was made from.
    const seconds = Math.floor(mtimeMs - 1) / 1000;
    utimesSync(temporary, seconds, seconds);
    const env = { GIT_INDEX_FILE: temporary, GIT_OPTIONAL_LOCKS: '1' };
    for (const args of [['update-index', '--untracked-cache'], STATUS]) {
      if (gitSync(args, { cwd: root, env, config: INDEX_COPY_CONFIG }) === null) return;
    }
    if (pathOf(gitDir) !== path) return;
    renameSync(temporary, path);
    for (const name of readdirSync(folder)) {
      if (name.startsWith(PREFIX) && !name.endsWith('.tmp') && join(folder, name) !== path) rmSync(join(folder, name), { force: true });
    }
  } finally {
    rmSync(temporary, { force: true });
    rmSync(`${temporary}.lock`, { force: true });
  }
}

/** Where the copy of the index as it is now belongs; null without an index. */
function pathOf(gitDir: string): string | null {
  const stat = statSync(join(gitDir, 'index'), { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return null;
  const stamp = [stat.mtimeNs, stat.ctimeNs, stat.size, stat.ino].join(' ');
  return join(folderOf(gitDir), `${PREFIX}${createHash('sha256').update(stamp).digest('hex').slice(0, 32)}`);
}

function folderOf(gitDir: string): string {
  return join(gitDir, 'upkeep', 'cache');
}
