/** `agent run` from beginning to end, without a word printed: events go to `emit`, the whole comes back as a report. */
import { emptyDelivery } from '../../agents/delivery/delivery.ts';
import { basename } from 'node:path';
import { hasLeftovers } from '../../agents/journal.ts';
import { exitCodeOf, repairedErrors } from '../../agents/exit-code.ts';
import { Interrupted } from '../../agents/run-context.ts';
import { takeRunLock } from '../../agents/run-lock.ts';
import type { ProposalReport, RunReport } from '../../agents/run-report.ts';
import type { Repository } from '../../git/repository.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import { staleProposals } from '../../scheduler/stale-proposals.ts';
import type { StaleProposal } from '../../scheduler/stale-proposals.ts';
import { changedAgents } from '../ci/changed-agents.ts';
import { askedOf, ciRun } from '../ci/ci-run.ts';
import type { Environment } from '../environment.ts';
import { tellAfterRun } from '../github/after-run.ts';
import type { RunFlags } from '../run-flags.ts';
import { BusyError } from '../busy-error.ts';
import { sourceOf, type Carried } from './carried.ts';
import { count } from '../wording.ts';
import { lateFailures } from './late-failures.ts';
import { look, uncommitted } from './look.ts';
import type { Look } from './look.ts';
import { fetchTip, hasMovedOn } from './moved-on.ts';
import { openMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import { decide, loadRun } from './prepare-run.ts';
import type { LoadedRun } from './prepare-run.ts';
import { changesAt, earliest, failingSince, skipped } from './not-run.ts';

export interface RunOnceRequest {
  readonly cwd: string;
  readonly flags: RunFlags;
  readonly environment: Environment;
  readonly version: string;
  /** Asked for once something is started. */
  signal(): AbortSignal;
  /** Told once, as soon as it is known what is to be checked. */
  onOpen(facts: Pick<RunReport, 'repository' | 'branch' | 'base'>): void;
  /** Told once, before anything is started. */
  onLook(facts: LookFacts): void;
  /** Sink of events. Never throws. */
  emit(event: UpkeepEvent): void;
  /** Set when a service carries the run out. */
  readonly carried?: Carried;
  /** Told when nothing was to be done, and until when that holds as long as nothing else changes. */
  onNothingToDo(facts: NothingToDo): void;
}

/** What an answer of a run that had nothing to do depends on, besides the state of the repository. */
export interface NothingToDo {
  /** ISO time from which time itself may change it; null: never. */
  readonly validUntil: string | null;
  /** Names of the programs of the machine that its checks may call. */
  readonly machineTools: readonly string[];
}

/** What the first line says. */
export interface LookFacts {
  /** Of a snapshot, the commit that it was made on. */
  readonly base: string;
  readonly branch: string | null;
  readonly isSnapshot: boolean;
  readonly uncommitted: readonly { readonly path: string }[];
}

/** Runs what is to be run. Throws UsageError, ConfigError, BusyError, GitError and LedgerError; everything else is in the report. */
export async function runOnce(request: RunOnceRequest): Promise<RunReport> {
  const { environment, version, carried } = request;
  const asked = ciRun(request.flags, environment);
  const { flags, trigger } = asked;
  const looked = await look(request.cwd, flags);
  const seen = carried === undefined ? looked : { ...looked, branch: carried.branch };
  const checked = { repository: repositoryName(seen.repository, environment), branch: seen.branch, base: seen.base };
  request.onOpen(checked);
  const ci = flags.ci || environment.github !== null;
  const now = new Date();
  const source = sourceOf(environment, { ci, carried });
  const origin: EventOrigin = { source, correlationId: carried?.correlationId ?? uuidv7(now), now: () => new Date() };
  const [run, changed] = await Promise.all([
    loadRun({ repository: seen.repository, base: seen.base, flags, environment, ci, version, isRetried: carried !== undefined }),
    seen.isSnapshot ? [] : uncommitted(seen.repository),
  ]);
  const gate = environment.github === null ? [] : await (await import('../init/gate-state.ts')).oldGateNotes(seen.repository.root, version);
  const touched = await changedAgents(asked.range, { repository: seen.repository, base: seen.base, run });
  request.onLook({ base: seen.known, branch: seen.branch, isSnapshot: seen.isSnapshot, uncommitted: changed });
  const mode = deliveryMode(run, flags, seen);
  const shares = ci && !asked.isReadOnly;
  const memory = await openMemory({ repository: seen.repository, run, ci: shares, mode, environment });
  const recovered = hasLeftovers(seen.repository) ? await recoverFirst(seen.repository, memory) : [];
  const { decisions, runKeys, nights, commitsSince } = await decide({
    repository: seen.repository,
    base: seen.base,
    branch: asked.base ?? seen.branch,
    run: { ...run, agents: askedOf(run.agents, asked, touched) },
    state: memory.state,
    shared: memory.shared,
    flags,
    trigger,
    touched,
    version,
    now,
    runsByItself: shares && !seen.isSnapshot,
    before: asked.range?.before ?? null,
    remoteTip: () => fetchTip(seen, memory, environment),
  });
  const common = {
    schemaVersion: 1 as const,
    ...checked,
    uncommitted: changed,
  };
  const rehearsed: UpkeepEvent[] = [];
  const tell = async (report: RunReport): Promise<RunReport> =>
    seen.isSnapshot || (environment.github === null && carried === undefined)
      ? report
      : tellAfterRun({
          environment,
          version,
          carried,
          config: run.loaded.config,
          report,
          memory,
          origin,
          remoteAddress: memory.remoteAddress,
          isForced: flags.force,
          rehearse: flags.rehearse,
          rehearsed,
          signal: () => request.signal(),
        });
  const note = async (head: string): Promise<void> => {
    if (!shares || seen.branch === null || asked.nothingFollows !== null) return;
    const { noteTree } = await import('./note-tree.ts');
    await noteTree({ repository: seen.repository, head, branch: seen.branch, flags, environment, version, memory, origin });
  };
  const tidying = { request, seen, run, memory, mode, origin };
  const stale = staleProposals(decisions, { state: memory.state, branch: seen.branch ?? 'HEAD', keys: runKeys.keys });
  const tidied = await tidy(stale, seen.base, tidying);
  const toRun = decisions.filter((decision) => decision.kind === 'run');
  if (toRun.length === 0) {
    const runs = decisions.map((decision) => skipped(decision, memory.state, seen.branch));
    const delivery = { ...emptyDelivery(mode, seen.branch), proposals: tidied };
    if (recovered.length === 0 && memory.notes.length === 0 && memory.answersUntil !== 'now') {
      request.onNothingToDo({
        validUntil: earliest([memory.answersUntil, ...decisions.map((decision) => changesAt(decision, memory.state, seen.branch))]),
        machineTools: [...new Set(Object.values(runKeys.called).flatMap((called) => Object.keys(called)))].sort(),
      });
    }
    const late = lateFailures(request);
    await late.orElse(() => note(seen.base), undefined);
    const nothing = { commitlint: null, hooksPassedOver: [], notes: [...asked.notes, ...gate, ...memory.notes] };
    const exitCode = exitCodeOf({ runs, delivery }, false);
    return late.tell({ ...common, ...nothing, head: seen.base, recovered, runs, delivery, exitCode }, tell);
  }
  const lock = takeRunLock(seen.repository.commonDir);
  if (!lock.ok) throw new BusyError(lock.pid, lock.since);
  using _held = lock.lock;
  const [{ executeRun }, { createDelivery }] = await Promise.all([import('./execute-run.ts'), import('./create-delivery.ts')]);
  const { remoteAddress } = memory;
  const isOutdated = shares && (await hasMovedOn(seen, memory, environment));
  const result = await executeRun({
    repository: seen.repository,
    base: seen.base,
    branch: seen.branch,
    policy: { ...run.policy, nightly: nights.due, commitsSince },
    nights,
    decisions: toRun,
    state: memory.state,
    keys: runKeys.keys,
    keyContext: runKeys.context,
    trigger,
    counts: shares && !seen.isSnapshot,
    seen: isOutdated ? null : memory.seen,
    threshold: run.loaded.config.scheduler.escalation.threshold,
    isForced: flags.force && trigger === 'manual',
    runsAfresh: flags.force,
    origin,
    environment,
    signal: request.signal(),
    timeLimitMs: run.loaded.config.limits.runMinutes * 60_000,
    mode,
    deliveryFor: (context) =>
      createDelivery({
        context,
        mode,
        branch: seen.branch,
        config: run.loaded.config,
        memory,
        environment,
        remoteAddress,
        version,
        rehearse: flags.rehearse ?? asked.patches ?? undefined,
      }),
    record: async (events) => {
      if (flags.rehearse !== undefined) rehearsed.push(...events);
      else if (carried !== undefined && !(await carried.mayLeave())) throw new Interrupted();
      else if (!seen.isSnapshot) await memory.record(events);
    },
    emit: (event) => request.emit(event),
    carried,
  });
  const runs = decisions.map((decision) => {
    const report = result.runs.find(({ agent }) => agent === decision.agent.id);
    if (report === undefined) return skipped(decision, memory.state, seen.branch);
    return report.outcome === 'failed' ? { ...report, since: failingSince(decision, memory.state, seen.branch) } : report;
  });
  const { leftOver } = await import('./tidy-proposals.ts');
  const late = lateFailures(request, result.late);
  const over = await late.orElse(() => tidy(leftOver(result, memory.state, seen.branch ?? 'HEAD'), result.head, tidying), []);
  const delivery = { ...result.delivery, proposals: [...tidied, ...result.delivery.proposals, ...over] };
  if (!result.interrupted && !(isOutdated && result.head === seen.base)) await late.orElse(() => note(result.head), undefined);
  const exitCode = exitCodeOf({ runs, delivery }, result.interrupted);
  // Where nothing may be pushed, the commit that was looked at keeps what the patch repairs: that is not green.
  const patchedOnly = asked.isReadOnly ? repairedErrors(runs) : 0;
  const report = {
    ...common,
    head: result.head,
    recovered: [...recovered, ...result.kept],
    runs,
    delivery,
    commitlint: result.commitlint,
    hooksPassedOver: result.hooksPassedOver,
    notes: [
      ...asked.notes,
      ...gate,
      ...memory.notes,
      ...(isOutdated
        ? [`${seen.branch} had moved on before this run: what was found in ${seen.base.slice(0, 9)} decides nothing about it`]
        : []),
      ...(patchedOnly > 0 ? [`the patch repairs ${count(patchedOnly, 'error')} that the checked commit has still: apply it there`] : []),
    ],
    exitCode: exitCode === 0 && patchedOnly > 0 ? 1 : exitCode,
  };
  return await late.tell(report, tell);
}

/** Pull requests are looked after where commits leave this machine. */
async function tidy(
  stale: readonly StaleProposal[],
  base: string,
  ask: { request: RunOnceRequest; seen: Look; run: LoadedRun; memory: Memory; mode: DeliveryMode; origin: EventOrigin },
): Promise<readonly ProposalReport[]> {
  const { request, seen, run, memory, mode, origin } = ask;
  if (stale.length === 0 || (mode !== 'push' && mode !== 'pull-request')) return [];
  const { tidyProposals } = await import('./tidy-proposals.ts');
  const { repository, branch } = seen;
  const { environment, version } = request;
  return tidyProposals({
    ...{ repository, base, branch, memory, environment, version, origin, stale },
    config: run.loaded.config,
    emit: (event) => request.emit(event),
  });
}

async function recoverFirst(repository: Repository, memory: Memory): Promise<string[]> {
  const { recoverEarlier } = await import('./execute-run.ts');
  const sentences = await recoverEarlier({ repository, state: memory.state, record: (events) => memory.record(events) });
  if (sentences.length > 0) await memory.reload();
  return sentences;
}

/** Where commits go. A snapshot of uncommitted work has no branch that could take them. */
function deliveryMode(run: LoadedRun, flags: RunFlags, seen: Look): DeliveryMode {
  if (seen.isSnapshot) return 'none';
  if (flags.rehearse !== undefined) return 'patch';
  return run.loaded.config.delivery.mode;
}

function repositoryName(repository: Repository, environment: Environment): string {
  return environment.github?.repository ?? basename(repository.root ?? repository.commonDir);
}
