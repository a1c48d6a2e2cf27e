/** Several agents on one commit: run them side by side, integrate, deliver, record. */
import { setTimeout as delay } from 'node:timers/promises';
import { listRefs } from '../git/refs.ts';
import type { UpkeepEvent } from '../ledger/event.ts';
import type { Trigger } from '../ledger/outcome.ts';
import { askCommitlint, commitlintRefusal } from './commit-rules/ask-commitlint.ts';
import { hooksOf, passedOver } from './commit-rules/passed-over-hooks.ts';
import type { Delivery } from './delivery/delivery.ts';
import { openDependencies } from './dependencies/prepare-dependencies.ts';
import { eventOfDelivery } from './delivery/delivery-event.ts';
import { runRef, setOwnRef, suggestRef } from './delivery/own-refs.ts';
import type { KeyContext } from './input-key.ts';
import { inputKeys } from './input-key.ts';
import { createInspector } from './inspector.ts';
import { integrateRuns } from './integrate-runs.ts';
import type { Integration } from './integrate-runs.ts';
import { announce, announceCheck, announceCommit } from './progress.ts';
import { resultsAfter, stepBetween } from './regress.ts';
import { runAgent } from './run-agent.ts';
import type { AgentRunRequest, AgentWork, Workshop } from './run-agent.ts';
import type { RunContext } from './run-context.ts';
import type { AgentRunReport, CommitlintReport, DeliveryReport, PassedOverHook } from './run-report.ts';
import { agentReport, settledEvent } from './settle-run.ts';
import type { Results, SettledEvent } from './settle-run.ts';
import { openTrees } from './trees.ts';

/** What is asked of one invocation. */
export interface RunAgentsRequest {
  readonly context: RunContext;
  readonly requests: readonly AgentRunRequest[];
  /** The commit that is checked. */
  readonly base: string;
  /** Branch for the records: the checked one, or `HEAD` when detached. */
  readonly branch: string;
  readonly trigger: Trigger;
  readonly counts: boolean;
  /** Sequence of the shared history that this run knew. */
  readonly seen: number;
  readonly keyContext: KeyContext;
  readonly keys: Readonly<Record<string, string>>;
  readonly delivery: Delivery;
  /** What follows from settled runs (breaker, recovery): decided by the scheduler, recorded in the same batch. */
  consequences(settled: readonly SettledEvent[]): readonly UpkeepEvent[];
  /** Writes the batch where this invocation remembers; not called when the delivery carried it. */
  record(events: readonly UpkeepEvent[]): Promise<void>;
}

export interface RunAgentsResult {
  readonly runs: readonly AgentRunReport[];
  readonly delivery: DeliveryReport;
  readonly commitlint: CommitlintReport | null;
  readonly hooksPassedOver: readonly PassedOverHook[];
  /** Tip after delivery; the base when nothing moved. */
  readonly head: string;
}

/** How often commits are put on a branch that keeps moving. */
const DELIVERY_MS = 60_000;
const DELIVERY_TRIES = 5;
const LONGEST_PAUSE_MS = 5_000;

/** Runs the agents; returns when everything is delivered, recorded and cleaned up. Throws Interrupted when asked to stop. */
export async function runAgents(request: RunAgentsRequest): Promise<RunAgentsResult> {
  const { context } = request;
  const dependencies = openDependencies({
    root: context.repository.root,
    policy: context.policy.dependencies,
    runTool: context.runTool,
  });
  await using trees = openTrees({
    repository: context.repository,
    runId: context.journal.entry.id,
    folder: context.journal.entry.worktrees,
    dependencies,
  });
  const inspector = createInspector({
    context,
    trees,
    missingDependencies: async (project) => {
      const source = await dependencies(project);
      return source.ok ? null : source.why;
    },
    ...announceCheck(request),
  });
  const workshop: Workshop = { context, inspector, trees, compare: 'together' };

  context.journal.advance('inspecting');
  await announce(request, workshop);
  const works = await Promise.all(request.requests.map((each) => runAndKeep(each, request, workshop)));
  const end = await deliverAll(works, request, workshop);
  await recordAll(end, request);
  return {
    runs: end.reports,
    delivery: end.delivery,
    commitlint: end.commitlint,
    hooksPassedOver: await hooksNotAsked(end, request, workshop),
    head: end.delivery.outcome === 'delivered' || end.delivery.outcome === 'pushed' ? end.integration.to : request.base,
  };
}

