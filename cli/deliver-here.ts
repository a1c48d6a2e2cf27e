/** Moves the checked-out branch forward for a person's command, with the same care as a run. */
import type { Refusal } from '../agents/delivery/delivery.ts';
import { refusalWords } from '../agents/delivery/local-delivery.ts';
import { takeRunLock } from '../agents/run-lock.ts';
import { deliverLocal } from '../git/local-delivery.ts';
import { isAncestor } from '../git/ancestry.ts';
import { resolveRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { BusyError } from './busy-error.ts';
import { UsageError } from './usage-error.ts';

/** Where commits are put before they are delivered. */
export interface Tip {
  readonly branch: string;
  /** The branch as it is now. */
  readonly sha: string;
}

/** The checked-out branch. Throws UsageError when there is none that could take commits. */
export async function checkedOutTip(repository: Repository): Promise<Tip> {
  if (repository.branch === null) throw new UsageError('HEAD is detached, so there is no branch to move: check one out first');
  if (repository.root === null) throw new UsageError('this repository is bare: do it in a clone that has the branch checked out');
  const sha = await resolveRef(repository, `refs/heads/${repository.branch}`);
  if (sha === null) throw new UsageError(`${repository.branch} has no commit yet`);
  return { branch: repository.branch, sha };
}

/** Null when the branch is at `to` now, else why it is where it was. */
export async function deliverHere(repository: Repository, tip: Tip, to: string): Promise<Refusal | null> {
  if (to === tip.sha) return null;
  const result = await deliverLocal({ repository, branch: tip.branch, from: tip.sha, to });
  if (result.ok) return null;
  const now = await resolveRef(repository, `refs/heads/${tip.branch}`);
  if (result.reason === 'moved') {
    return now !== null && (await isAncestor(repository, to, now))
      ? null
      : { reason: 'the branch moved in the meantime', advice: 'run the command again' };
  }
  const { reason, advice } = refusalWords({ ...result, reason: result.reason });
  return {
    reason,
    advice: advice.replace(/,? then run `agent accept`$/, ' and try again'),
  };
}

/** Does something while no run of this clone is under way. Throws BusyError when one is. */
export async function withRunLock<Result>(repository: Repository, work: () => Promise<Result>): Promise<Result> {
  const taken = takeRunLock(repository.commonDir);
  if (!taken.ok) throw new BusyError(taken.pid, taken.since);
  using _held = taken.lock;
  return await work();
}
