/** What one service carries out: it claims as much as it has room for, keeps its leases, and writes down how runs end. */
import PQueue from 'p-queue';
import { identifyProcess, renewLeases, stillHeld } from '../prisma/runs/claim-runs.ts';
import { PAYLOAD_VERSION, type ClaimedRun } from '../prisma/runs/run-row.ts';
import type { EventRow } from '../prisma/runs/write-events.ts';
import { connection } from '../prisma/sql.ts';
import type { UpkeepEvent } from '../ledger/event.ts';
import { createBatcher } from './batcher.ts';
import type { CarriedEnd, Carrier, CarrierPort, Executor } from './executor.ts';
import { createLease } from './lease.ts';
import { claimNext } from './runs/claim-runs.ts';
import { NewerPayloadError } from './runs/newer-payload-error.ts';
import { finishRuns, type FinishedAttempt } from './runs/finish-runs.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import type { ServiceObserver } from './service-observer.ts';
import { within } from './within.ts';

export interface DispatcherSettings {
  readonly context: SchedulerContext;
  readonly executor: Executor;
  readonly serviceId: string;
  /** Runs at once. */
  readonly maxConcurrent: number;
  readonly leaseMs: number;
  /** How long its last writes may take when it stops; default 10 s. */
  readonly lastWritesMs?: number | undefined;
  /** Repositories that this service does not serve. */
  without(): readonly string[];
  /** After the transaction that wrote them. */
  onEvents(events: readonly EventRow[]): void;
  /** On the way of a run; not kept. */
  onProgress(event: UpkeepEvent, repositoryId: string): void;
  /** Runs whose ends came too late: somebody else has them. */
  onLost(runIds: readonly string[]): void;
  onProblem(what: string, error: unknown): void;
  readonly observer?: ServiceObserver | undefined;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
}

export interface Dispatcher {
  /** Claims what there is room for. Calls come together. */
  pump(): Promise<void>;
  /** Renews the leases, ends what is cancelled or lost. */
  beat(): Promise<void>;
  /** Runs that are carried out now. */
  readonly running: ReadonlyMap<string, ClaimedRun>;
  /** Whether it carries out a run, or is about to write down how it ended. */
  holds(runId: string): boolean;
  /** Takes no more runs; those under way may end within `graceMs`, the rest go back to the queue. */
  drain(graceMs: number): Promise<void>;
  /** Ends everything at once; it goes back to the queue. */
  stop(): Promise<void>;
}

interface Held {
  readonly run: ClaimedRun;
  carrier: Carrier | null;
  /** Whoever ended it says as what it ends. */
  verdict: Verdict | null;
}

/** `lost`: somebody else has it; `unsure`: somebody else may have it, since its lease could not be renewed. */
type Verdict = 'cancelled' | 'returned' | 'lost' | 'unsure';

const LINGER_MS = 20;
const FULL_BATCH = 200;
const PAUSE_MS = 1000;
/** A service that stops waits so long for its database. */
const LAST_WRITES_MS = 10_000;
/** A run that was broken off by nobody here, such as while the database could not be asked. */
const BROKEN_OFF_MS = 1000;
/** What this version does not understand waits for a newer one. */
const NEWER_MS = 5 * 60_000;