/** Runs one agent and makes its commit survive whatever happens next. */
async function runAndKeep(agentRequest: AgentRunRequest, request: RunAgentsRequest, workshop: Workshop): Promise<AgentWork> {
  const { context } = workshop;
  const work = await runAgent(agentRequest, workshop);
  if (work.commit === null) return work;
  const agent = agentRequest.agent.id;
  await setOwnRef(context.repository, runRef(context.journal.entry.id, agent), work.commit.sha);
  const results = await resultsOf(work, work.commit.sha, workshop);
  const settled = settle(work, { results, request, delivered: false, producedKey: null, placedSha: null }).event;
  const finished = [...context.journal.entry.finished, { agent, sha: work.commit.sha, base: agentRequest.base, settled }];
  context.journal.advance('committed', { finished });
  announceCommit(agentRequest, work.commit.subject, request);
  return work;
}

interface End {
  readonly integration: Integration;
  readonly delivery: DeliveryReport;
  readonly commitlint: CommitlintReport | null;
  readonly delivered: boolean;
  readonly recorded: boolean;
  readonly reports: readonly AgentRunReport[];
  readonly events: readonly UpkeepEvent[];
}

/** Puts the commits on the branch and delivers them, again and again while the branch moves. */
async function deliverAll(works: readonly AgentWork[], request: RunAgentsRequest, workshop: Workshop): Promise<End> {
  const { delivery, context } = request;
  const started = performance.now();
  let tip = works.some((work) => work.commit !== null) ? await delivery.startingPoint(request.base) : request.base;
  for (let tries = 1; ; tries += 1) {
    const integration = await integrateRuns(works, tip, workshop);
    const [settlements, commitlint] = await Promise.all([settleAll(integration, request, workshop), askCommitlint(integration, workshop)]);
    await keepNewest(settlements(false), workshop);
    const step = {
      integration,
      events: async (delivered: boolean, report: DeliveryReport) => eventsOf(settlements(delivered), { delivered, report, request }),
    };
    const mayTryAgain = tries < DELIVERY_TRIES || performance.now() - started < DELIVERY_MS;
    const isRefused = commitlint?.verdict === 'refused';
    const attempt = await (isRefused ? delivery.withhold(step, commitlintRefusal(commitlint)) : delivery.attempt(step));
    if (attempt.kind === 'moved' && mayTryAgain) {
      tip = attempt.tip;
      await delay(Math.random() * Math.min(100 * 2 ** tries, LONGEST_PAUSE_MS));
      continue;
    }
    const { delivered, recorded, report } = attempt.kind === 'moved' ? await delivery.giveUp(step) : attempt;
    const settled = settlements(delivered);
    if (report.outcome !== 'nothing') context.emit(eventOfDelivery(report, request));
    return {
      integration,
      delivery: report,
      commitlint,
      delivered,
      recorded,
      reports: settled.map((each) => each.report),
      events: recorded ? [] : await step.events(delivered, report),
    };
  }
}

interface Settled {
  readonly work: AgentWork;
  readonly report: AgentRunReport;
  readonly event: SettledEvent;
}

/** What is kept in case we end here is what was integrated: an agent that ran again replaced its commit, or took it back. */
async function keepNewest(settled: readonly Settled[], { context }: Workshop): Promise<void> {
  const { id, finished: before } = context.journal.entry;
  const finished = settled.flatMap(({ work, event }) => {
    const { agent, base } = work.request;
    return work.commit === null ? [] : [{ agent: agent.id, sha: work.commit.sha, base, settled: event }];
  });
  const isSame = finished.length === before.length && finished.every((one) => before.some(({ sha }) => sha === one.sha));
  if (isSame) return;
  for (const { agent, sha } of finished) await setOwnRef(context.repository, runRef(id, agent), sha);
  context.journal.advance('committed', { finished });
}

