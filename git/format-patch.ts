import { git } from './exec-git.ts';
import type { GitDirectory } from './repository.ts';

/** One commit as a patch that `git am` takes; bytes, because files may be in any encoding. */
export async function formatPatch(repository: GitDirectory, commit: string): Promise<Buffer> {
  const { stdoutBytes } = await git(
    ['format-patch', '-1', '--stdout', '--binary', '--full-index', '--no-signature', '--end-of-options', commit],
    {
      gitDir: repository.gitDir,
    },
  );
  return stdoutBytes;
}
