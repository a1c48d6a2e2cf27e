import { remoteSentence } from '../git/remote-access.ts';
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

/** What became of it; `why`: the sentence for the person when others do not know of it. */
export type Remembered =
  { readonly is: 'here' | 'shared' } | { readonly is: 'unshared'; readonly hasRemote: boolean; readonly why: string };

/** Appends to the ledger of this clone, or to the one that everyone shares and pushes it. */
export async function remember(
  here: Pick<Here, 'ledger' | 'repository'>,
  events: readonly UpkeepEvent[],
  audience: Audience,
): Promise<Remembered> {
  const { repository, ledger } = here;
  const { append } = await import('../ledger/append.ts');
  await append(ledger, events, { scope: audience.shared ? 'shared' : 'local' });
  if (!audience.shared) return { is: 'here' };
  const { remote, store } = audience;
  const { hasRemote } = await import('../git/remote-name.ts');
  if (!(await hasRemote(repository, remote)))
    return { is: 'unshared', hasRemote: false, why: `there is no remote ${remote}: only this clone knows of it` };
  const { pushShared } = await import('../ledger/sync.ts');
  const pushed = await pushShared(ledger, { remote, cwd: repository.root ?? repository.gitDir, store });
  if (pushed.ok) return { is: 'shared' };
  const isRefused = pushed.culprit !== 'remote';
  const why = isRefused
    ? `the shared ledger could not be pushed to ${remote} (${pushed.reason})`
    : await remoteSentence(repository, remote, pushed.reason);
  return { is: 'unshared', hasRemote: true, why: `${why}: only this clone knows of it until the next run that pushes` };
}