/** Reports and events of every agent as they would be, delivered or not. */
async function settleAll(
  integration: Integration,
  request: RunAgentsRequest,
  workshop: Workshop,
): Promise<(delivered: boolean) => Settled[]> {
  const after = await workshop.inspector.scene(integration.to);
  const produced = inputKeys(
    integration.works.map((work) => work.request.agent.id),
    { entries: after.project.entries, planned: after.plan.planned, context: request.keyContext },
  );
  const prepared = await Promise.all(
    integration.works.map(async (work) => {
      const placed = integration.placed.find((each) => each.work === work);
      const results = await resultsOf(work, integration.to, workshop);
      return placed === undefined && work.commit !== null
        ? { work: { ...work, commit: null, notes: [...work.notes, 'the branch has the same change already'] }, placedSha: null, results }
        : { work, placedSha: placed?.sha ?? null, results };
    }),
  );
  const byRequest = (agent: string): number => request.requests.findIndex((each) => each.agent.id === agent);
  prepared.sort((a, b) => byRequest(a.work.request.agent.id) - byRequest(b.work.request.agent.id));
  return (delivered) =>
    prepared.map(({ work, placedSha, results }) =>
      // What waits is kept as it was made: a placed commit that is not delivered is nowhere to be found.
      settle(work, {
        results,
        request,
        delivered,
        placedSha: delivered ? placedSha : null,
        producedKey: delivered ? (produced[work.request.agent.id] ?? null) : null,
      }),
    );
}

async function resultsOf(work: AgentWork, commit: string, workshop: Workshop): Promise<Results> {
  const { inspector, context } = workshop;
  const id = work.request.agent.id;
  const step = await stepBetween(work.request.base, commit, { inspector, context });
  const before = await Promise.all(
    step.before.plan.planned.filter((planned) => planned.agents.includes(id)).map((planned) => inspector.inspect(planned, step.before)),
  );
  return { before, after: await resultsAfter(step, (planned) => planned.agents.includes(id), inspector) };
}

function settle(
  work: AgentWork,
  ask: { results: Results; request: RunAgentsRequest; placedSha: string | null; delivered: boolean; producedKey: string | null },
): Settled {
  const { results, request, placedSha, delivered, producedKey } = ask;
  const report = agentReport(work, results, { policy: request.context.policy, placedSha });
  const event = settledEvent({
    report,
    results,
    work,
    branch: request.branch,
    trigger: request.trigger,
    key: request.keys[report.agent] ?? '',
    producedKey,
    delivered: delivered || work.commit === null,
    counts: request.counts,
    seen: request.seen,
    origin: request.context.origin,
  });
  return { work, report, event };
}

function eventsOf(
  settled: readonly Settled[],
  ask: { delivered: boolean; report: DeliveryReport; request: RunAgentsRequest },
): UpkeepEvent[] {
  const events = settled.filter(({ report }) => report.outcome !== 'skipped').map(({ event }) => event);
  const moved = ask.report.commits.length > 0 ? [eventOfDelivery(ask.report, ask.request)] : [];
  return [...events, ...moved, ...ask.request.consequences(events)];
}

/** Commits are made by plumbing: no hook sees them, and the report says so. */
async function hooksNotAsked(end: End, request: RunAgentsRequest, { inspector }: Workshop): Promise<PassedOverHook[]> {
  if (end.reports.every((report) => report.commit === null)) return [];
  const { project } = await inspector.scene(request.base);
  return passedOver(await hooksOf(request.context.repository, project.files), end.delivery.outcome);
}

/** Remembers what happened, then forgets what was only kept in case we would not get here. */
async function recordAll(end: End, request: RunAgentsRequest): Promise<void> {
  const { context } = request;
  for (const event of end.events) if (event.type.startsWith('agent:')) context.emit(event);
  if (!end.recorded && end.events.length > 0) await request.record(end.events);
  context.journal.advance('recorded');
  const { id } = context.journal.entry;
  const waited = request.requests.filter((each) => each.pending !== null).map((each) => each.agent.id);
  const kept = await listRefs(context.repository, `refs/upkeep/runs/${id}/`);
  const delivered = [...waited, ...end.integration.works.filter((work) => work.commit !== null).map((work) => work.request.agent.id)];
  if (end.delivered) for (const agent of delivered) await setOwnRef(context.repository, suggestRef(agent), null);
  for (const ref of kept.keys()) await setOwnRef(context.repository, ref, null);
}
