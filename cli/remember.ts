import type { UpkeepEvent } from '../ledger/event.ts';
import type { Here } from './here.ts';

/** In this clone only, or for everyone who works with the remote. */
export type Audience =
  | { readonly shared: false }
  | {
      readonly shared: true;
      /** Name of the remote. */
      readonly remote: string;
      /** Where the remote keeps the shared ledger. */
      readonly store: 'ref' | 'branch';
    };

/** Appends to the ledger of this clone, or to the one that everyone shares and pushes it. Answers with a sentence when the push did not arrive. */
export async function remember(
  here: Pick<Here, 'ledger' | 'repository'>,
  events: readonly UpkeepEvent[],
  audience: Audience,
): Promise<string | null> {
  const { append } = await import('../ledger/append.ts');
  await append(here.ledger, events, { scope: audience.shared ? 'shared' : 'local' });
  if (!audience.shared) return null;
  const { remote, store } = audience;
  const { hasRemote } = await import('../git/remote-name.ts');
  if (!(await hasRemote(here.repository, remote))) return `there is no remote ${remote}: only this clone knows of it`;
  const { pushShared } = await import('../ledger/sync.ts');
  const pushed = await pushShared(here.ledger, { remote, cwd: here.repository.root ?? here.repository.gitDir, store });
  return pushed.ok
    ? null
    : `the shared ledger could not be pushed to ${remote} (${pushed.reason}): only this clone knows of it until the next run that pushes`;
}
