/** Which repository the one at hand is, to services on any machine. */
import { remoteUrl } from '../../git/remote-access.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { repositoryNameOf } from '../../github/repository-name.ts';
import type { CommandContext } from '../command-context.ts';
import { repositoryIdentity } from './repository-identity.ts';

/** `remote`: the one that its configuration names; default `origin`. */
export async function identityOf(repository: Repository, remote = 'origin'): Promise<string> {
  const remoteAddress = await remoteUrl(repository, remote);
  const name = remoteAddress === null ? null : repositoryNameOf(remoteAddress);
  const { identity } = repositoryIdentity({
    checkout: repository,
    repository: name === null ? null : `${name.owner}/${name.repo}`,
    remoteAddress,
  });
  return identity;
}

/** Throws GitError where there is no repository. */
export async function identityHere({ cwd }: Pick<CommandContext, 'cwd'>): Promise<string> {
  return identityOf(await openRepository(cwd));
}
