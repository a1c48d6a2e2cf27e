/** The newest commit of the branch that a clone looks after. */
import { resolveRef } from '../../git/refs.ts';
import { fetchCommits, type RemoteFailure } from '../../git/remote.ts';
import type { CommandContext } from '../command-context.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { AwayError } from './away-error.ts';
import type { Clone } from './looked-after.ts';

/** A remote that fails otherwise fails the next time as well. */
const PASSING_FAILURES: ReadonlySet<RemoteFailure> = new Set(['unreachable', 'silent', 'timeout', 'cancelled']);

/** The end of the branch on the remote, without one the end of it here; null when there is no such branch. Throws AwayError. */
export async function newestCommit(clone: Clone, context: Pick<CommandContext, 'environment' | 'signal'>): Promise<string | null> {
  const { checkout, branch, remote, remoteAddress } = clone;
  if (remoteAddress === null) return resolveRef(checkout, `refs/heads/${branch}`);
  const auth = remoteAuth(context.environment, remoteAddress);
  const fetched = await fetchCommits({ repository: checkout, remote, branch, auth, signal: context.signal });
  if (fetched.ok) return fetched.sha;
  throw new AwayError(`${remote} could not be asked (${fetched.reason})`, PASSING_FAILURES.has(fetched.reason));
}
