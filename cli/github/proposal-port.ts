/** GitHub as the agents need it to propose commits: the door is opened when it is first needed, and no failure is thrown. */
import type { Refusal } from '../../agents/delivery/delivery.ts';
import type { PortAnswer, Proposal, ProposalPort } from '../../agents/delivery/proposal-port.ts';
import type { GitHub } from '../../github/client.ts';
import { GitHubError } from '../../github/github-error.ts';
import { explainPullRequestFailure } from '../../github/pull-request-failure.ts';
import type { PullRequest, PullRequestPolicy } from '../../github/pull-requests.ts';
import type { GitHubAccess } from './github-access.ts';

export interface ProposalPortRequest {
  readonly access: GitHubAccess;
  readonly policy: PullRequestPolicy;
  /** Address of the page of this run, or null. */
  readonly runUrl: string | null;
}

/** The port, or why there is none. */
export function proposalPort({ access, policy, runUrl }: ProposalPortRequest): ProposalPort | Refusal {
  if (access.kind === 'none')
    return { reason: `pull requests are opened on GitHub, and there is ${access.reason}`, advice: 'or choose another delivery' };
  const { pages } = access;
  let door: Promise<GitHub> | null = null;
  const known = new Map<number, PullRequest>();
  const remembered = (pull: PullRequest): Proposal => {
    known.set(pull.number, pull);
    const { number, url, state, sha, last, isWithdrawn } = pull;
    return { number, url, state, sha, last, isWithdrawn };
  };

  const ask = async <Value>(
    branches: { head: string; target: string },
    work: (github: GitHub) => Promise<Value>,
  ): Promise<PortAnswer<Value>> => {
    try {
      door ??= access.open();
      return { ok: true, value: await work(await door) };
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      return { ok: false, ...explainPullRequestFailure(error, { pages, ...branches }) };
    }
  };

  return {
    find: (branches) =>
      ask(branches, async (github) => {
        const { findPullRequest } = await import('../../github/pull-requests.ts');
        const pull = await findPullRequest(github, branches);
        return pull === null ? null : remembered(pull);
      }),
    propose: (facts, proposal) =>
      ask(facts, async (github) => {
        const { proposePullRequest } = await import('../../github/pull-requests.ts');
        const words = { ...facts, webUrl: pages, runUrl, command: `npx agent run ${facts.agent} --base ${facts.base} --no-fix --force` };
        const done = await proposePullRequest(github, words, { known: known.get(proposal?.number ?? 0) ?? null, policy });
        const { number, url } = remembered(done.pull);
        return { number, url, what: done.what === 'unchanged' ? 'updated' : done.what, notes: done.notes };
      }),
    withdraw: (proposal, why) =>
      ask({ head: '', target: '' }, async (github) => {
        const { withdrawPullRequest } = await import('../../github/pull-requests.ts');
        const pull = known.get(proposal.number);
        if (pull === undefined) throw new TypeError(`#${proposal.number} was not found by this port`);
        await withdrawPullRequest(github, pull, why);
        return null;
      }),
  };
}
