/** What the works of one invocation came to, as reports and events, for each way in which their delivery may end. */
import type { UpkeepEvent } from '../ledger/event.ts';
import type { AgentId } from '../ledger/outcome.ts';
import { eventsOfDelivery } from './delivery/delivery-event.ts';
import type { DeliveredRun } from './delivery/delivery-event.ts';
import { findingsOf } from './divide-findings.ts';
import { inputKeys } from './input-key.ts';
import { headOf, ownHeadOf } from './integrate-runs.ts';
import type { Integration, Placed } from './integrate-runs.ts';
import { resultsAfter, stepBetween } from './regress.ts';
import type { AgentWork, Workshop } from './run-agent.ts';
import type { RunAgentsRequest } from './run-agents.ts';
import type { RunPolicy } from './run-policy.ts';
import type { AgentRunReport, DeliveryReport } from './run-report.ts';
import { agentReport, settledEvent } from './settle-run.ts';
import type { Results, SettledEvent } from './settle-run.ts';

export interface Settled {
  readonly work: AgentWork;
  readonly report: AgentRunReport;
  readonly event: SettledEvent;
}

/** Whose commits arrived, and whether they stand on the branch itself now. */
export interface Arrival {
  isIn(agent: AgentId): boolean;
  readonly onBranch: boolean;
  /** Commits that arrived under another id than the one they were placed with. */
  readonly arrived?: readonly Placed[] | undefined;
}

export const ALL_ARRIVED: Arrival = { isIn: () => true, onBranch: true };
export const NOT_ARRIVED: Arrival = { isIn: () => false, onBranch: false };

/** Reports and events of every agent as they would be, whoever's commits arrive. */
export async function settleWorks(
  integration: Integration,
  request: RunAgentsRequest,
  workshop: Workshop,
): Promise<(arrival: Arrival) => Settled[]> {
  const keys = await answeredKeys(integration, request, workshop);
  const prepared = await Promise.all(
    integration.works.map(async (work) => {
      const placed = integration.placed.find((each) => each.work === work);
      const results = await resultsOf(work, headOf(integration, work), workshop);
      const waits = integration.waiting.includes(work);
      const isThere = placed === undefined && work.commit !== null && !waits;
      const settled = isThere ? { ...work, commit: null, notes: [...work.notes, 'the branch has the same change already'] } : work;
      const answered = await keys(work, results);
      // What the branch had already is repaired there: of what was checked nothing good is known.
      return { work: settled, waits, placedSha: placed?.sha ?? null, results, keys: isThere ? { ...answered, input: '' } : answered };
    }),
  );
  const byRequest = (agent: string): number => request.requests.findIndex((each) => each.agent.id === agent);
  prepared.sort((a, b) => byRequest(a.work.request.agent.id) - byRequest(b.work.request.agent.id));
  return (arrival) =>
    prepared.map(({ work, waits, placedSha, results, keys: { input, produced } }) => {
      const { id } = work.request.agent;
      // What waits is kept as it was made: a placed commit that is not delivered is nowhere to be found.
      if (waits || !arrival.isIn(id)) return settle(work, { results, request, key: input, arrived: null });
      const renamed = placedSha === null ? undefined : arrival.arrived?.find((each) => each.work.request.agent.id === id);
      return settle(work, {
        results,
        request,
        key: input,
        arrived: { placedSha: renamed?.sha ?? placedSha, producedKey: produced, onBranch: arrival.onBranch },
      });
    });
}

/** A run on the checked commit whose own commit, if it has one, waits. */
export function settleWaiting(work: AgentWork, results: Results, request: RunAgentsRequest): Settled {
  return settle(work, { results, request, key: request.keys[work.request.agent.id] ?? '', arrived: null });
}

/** The agent's own results on the commit that it ran on and on `commit`. */
export async function resultsOf(work: AgentWork, commit: string, workshop: Workshop): Promise<Results> {
  const { inspector, context } = workshop;
  const id = work.request.agent.id;
  const step = await stepBetween(work.request.base, commit, { inspector, context });
  const before = await Promise.all(
    step.before.plan.planned.filter((planned) => planned.agents.includes(id)).map((planned) => inspector.inspect(planned, step.before)),
  );
  return { before, after: await resultsAfter(step, (planned) => planned.agents.includes(id), inspector) };
}

