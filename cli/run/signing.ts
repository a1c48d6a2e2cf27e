/** Whether and by whom commits are signed on their way, from the configuration and the environment. */
import { signCommits } from '../../agents/delivery/sign-commits.ts';
import type { Sign } from '../../agents/delivery/sign-commits.ts';
import type { Repository } from '../../git/repository.ts';
import { commitPort } from '../github/commit-port.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { accessOf } from './proposal-target.ts';
import type { ProposalTargetRequest } from './proposal-target.ts';

/** Null where `delivery.verifiedCommits` is not asked for, or no branch or remote is there to put them on. */
export function signing(repository: Repository, request: ProposalTargetRequest): Sign | null {
  const { config, memory, environment, remoteAddress, branch } = request;
  const { remote } = memory;
  const target = config.delivery.branch ?? branch;
  if (!config.delivery.verifiedCommits || remote === null || target === null) return null;
  const access = accessOf(request);
  if (access.kind === 'none') {
    return ({ placed }) => {
      const verifications = placed.map(({ work, sha }) => ({ agent: work.request.agent.id, sha, isVerified: false, why: access.reason }));
      return Promise.resolve({ placed, verifications });
    };
  }
  const commits = commitPort(
    () => access.open(),
    (text) => request.redact(text),
  );
  const place = { repository, remote, auth: remoteAuth(environment, remoteAddress), target, commits, now: () => new Date() };
  return (chain) => signCommits(place, chain);
}
