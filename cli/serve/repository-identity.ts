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

/** `identity` finds it in the database, `name` is for people, and two may have the same; no credentials in either. */
export function repositoryIdentity({ repository, remoteAddress, checkout }: NamedRepository): {
  readonly identity: string;
  readonly name: string;
} {
  if (repository !== null) return { identity: repository.toLowerCase(), name: repository };
  const path = checkout.root ?? checkout.commonDir;
  if (remoteAddress === null) return { identity: `${hostname()}:${path}`, name: shortName(path, 1) };
  const address = redactUrls(remoteAddress);
  // A remote on the disk is another one on another machine.
  return /^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/]+:/i.test(address)
    ? { identity: address, name: shortName(address, address.startsWith('file:') ? 1 : 2) }
    : { identity: `${hostname()}:${address}`, name: shortName(address, 1) };
}

/** The last parts of a path or an address: `shop`, `group/shop`. */
function shortName(address: string, parts: number): string {
  const bare = address.replace(/\/+$/, '').replace(/\/?\.git$/, '');
  const path = bare.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, '').replace(/^[^/]+@[^/]+:/, '');
  return path.split('/').slice(-parts).join('/') || address;
}
