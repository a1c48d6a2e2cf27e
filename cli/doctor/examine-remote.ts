/** Whether the remote answers and takes pushes. Asks it, changes nothing there. */
import { git, GitError } from '../../git/exec-git.ts';
import { hasRemote } from '../../git/remote-name.ts';
import { remoteOptions, remoteSentence, type RemoteAuth } from '../../git/remote-access.ts';
import { remoteHead } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { bad, good, worthKnowing, type Diagnosis } from './diagnosis.ts';

const PATIENCE_MS = 30_000;

export interface RemoteAsk {
  readonly remote: string;
  readonly offline: boolean;
  /** Whether runs here deliver to it; without that they work, and what is shared waits. */
  readonly isNeeded: boolean;
  /** How the runs of this machine identify themselves; undefined: as Git does by itself. */
  readonly auth: RemoteAuth | undefined;
}

export async function examineRemote(repository: Repository, { remote, offline, isNeeded, auth }: RemoteAsk): Promise<Diagnosis[]> {
  if (!(await hasRemote(repository, remote)))
    return [worthKnowing('remote', `there is no remote ${remote}: everything stays in this clone`)];
  if (offline) return [worthKnowing('remote', `${remote} was not asked (--offline)`)];
  const branch = repository.branch ?? 'main';
  const answer = await remoteHead({ repository, remote, branch, timeoutMs: PATIENCE_MS, auth });
  if (!answer.ok) {
    const advice = answer.reason === 'denied' ? 'check the token or key that Git uses for it' : 'check its address and the network';
    const sentence = await remoteSentence(repository, remote, answer.reason);
    return [isNeeded ? bad('remote', sentence, advice) : worthKnowing('remote', sentence, `${advice}; agents work here without it`)];
  }
  const found = [good('remote', `${remote} answers${answer.sha === null ? `, it has no branch ${branch}` : ''}`)];
  return repository.head === null ? found : [...found, await mayPush(repository, repository.head, { remote, auth })];
}

/** A dry run goes as far as asking whether this identity may write. */
async function mayPush(repository: Repository, sha: string, { remote, auth }: Pick<RemoteAsk, 'remote' | 'auth'>): Promise<Diagnosis> {
  try {
    const options = await remoteOptions(repository, remote, { timeoutMs: PATIENCE_MS, auth });
    await git(['push', '--dry-run', '--porcelain', '--no-verify', '--', remote, `${sha}:refs/upkeep/doctor`], options);
    return good('rights', `${remote} takes pushes of this identity`);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return worthKnowing(
      'rights',
      `${remote} takes no pushes of this identity`,
      'deliver locally, or give the token or key the right to write (contents: write in Actions)',
    );
  }
}
