import type { UpkeepEvent } from '../ledger/event.ts';
import type { Here } from './here.ts';

/** Appends to the ledger of this clone, or to the one that everyone shares and pushes it. Answers with a sentence when the push did not arrive. */
export async function remember(
  here: Pick<Here, 'ledger' | 'repository'>,
  events: readonly UpkeepEvent[],
  ask: { readonly shared: boolean; readonly remote?: string },
): Promise<string | null> {
  const { append } = await import('../ledger/append.ts');
  await append(here.ledger, events, { scope: ask.shared ? 'shared' : 'local' });
  if (!ask.shared) return null;
  const remote = ask.remote ?? 'origin';
  const { hasRemote } = await import('../git/remote-name.ts');
  if (!(await hasRemote(here.repository, remote))) return `there is no remote ${remote}: only this clone knows of it`;
  const { pushShared } = await import('../ledger/sync.ts');
  const pushed = await pushShared(here.ledger, { remote, cwd: here.repository.root ?? here.repository.gitDir, extraUpdates: [] });
  return pushed.ok
    ? null
    : `the shared ledger could not be pushed to ${remote} (${pushed.reason}): only this clone knows of it until the next run that pushes`;
}
