/** What became of the commits, as events for the ledger and for those who watch. */
import type { TreeChange } from '../../git/tree.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { makeEvent } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { DeliveryReport, ProposalReport } from '../run-report.ts';
import { refOf } from './propose.ts';

const TYPE_OF = {
  delivered: 'delivery:pushed',
  pushed: 'delivery:pushed',
  proposed: 'delivery:proposed',
  kept: 'delivery:kept',
  patch: 'delivery:kept',
  none: 'delivery:kept',
  nothing: 'delivery:kept',
  refused: 'delivery:refused',
} as const;

/** Which invocation delivered, for the records. */
export interface DeliveringRun {
  readonly runId: string;
  readonly branch: string;
  readonly origin: EventOrigin;
}

export interface DeliveredRun extends DeliveringRun {
  /** What an agent's commit changes. */
  changesOf(agent: AgentId): readonly TreeChange[];
}

/** One event for all commits; with proposals one or two an agent. */
export function eventsOfDelivery(report: DeliveryReport, run: DeliveredRun): UpkeepEvent[] {
  if (report.proposals.length > 0) return report.proposals.flatMap((proposal) => eventsOfProposal(proposal, run));
  if (report.outcome === 'nothing') return [];
  const ref = report.ref ?? (report.branch === null ? 'HEAD' : refOf(report.branch));
  const { mode, outcome, commits, reason } = report;
  return [makeEvent(TYPE_OF[outcome], { ...common(null, run, outcome), mode, commits: [...commits], ref, reason }, run.origin)];
}

/** That an agent has no proposal any more, whatever became of it. */
export function withdrawnEvent(proposal: ProposalReport, run: DeliveringRun): UpkeepEvent {
  const { number, url } = proposal;
  return makeEvent('delivery:withdrawn', { ...dataOf(proposal, run), commits: [], number, url }, run.origin);
}

function eventsOfProposal(proposal: ProposalReport, run: DeliveredRun): UpkeepEvent[] {
  const { agent, state, number, url } = proposal;
  const data = dataOf(proposal, run);
  switch (state) {
    case 'opened':
    case 'reopened':
    case 'updated':
    case 'unchanged':
      return [makeEvent('delivery:proposed', { ...data, number, url }, run.origin)];
    case 'taken-over':
    case 'closed':
      return [withdrawnEvent(proposal, run)];
    case 'declined': {
      // As if it had been undone: the agent does not write exactly this again.
      const written = run.changesOf(agent).flatMap(({ path, newOid }) => (newOid === null ? [] : [[path, newOid] as const]));
      const undone = { ...data, frozenKeys: [], frozenBlobs: Object.fromEntries(written) };
      return [withdrawnEvent(proposal, run), makeEvent('delivery:undone', undone, run.origin)];
    }
    case 'waiting':
      return [makeEvent('delivery:kept', data, run.origin)];
    case 'refused':
      return [makeEvent('delivery:refused', data, run.origin)];
  }
}

interface CommonData {
  readonly agentId: AgentId | null;
  readonly jobId: string;
  readonly runId: string;
  readonly branch: string;
  readonly status: string;
}

function dataOf({ agent, branch, state, commit, notes }: ProposalReport, run: DeliveringRun) {
  const reason = notes.length === 0 ? null : notes.join('; ');
  const commits = commit === null ? [] : [commit];
  return { ...common(agent, run, state), mode: 'pull-request' as const, commits, ref: refOf(branch), reason };
}

function common(agentId: AgentId | null, { runId, branch }: DeliveringRun, status: string): CommonData {
  return { agentId, jobId: runId, runId, branch, status };
}
