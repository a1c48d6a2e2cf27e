/** How Git identifies itself to the repository's own server: by the token of the job, which nothing but that one Git process sees. */
import type { RemoteAuth } from '../../git/remote-access.ts';
import type { Environment } from '../environment.ts';

/**
 * The header for an address; undefined outside of GitHub Actions, without a token, and for every server but GitHub's, so
 * that the token never reaches another one. On other machines people have set up their own way to identify themselves.
 */
export function remoteAuth({ github, variables }: Environment, address: string | null): RemoteAuth | undefined {
  const token = variables['UPKEEP_GITHUB_TOKEN'] || variables['GITHUB_TOKEN'] || variables['GH_TOKEN'];
  if (github === null || !token || address === null || originOf(address) === null) return undefined;
  if (originOf(address) !== originOf(github.serverUrl ?? 'https://github.com')) return undefined;
  return { header: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}` };
}

function originOf(address: string): string | null {
  if (!/^https?:\/\//i.test(address)) return null;
  try {
    return new URL(address).origin;
  } catch {
    return null; // no address that a token could be sent to
  }
}
