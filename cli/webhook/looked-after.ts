/** Which branch of which repository the clone at hand looks after. */
import { remoteUrl } from '../../git/remote-access.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { repositoryNameOf } from '../../github/repository-name.ts';
import type { CommandContext } from '../command-context.ts';
import { loadSettings } from '../run/load-settings.ts';
import { UsageError } from '../usage-error.ts';
import type { LookedAfter } from './follow-up.ts';

export interface Clone extends LookedAfter {
  readonly checkout: Repository;
  /** Name of the remote that runs deliver to, and its address; null when there is none. Never print the address. */
  readonly remote: string;
  readonly remoteAddress: string | null;
}

/**
 * Opens the clone and reads its configuration; it looks after `known`, else the branch that the configuration names or that is checked
 * out. Throws UsageError when it has none, ConfigError and GitError.
 */
export async function openClone(context: Pick<CommandContext, 'cwd' | 'environment' | 'version'>, known?: string): Promise<Clone> {
  const checkout = await openRepository(context.cwd);
  const { head } = checkout;
  if (head === null) throw new UsageError('HEAD has no commit yet: make the first one, or clone a repository that has some');
  const { environment, version } = context;
  const { delivery } = (await loadSettings({ repository: checkout, base: head, flags: {}, environment, ci: true, version })).loaded.config;
  const branch = known ?? delivery.branch ?? checkout.branch;
  if (branch === null) throw new UsageError('HEAD is detached, so there is no branch to look after: check one out first');
  const remoteAddress = await remoteUrl(checkout, delivery.remote);
  const name = remoteAddress === null ? null : repositoryNameOf(remoteAddress);
  return { checkout, branch, remote: delivery.remote, remoteAddress, repository: name === null ? null : `${name.owner}/${name.repo}` };
}

/** Whether the clone is one of this repository; one whose remote tells no name takes all that is signed for it. */
export function isAbout(clone: Pick<LookedAfter, 'repository'>, fullName: string): boolean {
  return clone.repository === null || clone.repository.toLowerCase() === fullName.toLowerCase();
}
