/** The part of `agent run` that has something to do: tools, worktrees, commits, delivery. Loaded only then. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '../../agents/delivery/delivery.ts';
import { fencedDelivery } from '../../agents/delivery/fenced-delivery.ts';
import { blockedBy, blockingRef } from '../../agents/delivery/own-refs.ts';
import { openJournal } from '../../agents/journal.ts';
import type { KeyContext } from '../../agents/input-key.ts';
import { keepFinished, recover } from '../../agents/recover.ts';
import type { AgentRunRequest } from '../../agents/run-agent.ts';
import { openResultMemory } from '../../agents/result-memory.ts';
import { runAgents } from '../../agents/run-agents.ts';
import type { RunAgentsResult } from '../../agents/run-agents.ts';
import type { RunContext } from '../../agents/run-context.ts';
import { Interrupted } from '../../agents/run-context.ts';
import type { RunPolicy } from '../../agents/run-policy.ts';
import { createRedactor } from '../../agents/tools/redact.ts';
import { createToolRunner } from '../../agents/tools/spawn-tool.ts';
import { whileUnderWay } from '../../agents/under-way.ts';
import { readDelivery } from '../../git/delivery-record.ts';
import type { Repository } from '../../git/repository.ts';
import { pruneWorktrees } from '../../git/worktree.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { DeliveryMode, Trigger } from '../../ledger/outcome.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { consequencesOf } from '../../scheduler/settle.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import type { Nights } from '../../scheduler/nights.ts';
import type { Environment } from '../environment.ts';
import { keepErroredChecks } from '../why/errored-checks.ts';
import { UsageError } from '../usage-error.ts';
import { temporaryPlace } from './require-places.ts';
import { isProvisional, type Carried } from './carried.ts';
import { secretValues } from './secret-values.ts';

export interface ExecuteRequest {
  readonly repository: Repository;
  readonly base: string;
  readonly branch: string | null;
  readonly policy: RunPolicy;
  readonly decisions: readonly Extract<Decision, { kind: 'run' }>[];
  readonly state: LedgerState;
  readonly keys: Readonly<Record<string, string>>;
  readonly keyContext: KeyContext;
  readonly nights: Nights;
  readonly trigger: Trigger;
  readonly counts: boolean;
  readonly seen: number | null;
  readonly threshold: number;
  /** A person asks for it whatever is remembered. */
  readonly isForced: boolean;
  /** Checks run whatever they found before. */
  readonly runsAfresh: boolean;
  readonly origin: EventOrigin;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Milliseconds after which the run ends by itself. */
  readonly timeLimitMs: number;
  readonly mode: DeliveryMode;
  readonly deliveryFor: (context: RunContext) => Delivery;
  record(events: readonly UpkeepEvent[]): Promise<void>;
  emit(event: UpkeepEvent): void;
  /** Set when a service carries it out. */
  readonly carried?: Carried | undefined;
}

export interface ExecuteResult extends RunAgentsResult {
  readonly interrupted: boolean;
  /** Sentences about finished work that was kept because the run was interrupted. */
  readonly kept: readonly string[];
}

