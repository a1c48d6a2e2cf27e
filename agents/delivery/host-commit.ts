/** A commit in the form in which a host takes it, or why it does not. */
import { commitMessage } from '../../git/commit.ts';
import type { Repository } from '../../git/repository.ts';
import { diffTrees, readBlobs } from '../../git/tree.ts';
import type { TreeChange } from '../../git/tree.ts';
import type { HostCommit } from './commit-port.ts';

/** Contents of one commit, in bytes: a request holds them as text that is a third longer. */
const MOST_BYTES = 10 * 1024 * 1024;

const MODES: Readonly<Record<string, string>> = {
  '100755': 'the executable bit of a file',
  '120000': 'a symbolic link',
  '160000': 'a submodule',
};

/** The changes between a commit and its parent; a sentence when the host cannot make them. */
export async function hostCommit(
  repository: Repository,
  ask: { readonly parent: string; readonly sha: string },
): Promise<Pick<HostCommit, 'message' | 'additions' | 'deletions'> | string> {
  const changes = await diffTrees(repository, ask.parent, ask.sha);
  const unfit = changes.find((change) => whyUnfit(change) !== null);
  if (unfit !== undefined) return `GitHub cannot make ${whyUnfit(unfit)} (${unfit.path})`;
  const wanted = changes.flatMap(({ path, newOid }) => (newOid === null ? [] : [{ path, oid: newOid }]));
  const contents = await readBlobs(
    repository,
    wanted.map(({ oid }) => oid),
  );
  const additions = wanted.flatMap(({ path, oid }) => {
    const content = contents.get(oid);
    return content === undefined ? [] : [{ path, content }];
  });
  if (additions.length < wanted.length) return 'a file of it is not in this clone';
  const bytes = additions.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes > MOST_BYTES) return `it holds ${Math.ceil(bytes / 1024 / 1024)} MB, and a request takes ${MOST_BYTES / 1024 / 1024}`;
  const deletions = changes.filter(({ newOid }) => newOid === null).map(({ path }) => path);
  return { message: await commitMessage(repository, ask.sha), additions, deletions };
}

/** Everything that GitHub writes is a plain file; what it takes away may have been anything but a submodule. */
function whyUnfit({ oldMode, newMode }: TreeChange): string | null {
  if (newMode === null) return oldMode === '160000' ? (MODES['160000'] ?? null) : null;
  return MODES[newMode] ?? (oldMode === null ? null : (MODES[oldMode] ?? null));
}
