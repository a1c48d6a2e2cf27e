import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './exec-git.ts';
import type { Repository } from './repository.ts';

/** Whether the repository knows a remote of this name; asks git only when its configuration mentions one. */
export async function hasRemote(repository: Repository, name: string): Promise<boolean> {
  const text = await readFile(join(repository.commonDir, 'config'), 'utf8').catch(() => '');
  // Included files may define remotes as well, so only a file that includes nothing and names none settles it.
  if (!/^\s*\[(remote|include)/im.test(text)) return false;
  const { exitCode } = await git(['config', '--get', `remote.${name}.url`], { gitDir: repository.gitDir, okCodes: [0, 1] });
  return exitCode === 0;
}
