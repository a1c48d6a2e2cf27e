/** Which repository of which GitHub an address of Git means. */

export interface RepositoryName {
  /** Host of the address, `github.com` or that of an Enterprise server. */
  readonly host: string;
  readonly owner: string;
  readonly repo: string;
}

const NAME = /^[\w.-]{1,100}$/;

/** The repository of a remote's address (https, ssh, git, or `git@host:owner/repo`), or null when it has not that shape. */
export function repositoryNameOf(address: string): RepositoryName | null {
  const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(address);
  const url = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(address);
  const [, host, path] = url ?? scp ?? [];
  if (host === undefined || path === undefined) return null;
  const parts = path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/');
  return named(host.toLowerCase(), parts);
}

/** The repository that `owner/name` means, or null. */
export function splitRepository(text: string, host: string): RepositoryName | null {
  return named(host, text.split('/'));
}

function named(host: string, parts: readonly string[]): RepositoryName | null {
  const [owner, repo] = parts;
  if (parts.length !== 2 || owner === undefined || repo === undefined) return null;
  if (!NAME.test(owner) || !NAME.test(repo) || /^\.+$/.test(owner) || /^\.+$/.test(repo)) return null;
  return { host, owner, repo };
}

/** The address of a host's REST API. */
export function apiAddress(host: string): string {
  return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
}
