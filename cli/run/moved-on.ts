/** Where the remote's branch stands. */
import type { Environment } from '../environment.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import type { Look } from './look.ts';
import type { Memory } from './memory.ts';

/** Whether the remote's branch is at another commit than the one that is checked; a remote that does not answer says no. */
export async function hasMovedOn(seen: Look, memory: Memory, environment: Environment): Promise<boolean> {
  if (memory.remote === null || seen.branch === null || memory.silence.why() !== null) return false;
  const [{ remoteHead }, { isAncestor }] = await Promise.all([import('../../git/remote.ts'), import('../../git/ancestry.ts')]);
  const auth = remoteAuth(environment, memory.remoteAddress);
  const tip = await remoteHead({ repository: seen.repository, remote: memory.remote, branch: seen.branch, auth });
  if (!tip.ok || tip.sha === null || tip.sha === seen.base) return false;
  // Commits that are not pushed yet are ahead of it; a commit that this clone lacks is not among them.
  return !(await isAncestor(seen.repository, tip.sha, seen.base).catch(() => false));
}

/** The newest commit of the remote's branch, fetched; null when there is none or it gives no answer. */
export async function fetchTip(seen: Look, memory: Memory, environment: Environment): Promise<string | null> {
  if (memory.remote === null || seen.branch === null || memory.silence.why() !== null) return null;
  const { fetchCommits } = await import('../../git/remote.ts');
  const auth = remoteAuth(environment, memory.remoteAddress);
  const fetched = await fetchCommits({ repository: seen.repository, remote: memory.remote, branch: seen.branch, auth });
  if (!fetched.ok) memory.silence.heard(fetched.reason);
  return fetched.ok ? fetched.sha : null;
}
