/** Delivery `pull-request`: a branch and a pull request for each agent, brought up to date in place and closed when not needed. */
import { isAncestor } from '../../git/ancestry.ts';
import { fetchCommits } from '../../git/remote.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { RunContext } from '../run-context.ts';
import type { CommitVerification, ProposalReport, ProposalState } from '../run-report.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryStep, Refusal } from './delivery.ts';
import { keepRefused } from './keep.ts';
import { lookAtProposals } from './look-at-proposals.ts';
import type { ProposalsThere, ProposalTarget } from './look-at-proposals.ts';
import { nothingToChange } from './nothing-to-change.ts';
import { setOwnRef, suggestRef } from './own-refs.ts';
import { NOT_NEEDED, propose, withdraw } from './propose.ts';
import type { Sign } from './sign-commits.ts';

export interface PullRequestTarget extends ProposalTarget {
  /** Why the commits go this way although another was asked for; null when this one was. */
  readonly instead: Refusal | null;
}

const ARRIVED: ReadonlySet<ProposalState> = new Set(['opened', 'reopened', 'updated', 'unchanged', 'taken-over', 'closed']);

export function pullRequestDelivery(context: RunContext, target: PullRequestTarget): Delivery {
  const { repository, journal } = context;
  const { branch, auth, instead } = target;

  const refuse = (step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd> =>
    keepRefused(context, step, { mode: 'pull-request', branch, refusal: because(refusal) });

  /** Two ways were tried: both reasons are told. */
  const because = (refusal: Refusal): Refusal =>
    instead === null ? refusal : { reason: `${instead.reason}; no pull request either: ${refusal.reason}`, advice: refusal.advice };

  const proposeAll = async (step: DeliveryStep, there: ProposalsThere): Promise<DeliveryEnd> => {
    const { from, placed } = step.integration;
    const proposals: ProposalReport[] = [];
    const verifications: CommitVerification[] = [];
    const sign: Sign | null =
      target.sign === null
        ? null
        : async (chain) => {
            const signed = (await target.sign?.(chain)) ?? { placed: chain.placed, verifications: [] };
            verifications.push(...signed.verifications);
            return signed;
          };
    journal.advance('delivering');
    for (const each of placed) {
      const { id } = each.work.request.agent;
      const report = step.reports.find(({ agent }) => agent === id);
      if (report !== undefined) proposals.push(await propose({ ...there.placeOf(id, from), sign }, each, report));
    }
    // Only what was seen on the newest commit tells that a proposal is not needed: an older one may have had no need of it yet.
    if (context.policy.fix && journal.entry.base === there.tip) {
      for (const { agent } of step.reports.filter(nothingToChange)) {
        const place = there.placeOf(agent);
        if (place.at !== null) proposals.push(await withdraw({ ...place, at: place.at }, NOT_NEEDED));
      }
    }
    const end = await endOf(step, proposals);
    return { ...end, report: { ...end.report, verifications } };
  };

  const endOf = async (step: DeliveryStep, proposals: readonly ProposalReport[]): Promise<DeliveryEnd> => {
    const { placed } = step.integration;
    const stateOf = (agent: AgentId): ProposalState | undefined => proposals.find((each) => each.agent === agent)?.state;
    const undelivered = placed.map(({ work }) => work.request.agent.id).filter((agent) => !ARRIVED.has(stateOf(agent) ?? 'waiting'));
    if (undelivered.length === 0) journal.advance('delivered');
    // What a person said no to is not kept either, nor taken up again.
    const declined = undelivered.filter((agent) => stateOf(agent) === 'declined');
    for (const agent of declined) await setOwnRef(repository, suggestRef(agent), null);
    const left = placed.filter(({ work: { request } }) => undelivered.includes(request.agent.id) && !declined.includes(request.agent.id));

    const delivered = placed.length === 0 || undelivered.length < placed.length;
    const commits = proposals.flatMap(({ commit }) => (commit === null ? [] : [commit]));
    const arrived = placed.flatMap(({ work }) => {
      const commit = proposals.find(({ agent }) => agent === work.request.agent.id)?.commit ?? null;
      return commit === null ? [] : [{ work, sha: commit }];
    });
    const end = { kind: 'done', recorded: false, delivered, undelivered, arrived } as const;
    if (left.length === 0) {
      const outcome = commits.length > 0 ? 'proposed' : 'nothing';
      return { ...end, report: { ...emptyDelivery('pull-request', branch), ...instead, outcome, commits, proposals } };
    }
    const refusal = because(reasonOf(proposals));
    const kept = await keepRefused(
      context,
      { integration: { ...step.integration, placed: left } },
      { mode: 'pull-request', branch, refusal },
    );
    const outcome = left.some(({ work }) => stateOf(work.request.agent.id) === 'refused') ? 'refused' : 'kept';
    return { ...end, report: { ...kept.report, outcome, commits: [...commits, ...kept.report.commits], proposals } };
  };

  /** What is to be proposed must stand on commits that the remote has: those of a person are never pushed by us. */
  const isOnRemote = async (from: string, there: ProposalsThere): Promise<boolean> => {
    if (from === there.tip) return true;
    const fetched = await fetchCommits({ repository, remote: there.remote, branch: there.target, auth });
    return fetched.ok && fetched.sha !== null && (await isAncestor(repository, from, fetched.sha));
  };

  const tryOnce = async (step: DeliveryStep, mayFollow: boolean): Promise<DeliveryAttempt> => {
    const { from, placed } = step.integration;
    const agents = step.reports.map(({ agent }) => agent);
    const there = await lookAtProposals(repository, target, { agents, signal: context.signal });
    if ('reason' in there) {
      // Nothing is lost when there is nothing to propose.
      return placed.length === 0
        ? { kind: 'done', delivered: true, recorded: false, report: emptyDelivery('pull-request', branch) }
        : refuse(step, there);
    }
    if (placed.length > 0 && there.tip !== from) {
      if (mayFollow) {
        const fetched = await fetchCommits({ repository, remote: there.remote, branch: there.target, auth });
        if (fetched.ok && fetched.sha !== null) return { kind: 'moved', tip: fetched.sha };
      }
      if (!(await isOnRemote(from, there))) {
        return refuse(step, { reason: `the new commits of ${there.target} could not be fetched`, advice: 'run again; the commits wait' });
      }
    }
    return proposeAll(step, there);
  };

  return {
    mode: 'pull-request',
    placement: 'apart',
    startingPoint: (base) => Promise.resolve(base),
    attempt: (step) => tryOnce(step, true),
    withhold: refuse,
    async giveUp(step) {
      // A pull request need not stand on the newest commit.
      const end = await tryOnce(step, false);
      return end.kind === 'moved'
        ? refuse(step, { reason: `${branch ?? 'the branch'} moved again and again`, advice: 'run again when it is quieter' })
        : end;
    },
  };
}

/** What kept proposals from people, a refusal before a host that was away. */
function reasonOf(proposals: readonly ProposalReport[]): Refusal {
  const failed = ['refused', 'waiting'].flatMap((state) => proposals.filter((proposal) => proposal.state === state));
  const reasons = [...new Set(failed.flatMap(({ notes }) => notes))];
  return {
    reason: reasons.join('; '),
    advice: failed.find(({ advice }) => advice !== null)?.advice ?? 'the next run tries again; until then `agent accept` takes the commits',
  };
}
