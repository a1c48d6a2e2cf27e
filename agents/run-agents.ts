/** Several agents on one commit: run them side by side, integrate, deliver, record. */
import { setTimeout as delay } from 'node:timers/promises';
import { isAncestor } from '../git/ancestry.ts';
import { listRefs } from '../git/refs.ts';
import type { UpkeepEvent } from '../ledger/event.ts';
import type { AgentId, Trigger } from '../ledger/outcome.ts';
import { allEnded } from './all-ended.ts';
import { askCommitlint, commitlintRefusal } from './commit-rules/ask-commitlint.ts';
import { hooksOf, passedOver } from './commit-rules/passed-over-hooks.ts';
import type { Delivery } from './delivery/delivery.ts';
import { openDependencies } from './dependencies/prepare-dependencies.ts';
import { eventsOfDelivery } from './delivery/delivery-event.ts';
import { keepWaiting } from './delivery/keep.ts';
import { runRef, setOwnRef, suggestRef } from './delivery/own-refs.ts';
import type { KeyContext } from './input-key.ts';
import { createInspector } from './inspector.ts';
import { integrateApart } from './integrate-apart.ts';
import { integrateRuns } from './integrate-runs.ts';
import type { Integration, Placed } from './integrate-runs.ts';
import { announce, announceCheck, announceCommit } from './progress.ts';
import { runAgent } from './run-agent.ts';
import type { AgentRunRequest, AgentWork, Workshop } from './run-agent.ts';
import type { ResultMemory } from './result-memory.ts';
import type { RunContext } from './run-context.ts';
import type { AgentRunReport, CommitlintReport, DeliveryReport, PassedOverHook } from './run-report.ts';
import type { SettledEvent } from './settle-run.ts';
import { ALL_ARRIVED, deliveredRun, eventsOf, NOT_ARRIVED, resultsOf, settleWaiting, settleWorks } from './settle-works.ts';
import type { Settled } from './settle-works.ts';
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
  /** Sequence of the shared history that this run knew; null: the branch had moved on already, so the run decides nothing. */
  readonly seen: number | null;
  readonly keyContext: KeyContext;
  readonly keys: Readonly<Record<string, string>>;
  /** What checks found good before. */
  readonly memory: ResultMemory;
  readonly delivery: Delivery;
  /** What follows from settled runs (breaker, recovery): decided by the scheduler, recorded in the same batch. */
  consequences(settled: readonly SettledEvent[]): readonly UpkeepEvent[];
  /** Ends that are none, since somebody tries again: they are not remembered. Default: none. */
  isProvisional?(event: SettledEvent): boolean;
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
  /** Why something of it could not be remembered or put away; as a rule empty. Then the journal must stay, so that the next run makes up for it. */
  readonly late: readonly unknown[];
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
    memory: request.memory,
    missingDependencies: async (project) => {
      const source = await dependencies(project);
      return source.ok ? null : source.why;
    },
    ...announceCheck(request),
  });
  const workshop: Workshop = { context, inspector, trees, compare: 'together' };

  context.journal.advance('inspecting');
  await announce(request, workshop);
  const works = await allEnded(request.requests.map((each) => runAndKeep(each, request, workshop)));
  const end = await deliverAll(works, request, workshop);
  const late = await recordAll(end, request);
  return {
    runs: end.reports,
    delivery: end.delivery,
    commitlint: end.commitlint,
    hooksPassedOver: await hooksNotAsked(end, request, workshop),
    head: end.delivery.outcome === 'delivered' || end.delivery.outcome === 'pushed' ? end.head : request.base,
    late,
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
  const settled = settleWaiting(work, results, request).event;
  const finished = [...context.journal.entry.finished, { agent, sha: work.commit.sha, base: agentRequest.base, settled }];
  context.journal.advance('committed', { finished });
  announceCommit(agentRequest, work.commit.subject, request);
  return work;
}

interface End {
  readonly integration: Integration;
  /** Tip of the branch when the commits stand on it. */
  readonly head: string;
  readonly delivery: DeliveryReport;
  readonly commitlint: CommitlintReport | null;
  /** Whether the agent's commit is where people find it. */
  isIn(agent: AgentId): boolean;
  /** Whether the delivery carried `events` to where they are remembered. */
  readonly recorded: boolean;
  readonly reports: readonly AgentRunReport[];
  readonly events: readonly UpkeepEvent[];
}