/** Runs the decided agents under a journal; whatever happens, nothing is left behind. Throws UsageError where worktrees or refs have no place. */
export async function executeRun(request: ExecuteRequest): Promise<ExecuteResult> {
  const { repository, policy, carried } = request;
  const blocking = await blockingRef(repository);
  if (blocking !== null) throw new UsageError(blockedBy(blocking));
  const deadline = AbortSignal.timeout(request.timeLimitMs);
  const signal = AbortSignal.any([request.signal, deadline]);
  const id = uuidv7(request.origin.now());
  const worktrees = join(temporaryPlace(), `upkeep-${randomBytes(6).toString('hex')}`);
  const journal = openJournal(repository.commonDir, { id, base: request.base, branch: request.branch, mode: request.mode, worktrees });
  const redact = createRedactor(secretValues(request.environment.variables));
  const runTool = createToolRunner({
    concurrency: policy.concurrency,
    timeoutMs: policy.toolTimeoutMs,
    maxOutputBytes: policy.maxOutputBytes,
    signal,
    baseEnv: request.environment.variables,
    runId: id,
    redact,
  });
  using _underWay = whileUnderWay(() => runTool.killAll());
  const context: RunContext = {
    repository,
    policy,
    runTool,
    journal,
    signal,
    origin: request.origin,
    emit: (event) => request.emit(event),
    redact,
    ...(carried === undefined ? {} : { onOutput: (check, agents, text) => carried.onOutput(check, agents, text) }),
  };
  try {
    const result = await runAgents({
      context,
      requests: request.decisions.map((decision) => agentRequest(decision, request)),
      base: request.base,
      branch: request.branch ?? 'HEAD',
      trigger: request.trigger,
      counts: request.counts,
      seen: request.seen,
      keyContext: request.keyContext,
      keys: request.keys,
      memory: openResultMemory(repository.commonDir, { context: request.keyContext, isForced: request.runsAfresh }),
      delivery: deliveryOf(request, context),
      isProvisional: (event) => request.carried !== undefined && isProvisional(event, request.carried),
      consequences: (settled) => consequencesOf(settled, { state: request.state, threshold: request.threshold, origin: request.origin }),
      record: (events) => request.record(events),
    });
    if (result.late.length === 0) journal.close();
    keepErroredChecks(repository.commonDir, result.runs);
    return { ...result, interrupted: false, kept: [] };
  } catch (error) {
    await runTool.endAll();
    const isInterruption = error instanceof Interrupted || signal.aborted;
    // First what makes room. A worktree that cannot be removed now is removed by the next run, to which the journal tells of it.
    const isClean = await pruneWorktrees(repository, (runId) => runId !== id).then(
      () => true,
      () => false,
    );
    const kept = await keepFinished(journal.entry, {
      repository,
      isRecorded: () => false,
      record: (events) => request.record(events),
    }).catch((second: unknown) => {
      // The journal stays, so the next run keeps what is finished; what is told is why this one ended.
      throw isInterruption ? second : error;
    });
    // A delivery that could not be brought to an end either way is ended by the next run.
    if (isClean && (await readDelivery(repository)) === null) journal.close();
    if (!isInterruption) throw error;
    const interrupted = request.signal.aborted;
    return {
      runs: unfinished(request, interrupted),
      delivery: noDeliveryYet(request, interrupted),
      commitlint: null,
      hooksPassedOver: [],
      head: request.base,
      late: [],
      interrupted,
      kept,
    };
  } finally {
    await rm(worktrees, { recursive: true, force: true });
  }
}

function deliveryOf({ carried, deliveryFor }: Pick<ExecuteRequest, 'carried' | 'deliveryFor'>, context: RunContext): Delivery {
  const delivery = deliveryFor(context);
  return carried === undefined ? delivery : fencedDelivery(delivery, () => carried.mayLeave());
}

/** Cleans up after runs that ended early; before anything else is decided. */
export async function recoverEarlier(request: {
  repository: Repository;
  state: LedgerState;
  record(events: readonly UpkeepEvent[]): Promise<void>;
}): Promise<string[]> {
  const recorded = new Set(Object.values(request.state.agents).flatMap((agent) => agent.runs.map((run) => run.runId)));
  return recover({
    repository: request.repository,
    isRecorded: (runId) => recorded.has(runId),
    record: (events) => request.record(events),
  });
}

function agentRequest(decision: Extract<Decision, { kind: 'run' }>, request: ExecuteRequest): AgentRunRequest {
  const { agent, pending } = decision;
  const { runs, measures = {} } = agentStateOf(request.state, agent.id, request.branch ?? 'HEAD');
  const green = runs.find((run) => (run.outcome === 'passed' || run.outcome === 'fixed') && run.coverage !== null);
  return {
    agent,
    runId: request.carried?.runIds[agent.id] ?? uuidv7(request.origin.now()),
    base: request.base,
    pending,
    coverage: green?.coverage ?? null,
    measures,
    nightly: request.nights.next[agent.id] ?? null,
    notesCommits: request.counts,
    memory: {
      written: request.state.written.find((written) => written.branch === (request.branch ?? 'HEAD'))?.paths ?? [],
      undone: request.state.frozen[agent.id]?.blobs ?? [],
      isTip: request.counts && request.seen !== null,
      isForced: request.isForced,
    },
  };
}

function unfinished(request: ExecuteRequest, interrupted: boolean): RunAgentsResult['runs'] {
  return request.decisions.map(({ agent }) => ({
    agent: agent.id,
    runId: '',
    outcome: interrupted ? 'cancelled' : 'errored',
    reason: interrupted ? 'interrupted' : 'timeout',
    durationMs: 0,
    checks: [],
    commit: null,
    hint: interrupted ? null : `the run took longer than ${Math.round(request.timeLimitMs / 60_000)} min (limits.runMinutes)`,
    since: agentStateOf(request.state, agent.id, request.branch ?? 'HEAD').decided?.base ?? null,
    notes: [],
  }));
}

function noDeliveryYet(request: ExecuteRequest, interrupted: boolean): RunAgentsResult['delivery'] {
  const reason = interrupted ? 'interrupted' : 'out of time';
  return {
    mode: request.mode,
    outcome: 'nothing',
    branch: request.branch,
    reason,
    commits: [],
    ref: null,
    patches: [],
    advice: null,
    proposals: [],
    verifications: [],
  };
}
