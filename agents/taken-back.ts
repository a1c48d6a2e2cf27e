/** Repairs that people took back by commits of their own, as by `git revert`: they are not made again. */
import { pastChanges } from '../git/past-changes.ts';
import type { Repository } from '../git/repository.ts';
import type { BlobChange, ChangeMemory, RefusedChange } from './fights.ts';

/** What stands in the memory for a file that is not there. */
const ABSENT = 'absent';

/**
 * The changes that an agent made before and that are to be made once more, although the history of `base` has them: so somebody took them
 * back. Where the history went back behind them, as by `git reset`, nobody did. A clone that lacks the history goes by the branch: what
 * arrived there and is gone at its tip was taken back.
 */
export async function takenBackChanges(
  changes: readonly BlobChange[],
  ask: { readonly repository: Repository; readonly base: string; readonly memory: ChangeMemory },
): Promise<RefusedChange[]> {
  const { repository, base, memory } = ask;
  const again = memory.isForced ? [] : changes.filter((change) => wasMade(change, memory));
  if (again.length === 0) return [];
  const past = await pastChanges(
    repository,
    base,
    again.map(({ path }) => path),
  );
  const isInHistory = ({ path, from, to }: BlobChange): boolean =>
    past.changes.some((change) => change.path === path && change.from === from && change.to === to);
  return again
    .filter((change) => isInHistory(change) || (past.isCut && memory.isTip))
    .map(({ path }) => ({ path, why: 'a person took exactly this change back', mayForce: true }));
}

/** Whether the newest automatic change of the file, as far as is remembered, was exactly this one. */
function wasMade({ path, from, to }: BlobChange, { written }: ChangeMemory): boolean {
  const [newest, before] = written.find((entry) => entry.path === path)?.states ?? [];
  return newest !== undefined && newest.agent !== null && newest.blob === (to ?? ABSENT) && before?.blob === (from ?? ABSENT);
}