/** Puts the commits on the branch and delivers them, again and again while the branch moves. */
async function deliverAll(works: readonly AgentWork[], request: RunAgentsRequest, workshop: Workshop): Promise<End> {
  const { context } = request;
  let { delivery } = request;
  const started = performance.now();
  let tip = works.some((work) => work.commit !== null) ? await delivery.startingPoint(request.base) : request.base;
  for (let tries = 1; ; tries += 1) {
    const at = { sha: tip, isAside: tip !== request.base && !(await isAncestor(context.repository, request.base, tip)) };
    const integration = await (delivery.placement === 'apart' ? integrateApart : integrateRuns)(works, at, workshop);
    const [settlements, commitlint] = await Promise.all([
      settleWorks(integration, request, workshop),
      askCommitlint(integration, workshop),
    ]);
    const waiting = settlements(NOT_ARRIVED);
    await keepNewest(waiting, workshop);
    let written: readonly UpkeepEvent[] = [];
    const step = {
      integration,
      reports: waiting.map(({ report }) => report),
      events: (report: DeliveryReport, arrived?: readonly Placed[]) =>
        (written = eventsOf(settlements({ ...ALL_ARRIVED, arrived }), report, request)),
    };
    const mayTryAgain = tries < DELIVERY_TRIES || performance.now() - started < DELIVERY_MS;
    const isRefused = commitlint?.verdict === 'refused';
    const attempt = await (isRefused ? delivery.withhold(step, commitlintRefusal(commitlint)) : delivery.attempt(step));
    if (attempt.kind === 'moved' && mayTryAgain) {
      tip = attempt.tip;
      await delay(Math.random() * Math.min(100 * 2 ** tries, LONGEST_PAUSE_MS));
      continue;
    }
    const end = attempt.kind === 'moved' ? await delivery.giveUp(step) : attempt;
    if (end.kind === 'instead') {
      ({ delivery, tip } = end);
      continue;
    }
    const { delivered, undelivered = [], arrived, recorded } = end;
    const waits = integration.waiting.map((work) => work.request.agent.id);
    const isIn = (agent: AgentId): boolean => delivered && !undelivered.includes(agent) && !waits.includes(agent);
    const report = await keepWaiting(context.repository, integration, end.report);
    const settled = settlements({ isIn, onBranch: report.mode !== 'pull-request', arrived });
    const events = recorded ? written : eventsOf(settled, report, request);
    for (const event of deliveriesIn(events, eventsOfDelivery(report, deliveredRun(settled, request)))) context.emit(event);
    return {
      integration,
      head: arrived?.at(-1)?.sha ?? integration.to,
      delivery: report,
      commitlint,
      isIn,
      recorded,
      reports: settled.map((each) => each.report),
      events,
    };
  }
}

/** Deliveries as they are remembered, so that both have one id, and what became of the rest. */
function deliveriesIn(events: readonly UpkeepEvent[], now: readonly UpkeepEvent[]): readonly UpkeepEvent[] {
  const remembered = events.filter(({ type }) => type.startsWith('delivery:'));
  return [...remembered, ...now.filter(({ type }) => !remembered.some((event) => event.type === type))];
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

/** Commits are made by plumbing: no hook sees them, and the report says so. */
async function hooksNotAsked(end: End, request: RunAgentsRequest, { inspector }: Workshop): Promise<PassedOverHook[]> {
  if (end.reports.every((report) => report.commit === null)) return [];
  const { project } = await inspector.scene(request.base);
  return passedOver(await hooksOf(request.context.repository, project.files), end.delivery.outcome);
}

/** Remembers what happened, then forgets what was only kept in case we would not get here; answers with why it could not. */
async function recordAll(end: End, request: RunAgentsRequest): Promise<unknown[]> {
  for (const event of end.events) if (event.type.startsWith('agent:')) request.context.emit(event);
  // The work is done and may be delivered: whatever goes wrong now, people are told of it.
  return rememberAndForget(end, request).then(
    () => [],
    (error: unknown) => [error],
  );
}

async function rememberAndForget(end: End, request: RunAgentsRequest): Promise<void> {
  const { context } = request;
  if (!end.recorded && end.events.length > 0) await request.record(end.events);
  context.journal.advance('recorded');
  const { id } = context.journal.entry;
  const waited = request.requests.filter((each) => each.pending !== null).map((each) => each.agent.id);
  const kept = await listRefs(context.repository, `refs/upkeep/runs/${id}/`);
  const delivered = [...waited, ...end.integration.works.filter((work) => work.commit !== null).map((work) => work.request.agent.id)];
  for (const agent of delivered.filter((id) => end.isIn(id))) await setOwnRef(context.repository, suggestRef(agent), null);
  for (const ref of kept.keys()) await setOwnRef(context.repository, ref, null);
}
