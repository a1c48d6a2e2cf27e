/** Delivery `pull-request`: a branch and a pull request for each agent, brought up to date in place and closed when not needed. */
import { isAncestor } from '../../git/ancestry.ts';
import { fetchCommits } from '../../git/remote.ts';
import { remoteHeads } from '../../git/remote-heads.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { RunContext } from '../run-context.ts';
import type { ProposalReport, ProposalState } from '../run-report.ts';
import { emptyDelivery } from './delivery.ts';
import type { Delivery, DeliveryAttempt, DeliveryEnd, DeliveryStep, Refusal } from './delivery.ts';
import { keepRefused } from './keep.ts';
import { nothingToChange } from './nothing-to-change.ts';
import { setOwnRef, suggestRef } from './own-refs.ts';
import { PROPOSALS, proposalBranch } from './proposal-branch.ts';
import type { ProposalPort } from './proposal-port.ts';
import { propose, withdraw } from './propose.ts';
import type { ProposalPlace } from './propose.ts';

export interface ProposalTarget {
  /** Short name; null when HEAD is detached and the configuration names none. */
  readonly branch: string | null;
  /** Name of the remote, or null when the repository has none of that name. */
  readonly remote: string | null;
  /** The name that the configuration asks for. */
  readonly remoteName: string;
  /** The host, or why it cannot be spoken to. */
  readonly port: ProposalPort | Refusal;
  /** Commits that earlier runs proposed. */
  readonly proposedBefore: ReadonlySet<string>;
  /** Why the commits go this way although another was asked for; null when this one was. */
  readonly instead: Refusal | null;
}

/** What the remote is now. */
interface Remote {
  readonly name: string;
  readonly port: ProposalPort;
  readonly target: string;
  readonly tip: string;
  readonly defaultBranch: string | null;
  readonly heads: ReadonlyMap<string, string>;
}

const ARRIVED: ReadonlySet<ProposalState> = new Set(['opened', 'reopened', 'updated', 'unchanged', 'taken-over', 'closed']);
const NOT_NEEDED = 'the last run had nothing to change any more';

export function pullRequestDelivery(context: RunContext, target: ProposalTarget): Delivery {
  const { repository, journal } = context;
  const { branch, instead } = target;

  const refuse = (step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd> =>
    keepRefused(context, step, { mode: 'pull-request', branch, refusal: because(refusal) });

  /** Two ways were tried: both reasons are told. */
  const because = (refusal: Refusal): Refusal =>
    instead === null ? refusal : { reason: `${instead.reason}; no pull request either: ${refusal.reason}`, advice: refusal.advice };

  /** Asks the remote once for everything; a refusal when there is none to ask. */
  const look = async (agents: readonly AgentId[]): Promise<Remote | Refusal> => {
    const { remote, remoteName, port } = target;
    if (remote === null) {
      return {
        reason: `there is no remote "${remoteName}"`,
        advice: `add it with \`git remote add ${remoteName} <address>\`, or choose another delivery`,
      };
    }
    if (branch === null) {
      return { reason: 'HEAD is detached, so no branch is named', advice: 'check out a branch, or name one in delivery.branch' };
    }
    if (branch.startsWith(PROPOSALS)) {
      return { reason: `${branch} is a branch of an agent itself`, advice: 'run on the branch that it is for' };
    }
    if ('reason' in port) return port;
    // Both names of each agent's branch: which is the right one follows from the default branch.
    const names = agents.flatMap((agent) => [proposalBranch(agent, branch, branch), proposalBranch(agent, branch, null)]);
    const answer = await remoteHeads({ repository, remote, branches: [branch, ...names], signal: context.signal });
    if (!answer.ok) {
      return { reason: `${remote} could not be asked: ${answer.reason}`, advice: 'run again when it can be reached; the commits wait' };
    }
    const tip = answer.heads.get(branch);
    if (tip === undefined)
      return { reason: `${remote} has no branch ${branch}`, advice: `push it once with \`git push ${remote} ${branch}\`` };
    return { name: remote, port, target: branch, tip, defaultBranch: answer.defaultBranch, heads: answer.heads };
  };

  const placeOf = (agent: AgentId, remote: Remote, tip: string): ProposalPlace => {
    const name = proposalBranch(agent, remote.target, remote.defaultBranch);
    const { proposedBefore } = target;
    const at = remote.heads.get(name) ?? null;
    return { repository, port: remote.port, remote: remote.name, target: remote.target, tip, agent, branch: name, at, proposedBefore };
  };

  const proposeAll = async (step: DeliveryStep, remote: Remote): Promise<DeliveryEnd> => {
    const { from, placed } = step.integration;
    const proposals: ProposalReport[] = [];
    journal.advance('delivering');
    for (const each of placed) {
      const { id } = each.work.request.agent;
      const report = step.reports.find(({ agent }) => agent === id);
      if (report !== undefined) proposals.push(await propose(placeOf(id, remote, from), each, report));
    }
    // Only what was seen on the newest commit tells that a proposal is not needed: an older one may have had no need of it yet.
    if (context.policy.fix && journal.entry.base === remote.tip) {
      for (const { agent } of step.reports.filter(nothingToChange)) {
        const place = placeOf(agent, remote, remote.tip);
        if (place.at !== null) proposals.push(await withdraw({ ...place, at: place.at }, NOT_NEEDED));
      }
    }
    return endOf(step, proposals);
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
    const end = { kind: 'done', recorded: false, delivered, undelivered } as const;
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
  const isOnRemote = async (from: string, remote: Remote): Promise<boolean> => {
    if (from === remote.tip) return true;
    const fetched = await fetchCommits({ repository, remote: remote.name, branch: remote.target });
    return fetched.ok && fetched.sha !== null && (await isAncestor(repository, from, fetched.sha));
  };

  const tryOnce = async (step: DeliveryStep, mayFollow: boolean): Promise<DeliveryAttempt> => {
    const { from, placed } = step.integration;
    const concerned = step.reports.map(({ agent }) => agent);
    const remote = await look(concerned);
    if ('reason' in remote) {
      // Nothing is lost when there is nothing to propose.
      return placed.length === 0
        ? { kind: 'done', delivered: true, recorded: false, report: emptyDelivery('pull-request', branch) }
        : refuse(step, remote);
    }
    if (placed.length > 0 && remote.tip !== from) {
      if (mayFollow) {
        const fetched = await fetchCommits({ repository, remote: remote.name, branch: remote.target });
        if (fetched.ok && fetched.sha !== null) return { kind: 'moved', tip: fetched.sha };
      }
      if (!(await isOnRemote(from, remote))) {
        return refuse(step, { reason: `the new commits of ${remote.target} could not be fetched`, advice: 'run again; the commits wait' });
      }
    }
    return proposeAll(step, remote);
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
