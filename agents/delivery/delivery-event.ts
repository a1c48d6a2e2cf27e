/** What became of the commits, as events for the ledger and for those who watch. */
import type { TreeChange } from '../../git/tree.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { makeEvent } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { RunContext } from '../run-context.ts';
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

interface DeliveredRun {
  readonly context: RunContext;
  readonly branch: string;
  /** What an agent's commit changes. */
  changesOf(agent: AgentId): readonly TreeChange[];
}

/** One event for all commits; with proposals one or two an agent. */
export function eventsOfDelivery(report: DeliveryReport, run: DeliveredRun): UpkeepEvent[] {
  if (report.proposals.length > 0) return report.proposals.flatMap((proposal) => eventsOfProposal(proposal, run));
  if (report.outcome === 'nothing') return [];
  const ref = report.ref ?? (report.branch === null ? 'HEAD' : refOf(report.branch));
  const { mode, outcome, commits, reason } = report;
  return [makeEvent(TYPE_OF[outcome], { ...common(null, run, outcome), mode, commits: [...commits], ref, reason }, run.context.origin)];
}

function eventsOfProposal(proposal: ProposalReport, run: DeliveredRun): UpkeepEvent[] {
  const { agent, branch, state, commit, number, url, notes } = proposal;
  const { origin } = run.context;
  const reason = notes.length === 0 ? null : notes.join('; ');
  const commits = commit === null ? [] : [commit];
  const data = { ...common(agent, run, state), mode: 'pull-request' as const, commits, ref: refOf(branch), reason };
  switch (state) {
    case 'opened':
    case 'reopened':
    case 'updated':
    case 'unchanged':
    case 'taken-over':
      return [makeEvent('delivery:proposed', { ...data, number, url }, origin)];
    case 'closed':
      return [makeEvent('delivery:withdrawn', { ...data, number, url }, origin)];
    case 'declined': {
      // As if it had been undone: the agent does not write exactly this again.
      const written = run.changesOf(agent).flatMap(({ path, newOid }) => (newOid === null ? [] : [[path, newOid] as const]));
      const undone = { ...data, frozenKeys: [], frozenBlobs: Object.fromEntries(written) };
      return [makeEvent('delivery:withdrawn', { ...data, number, url }, origin), makeEvent('delivery:undone', undone, origin)];
    }
    case 'waiting':
      return [makeEvent('delivery:kept', data, origin)];
    case 'refused':
      return [makeEvent('delivery:refused', data, origin)];
  }
}

function common(
  agentId: AgentId | null,
  { context, branch }: DeliveredRun,
  status: string,
): { agentId: AgentId | null; jobId: string; runId: string; branch: string; status: string } {
  const { id } = context.journal.entry;
  return { agentId, jobId: id, runId: id, branch, status };
}
