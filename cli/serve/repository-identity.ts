/** What a repository is called: the same on each machine that has a clone of it. */
import { hostname } from 'node:os';
import { redactUrls } from '../../git/redact-url.ts';
import type { Repository } from '../../git/repository.ts';

export interface NamedRepository {
  readonly checkout: Pick<Repository, 'root' | 'commonDir'>;
  /** `owner/name` where the remote tells it. */
  readonly repository: string | null;
  /** Address of the remote that runs deliver to; null when there is none. */
  readonly remoteAddress: string | null;
}

/** `identity` finds it in the database, `name` is for people; no credentials in either. */
export function repositoryIdentity({ repository, remoteAddress, checkout }: NamedRepository): {
  readonly identity: string;
  readonly name: string;
} {
  if (repository !== null) return { identity: repository.toLowerCase(), name: repository };
  const path = checkout.root ?? checkout.commonDir;
  if (remoteAddress === null) return { identity: `${hostname()}:${path}`, name: path };
  const address = redactUrls(remoteAddress);
  // A remote on the disk is another one on another machine.
  return /^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/]+:/i.test(address)
    ? { identity: address, name: address }
    : { identity: `${hostname()}:${address}`, name: address };
}
