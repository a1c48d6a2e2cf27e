/** Everything about a person's checkout that checking it must not change. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { TestRepository } from './git-repository.ts';

/** One line for each fact: files by inode, size, time and target; index bytes, config, stash, HEAD, operation files and refs that are not ours. */
export async function checkoutFingerprint(repository: TestRepository): Promise<string[]> {
  const gitDir = await repository.git('rev-parse', '--path-format=absolute', '--git-dir');
  const commonDir = await repository.git('rev-parse', '--path-format=absolute', '--git-common-dir');
  const lines = await filesIn(repository.path, repository.path);
  for (const folder of new Set([gitDir, commonDir])) {
    for (const name of (await readdir(folder)).sort()) {
      // Written by reading commands of git itself, or by ours.
      if (['objects', 'worktrees', 'upkeep', 'refs', 'packed-refs', 'modules', 'lfs'].includes(name)) continue;
      lines.push(...(await contentsOf(join(folder, name), folder)));
    }
  }
  const refs = await repository.git('for-each-ref', '--format=%(refname) %(objectname)');
  lines.push(...refs.split('\n').filter((line) => !line.startsWith('refs/upkeep/')));
  return lines;
}

async function filesIn(folder: string, root: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name === '.git') continue;
    const path = join(folder, name);
    const info = await lstat(path, { bigint: true });
    if (info.isDirectory()) lines.push(...(await filesIn(path, root)));
    else {
      const target = info.isSymbolicLink() ? await readlink(path) : '';
      lines.push([relative(root, path), info.ino, info.mode, info.size, info.mtimeNs, target].join(' '));
    }
  }
  return lines;
}

async function contentsOf(path: string, root: string): Promise<string[]> {
  const info = await lstat(path);
  if (info.isDirectory()) return (await Promise.all((await readdir(path)).sort().map((name) => contentsOf(join(path, name), root)))).flat();
  return [
    `${relative(root, path)} ${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')}`,
  ];
}
