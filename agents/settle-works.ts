/** What the works of one invocation came to, as reports and events, for each way in which their delivery may end. */
import type { UpkeepEvent } from '../ledger/event.ts';
import type { AgentId } from '../ledger/outcome.ts';
import { eventsOfDelivery } from './delivery/delivery-event.ts';
import type { DeliveredRun } from './delivery/delivery-event.ts';
import { inputKeys } from './input-key.ts';
import { headOf } from './integrate-runs.ts';
import type { Integration, Placed } from './integrate-runs.ts';
import { resultsAfter, stepBetween } from './regress.ts';
import type { AgentWork, Workshop } from './run-agent.ts';
import type { RunAgentsRequest } from './run-agents.ts';
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
  const produced = await producedKeys(integration, request, workshop);
  const prepared = await Promise.all(
    integration.works.map(async (work) => {
      const placed = integration.placed.find((each) => each.work === work);
      const results = await resultsOf(work, headOf(integration, work), workshop);
      return placed === undefined && work.commit !== null
        ? { work: { ...work, commit: null, notes: [...work.notes, 'the branch has the same change already'] }, placedSha: null, results }
        : { work, placedSha: placed?.sha ?? null, results };
    }),
  );
  const byRequest = (agent: string): number => request.requests.findIndex((each) => each.agent.id === agent);
  prepared.sort((a, b) => byRequest(a.work.request.agent.id) - byRequest(b.work.request.agent.id));
  return (arrival) =>
    prepared.map(({ work, placedSha, results }) => {
      const { id } = work.request.agent;
      // What waits is kept as it was made: a placed commit that is not delivered is nowhere to be found.
      if (!arrival.isIn(id)) return settleWaiting(work, results, request);
      const renamed = placedSha === null ? undefined : arrival.arrived?.find((each) => each.work.request.agent.id === id);
      return settle(work, {
        results,
        request,
        arrived: { placedSha: renamed?.sha ?? placedSha, producedKey: produced.get(work) ?? null, onBranch: arrival.onBranch },
      });
    });
}

/** A run whose commit, if it has one, waits. */
export function settleWaiting(work: AgentWork, results: Results, request: RunAgentsRequest): Settled {
  return settle(work, { results, request, arrived: null });
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
  const events = settled.filter((each) => each.report.outcome !== 'skipped').map(({ event }) => event);
  const isWorthIt = report.commits.length > 0 || report.proposals.length > 0;
  const moved = isWorthIt ? eventsOfDelivery(report, deliveredRun(settled, request)) : [];
  return [...events, ...moved, ...request.consequences(events)];
}

/** What the events of a delivery need to know of the run. */
export function deliveredRun(settled: readonly Settled[], { context, branch }: RunAgentsRequest): DeliveredRun {
  const changesOf = (agent: AgentId) => settled.find(({ work }) => work.request.agent.id === agent)?.work.commit?.changes ?? [];
  return { runId: context.journal.entry.id, origin: context.origin, branch, changesOf };
}

/** The key of each agent on the tree that it will meet when its commit has arrived. */
async function producedKeys(integration: Integration, request: RunAgentsRequest, { inspector }: Workshop): Promise<Map<AgentWork, string>> {
  const keys = new Map<AgentWork, string>();
  for (const [head, works] of Map.groupBy(integration.works, (work) => headOf(integration, work))) {
    const { project, plan } = await inspector.scene(head);
    const agents = works.map((work) => work.request.agent.id);
    const byAgent = inputKeys(agents, { entries: project.entries, planned: plan.planned, context: request.keyContext });
    for (const work of works) {
      const key = byAgent[work.request.agent.id];
      if (key !== undefined) keys.set(work, key);
    }
  }
  return keys;
}

interface Settling {
  readonly results: Results;
  readonly request: RunAgentsRequest;
  /** Null while the commit waits. */
  readonly arrived: { readonly placedSha: string | null; readonly producedKey: string | null; readonly onBranch: boolean } | null;
}

function settle(work: AgentWork, { results, request, arrived }: Settling): Settled {
  const report = agentReport(work, results, { policy: request.context.policy, placedSha: arrived?.placedSha ?? null });
  const event = settledEvent({
    report,
    results,
    work,
    branch: request.branch,
    trigger: request.trigger,
    key: request.keys[report.agent] ?? '',
    producedKey: arrived?.producedKey ?? null,
    delivered: arrived !== null || work.commit === null,
    onBranch: arrived?.onBranch ?? false,
    counts: request.counts,
    seen: request.seen,
    origin: request.context.origin,
  });
  return { work, report, event };
}
