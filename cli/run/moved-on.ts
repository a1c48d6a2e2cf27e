/** What people did to a branch while nobody looked: it moved on, or went back behind what an agent repaired. */
import type { EventOrigin } from '../../ledger/event.ts';
import type { Environment } from '../environment.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import type { UndoneRepair } from './earlier-repairs.ts';
import { undoneEvent } from './earlier-repairs.ts';
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

/** Repairs that people took back are not made again. A preview remembers nothing. */
export async function rememberUndone(
  undone: readonly UndoneRepair[],
  { isPreview, memory, ...about }: { isPreview: boolean; memory: Memory; branch: string; origin: EventOrigin },
): Promise<void> {
  if (undone.length === 0 || isPreview) return;
  await memory.record(undone.map((one) => undoneEvent(one, about)));
  await memory.reload();
}