export function createDispatcher(settings: DispatcherSettings): Dispatcher {
  const { context, serviceId, maxConcurrent, leaseMs } = settings;
  const slots = new PQueue({ concurrency: maxConcurrent });
  const held = new Map<string, Held>();
  const running = new Map<string, ClaimedRun>();
  const lease = createLease({ leaseMs, monotonic: () => settings.monotonic() });
  /** By repository: one clone has one carrier at a time. */
  const clones = new Map<string, Promise<void>>();
  /** Runs whose ends are not written down yet, with their attempts. */
  const leaving = new Map<string, number>();
  let isClosed = false;
  let pumping: Promise<void> | null = null;
  let again = false;

  const ends = createBatcher<FinishedAttempt>({
    lingerMs: LINGER_MS,
    full: FULL_BATCH,
    pauseMs: PAUSE_MS,
    onProblem: (error) => settings.onProblem('the ends of runs could not be written down', error),
    write: async (attempts) => {
      const report = await finishRuns(context, attempts, serviceId);
      for (const { run } of attempts) if (leaving.get(run.id) === run.attempt) leaving.delete(run.id);
      settings.onEvents(report.events);
      settings.observer?.finished?.(attempts, report);
      if (report.lost.length > 0) settings.onLost(report.lost);
      if (report.hasMore) void pump();
    },
  });

  async function claimAll(): Promise<void> {
    do {
      again = false;
      while (!isClosed) {
        const most = maxConcurrent - held.size;
        if (most <= 0) break;
        const askedAt = settings.monotonic();
        const { runs, isAll } = await claimNext(context, { serviceId, leaseMs, most, without: [...settings.without(), ...clones.keys()] });
        if (runs.length > 0 && held.size === 0) lease.begin(askedAt);
        begin(runs);
        if (isAll || runs.length === 0) break;
      }
    } while (again && !isClosed);
  }

  function pump(): Promise<void> {
    again = true;
    pumping ??= claimAll()
      .catch((error: unknown) => settings.onProblem('no runs could be claimed', error))
      .finally(() => {
        pumping = null;
      });
    return pumping;
  }

  function leave(attempt: FinishedAttempt): void {
    leaving.set(attempt.run.id, attempt.run.attempt);
    ends.add(attempt);
  }

  /** Of a claim that the database forgot in a crash: it comes again with the same attempt, and whoever has it in hand goes on. */
  const isInHand = ({ id, attempt }: ClaimedRun): boolean => held.get(id)?.run.attempt === attempt || leaving.get(id) === attempt;

  function begin(all: readonly ClaimedRun[]): void {
    const fresh = all.filter((run) => !isInHand(run));
    const claimed = fresh.filter(({ payloadVersion }) => payloadVersion <= PAYLOAD_VERSION);
    for (const run of fresh.filter((one) => !claimed.includes(one))) {
      settings.onProblem('a run is left to a newer upkeep', new NewerPayloadError(run));
      leave({ run, kind: 'returned', delayMs: NEWER_MS });
    }
    settings.observer?.claimed?.(claimed);
    for (const run of claimed) {
      held.set(run.id, { run, carrier: null, verdict: null });
      running.set(run.id, run);
    }
    for (const [repositoryId, runs] of Map.groupBy(claimed, (one) => one.repositoryId)) {
      const finished = carryAll([...Map.groupBy(runs, carriedTogether).values()]);
      const gone = finished.then(() => {
        if (clones.get(repositoryId) === gone) clones.delete(repositoryId);
        if (!isClosed) void pump();
      });
      clones.set(repositoryId, gone);
    }
  }

  /** One carrier after the other: they share a clone. */
  async function carryAll(groups: readonly (readonly ClaimedRun[])[]): Promise<void> {
    const waits = groups.map(() => Promise.withResolvers<void>());
    waits[0]?.resolve();
    await Promise.all(
      groups.map(async (group, index) => {
        await waits[index]?.promise;
        const carrier = startCarrier(group);
        await Promise.all(group.map((run) => slots.add(() => carryOne(run, carrier))));
        waits[index + 1]?.resolve();
      }),
    );
  }

  function startCarrier(group: readonly ClaimedRun[]): Carrier {
    const port: CarrierPort = {
      identify: async (process) => {
        try {
          const noted = group.map((run) => connection(context.pool, (sql) => identifyProcess(sql, run, { ...process, serviceId })));
          return (await Promise.all(noted)).every(Boolean);
        } catch (error) {
          settings.onProblem('a process could not be noted', error);
          return false;
        }
      },
      mayDeliver: () =>
        isClosed && group.every(({ id }) => held.get(id)?.verdict !== null)
          ? Promise.resolve(new Set())
          : connection(context.pool, (sql) => stillHeld(sql, group, serviceId)),
      tell: (event) => {
        const [first] = group;
        if (first !== undefined) settings.onProgress(event, first.repositoryId);
      },
    };
    const carrier = settings.executor(group, port);
    for (const run of group) {
      const one = held.get(run.id);
      if (one === undefined) continue;
      one.carrier = carrier;
      // It was ended before it began.
      if (one.verdict !== null) carrier.stop();
    }
    return carrier;
  }

  async function carryOne(run: ClaimedRun, carrier: Carrier): Promise<void> {
    const end = await (carrier.ends.get(run.id) ?? Promise.resolve<CarriedEnd>({ kind: 'crashed', message: 'nothing carried it out' }));
    const verdict = held.get(run.id)?.verdict ?? null;
    held.delete(run.id);
    running.delete(run.id);
    if (verdict !== 'lost') leave(finished(run, end, verdict));
  }

  async function beat(): Promise<void> {
    const fences = [...held.values()].filter(({ verdict }) => verdict !== 'lost' && verdict !== 'unsure').map(({ run }) => run);
    if (fences.length === 0) return;
    const askedAt = settings.monotonic();
    try {
      const renewing = connection(context.pool, (sql) => renewLeases(sql, fences, { serviceId, leaseMs }));
      const rows = await within(renewing, leaseMs / 4);
      lease.renewed(askedAt);
      const mine = new Map(rows.map((row) => [row.id, row.cancelBy]));
      for (const { id } of fences) {
        if (!mine.has(id)) give(id, 'lost');
        else if (mine.get(id) !== null) give(id, 'cancelled', mine.get(id));
      }
    } catch (error) {
      settings.onProblem('the leases could not be renewed', error);
      if (lease.isEnding()) for (const { id } of fences) give(id, 'unsure');
    }
  }

  /** Ends the carrier of a run. What else it carries goes back to the queue. */
  function give(runId: string, verdict: Verdict, by?: string | null): void {
    const one = held.get(runId);
    if (one === undefined || one.verdict !== null) return;
    one.verdict = verdict;
    const isTooLate = verdict === 'lost' || verdict === 'unsure';
    if (isTooLate) settings.observer?.lost?.(one.run);
    if (by !== undefined && by !== null) Object.assign(one.run, { cancelBy: by });
    const { carrier } = one;
    if (carrier === null) return;
    for (const other of held.values()) if (other.carrier === carrier && other.verdict === null) other.verdict = 'returned';
    if (isTooLate) void carrier.kill();
    else carrier.stop();
  }

  async function drain(graceMs: number): Promise<void> {
    isClosed = true;
    await pumping;
    const timer = setTimeout(() => returnAll(), graceMs);
    await slots.onIdle();
    clearTimeout(timer);
    await writeLast();
  }

  function returnAll(): void {
    for (const { run } of [...held.values()]) give(run.id, 'returned');
  }

  async function stop(): Promise<void> {
    isClosed = true;
    returnAll();
    const carriers = new Set([...held.values()].flatMap(({ carrier }) => (carrier === null ? [] : [carrier])));
    await Promise.all([...carriers].map((carrier) => carrier.kill()));
    await slots.onIdle();
    await writeLast();
  }

  /** What a database that is gone cannot be told, whoever comes next finds out: it takes the runs for lost. */
  async function writeLast(): Promise<void> {
    await within(ends.idle(), settings.lastWritesMs ?? LAST_WRITES_MS).catch((error: unknown) =>
      settings.onProblem('the last ends of runs could not be written down', error),
    );
  }

  return { pump, beat, running, holds: (runId) => held.has(runId) || leaving.has(runId), drain, stop };
}

/** Runs that one process can carry out together. One that crashed goes alone, so that it takes no other with it again. */
function carriedTogether(run: ClaimedRun): string {
  return JSON.stringify([run.branch, run.base, run.isForced, run.trigger, run.crashes > 0 ? run.id : null]);
}

function finished(run: ClaimedRun, end: CarriedEnd, verdict: Held['verdict']): FinishedAttempt {
  // What was finished before it was told to stop stays finished.
  if (end.kind === 'ended' && end.result.outcome !== 'cancelled') return { run, ...end };
  if (verdict === 'cancelled') return { run, kind: 'crashed', message: 'cancelled' };
  if (verdict === 'returned' || verdict === 'unsure') return { run, kind: 'returned' };
  // It broke itself off, as it could not be asked whether it may deliver: nobody cancelled it, so it comes back.
  return end.kind === 'ended' ? { run, kind: 'returned', delayMs: BROKEN_OFF_MS } : { run, ...end };
}