/** Everything that is to be remembered of a delivery. */
export function eventsOf(settled: readonly Settled[], report: DeliveryReport, request: RunAgentsRequest): UpkeepEvent[] {
  const isEnd = ({ report: { outcome }, event }: Settled): boolean => outcome !== 'skipped' && request.isProvisional?.(event) !== true;
  const events = settled.filter(isEnd).map(({ event }) => event);
  const isWorthIt = report.commits.length > 0 || report.proposals.length > 0;
  const moved = isWorthIt ? eventsOfDelivery(report, deliveredRun(settled, request)) : [];
  return [...events, ...moved, ...request.consequences(events)];
}

/** What the events of a delivery need to know of the run. */
export function deliveredRun(settled: readonly Settled[], { context, branch }: RunAgentsRequest): DeliveredRun {
  const changesOf = (agent: AgentId) => settled.find(({ work }) => work.request.agent.id === agent)?.work.commit?.changes ?? [];
  return { runId: context.journal.entry.id, origin: context.origin, branch, changesOf };
}

interface AnsweredKeys {
  /** Key of what the agent looked at; empty when the results say less about that than about what became of it. */
  readonly input: string;
  /** Key of the tree that it will meet when its commit has arrived; null when the results are not of that tree. */
  readonly produced: string | null;
}

/**
 * The keys that a work's results answer. A green answer must never stand under the key of another tree: results of the branch with the
 * commits of others, or of a later branch, answer the key of what was checked only when they are not better than the agent's own there.
 */
async function answeredKeys(
  integration: Integration,
  request: RunAgentsRequest,
  workshop: Workshop,
): Promise<(work: AgentWork, results: Results) => Promise<AnsweredKeys>> {
  const { inspector, context } = workshop;
  const keyOn = async (commit: string, { request: { agent } }: AgentWork): Promise<string | null> => {
    const { project, plan } = await inspector.scene(commit);
    return inputKeys([agent.id], { entries: project.entries, planned: plan.planned, context: request.keyContext })[agent.id] ?? null;
  };
  return async (work, results) => {
    const { base, agent } = work.request;
    const head = headOf(integration, work);
    const input = base === request.base ? request.keys[agent.id] : await keyOn(base, work);
    const produced = integration.isAside ? null : await keyOn(head, work);
    if (head === ownHeadOf(work)) return { input: input ?? '', produced };
    const own = await resultsOf(work, ownHeadOf(work), workshop);
    return { input: isBetter(results, own, { agent: agent.id, policy: context.policy }) ? '' : (input ?? ''), produced };
  };
}

/** Whether `own` has an error, or a check that could not be carried out, which `results` has not. */
function isBetter(results: Results, own: Results, { agent, policy }: { agent: AgentId; policy: RunPolicy }): boolean {
  const troubles = (inspections: Results['after']): string[] =>
    inspections.flatMap((inspection) => [
      ...(inspection.report.outcome === 'errored' ? [inspection.planned.check.id] : []),
      ...findingsOf(agent, inspection, policy)
        .filter(({ severity }) => severity === 'error')
        .map(({ fingerprint }) => fingerprint),
    ]);
  const known = new Set(troubles(results.after));
  return troubles(own.after).some((trouble) => !known.has(trouble));
}

interface Settling {
  readonly results: Results;
  readonly request: RunAgentsRequest;
  /** Key that the results answer; empty for none. */
  readonly key: string;
  /** Null while the commit waits. */
  readonly arrived: { readonly placedSha: string | null; readonly producedKey: string | null; readonly onBranch: boolean } | null;
}

function settle(work: AgentWork, { results, request, key, arrived }: Settling): Settled {
  const report = agentReport(work, results, { policy: request.context.policy, placedSha: arrived?.placedSha ?? null });
  const event = settledEvent({
    report,
    results,
    work,
    branch: request.branch,
    trigger: request.trigger,
    key,
    producedKey: arrived?.producedKey ?? null,
    delivered: arrived !== null || work.commit === null,
    onBranch: arrived?.onBranch ?? false,
    counts: request.counts,
    seen: request.seen,
    origin: request.context.origin,
  });
  return { work, report, event };
}
