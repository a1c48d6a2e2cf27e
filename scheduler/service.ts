/** The service: one clock that looks whether something is due, one dispatcher that carries it out, until it is told to stop. */
import cron from 'node-cron';
import type { UpkeepEvent } from '../ledger/event.ts';
import { nearestTimes } from '../prisma/runs/due-schedules.ts';
import { registerService, servicesAlive, serviceSeen, servicesEnded, type ServiceRow } from '../prisma/runs/service-rows.ts';
import type { EventRow } from '../prisma/runs/write-events.ts';
import { connection } from '../prisma/sql.ts';
import { createClockWatch } from './clock-watch.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { Executor } from './executor.ts';
import { listenForWakes } from './listen.ts';
import { materialise } from './materialise.ts';
import { recoverRuns, type ProcessWatch } from './runs/recover-runs.ts';
import type { WakeReason } from './runs/wake.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { turnBack } from './turn-back.ts';
import { endPauses } from './steer/resume.ts';
import type { ServiceObserver } from './service-observer.ts';

export interface ServiceSettings {
  readonly context: SchedulerContext;
  readonly row: ServiceRow;
  readonly executor: Executor;
  readonly watch: ProcessWatch;
  readonly leaseMs: number;
  /** How long its last writes may take when it stops; default 10 s. */
  readonly lastWritesMs?: number;
  /** Repositories in the database that this service does not serve. */
  without(): readonly string[];
  /** After the transactions that wrote them. */
  onEvents(events: readonly EventRow[]): void;
  /** What happens on the way of a run; not kept. */
  onProgress(event: UpkeepEvent, repositoryId: string): void;
  /** What could not be done, and is tried again. */
  onProblem(what: string, error: unknown): void;
  /** What people should know: a jump of the clock, runs that were lost. */
  onNote(note: string): void;
  readonly observer?: ServiceObserver;
  readonly clock: ServiceClock;
}

export interface ServiceClock {
  wall(): number;
  monotonic(): number;
}

export interface Service {
  readonly dispatcher: Dispatcher;
  /** This machine's clock minus the database's, in milliseconds. */
  readonly skewMs: number;
  /** When the next slot of any schedule comes; null: none. */
  readonly nextDueAt: Date | null;
  /** Looks now. */
  tick(): Promise<void>;
  /** Ends runs within `graceMs`, gives the rest back, says goodbye. */
  drain(graceMs: number): Promise<void>;
  /** Gives back everything at once. */
  stop(): Promise<void>;
}

/** Whatever else is forgotten, this looks again. */
const SAFETY_TICK = '*/5 * * * * *';
/** A timer is set for what is nearer than this. */
const NEAR_MS = 60_000;
/** Of clocks of different machines. */
const SKEW_GRACE_MS = 5_000;
const JUMP_MS = 5_000;
/** Set back by so much the clock was wrong before: schedules go by the new time at once. By less, no slot comes a second time. */
const CORRECTION_MS = 3 * 3_600_000;

/** Starts a service. It looks at once what is due. */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const { context, row, leaseMs, clock } = settings;
  const { pool } = context;
  const watch = createClockWatch({ ...clock, jumpMs: JUMP_MS, holdMs: leaseMs });
  await connection(pool, (sql) => registerService(sql, row));
  const state = { skewMs: 0, nextDueAt: null as Date | null, isDraining: false, isOver: false };
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> | null = null;
  let again = false;

  const dispatcher = createDispatcher({
    context,
    executor: settings.executor,
    serviceId: row.id,
    maxConcurrent: row.maxConcurrent,
    leaseMs,
    lastWritesMs: settings.lastWritesMs,
    without: () => settings.without(),
    onEvents: (events) => settings.onEvents(events),
    onProgress: (event, repositoryId) => settings.onProgress(event, repositoryId),
    onLost: (ids) => settings.onNote(`${ids.length} ended too late: somebody else has them (${ids.join(', ')})`),
    onProblem: (what, error) => settings.onProblem(what, error),
    observer: settings.observer,
    monotonic: () => clock.monotonic(),
  });

  async function lookOnce(): Promise<void> {
    const jump = watch.look();
    if (jump !== 0)
      settings.onNote(`the clock jumped by ${Math.round(jump / 1000)} s: leases of others are not judged for ${leaseMs / 1000} s`);
    const asked = clock.wall();
    const now = await connection(pool, (sql) => serviceSeen(sql, row.id, { skewMs: state.skewMs, isDraining: state.isDraining }));
    if (context.local !== undefined) context.local.sawOthers(state.isDraining || (await connection(pool, servicesAlive)) > 1);
    state.skewMs = Math.round((asked + clock.wall()) / 2 - now.getTime());
    const correction = watch.database(now);
    // Where both are of one machine they jump together, which is told already.
    if (correction !== 0 && Math.abs(correction - jump) >= JUMP_MS)
      settings.onNote(`the database's clock jumped by ${Math.round(correction / 1000)} s`);
    if (state.isDraining) return;
    if (correction <= -CORRECTION_MS) await turnBack(context.pool, now);
    settings.onEvents(await endPauses(context));
    const made = await materialise(context, now);
    settings.onEvents(made.events);
    const graceMs = watch.isTrusted() ? SKEW_GRACE_MS : null;
    const recovered = await recoverRuns(context, {
      ...{ serviceId: row.id, watch: settings.watch, graceMs },
      holds: (runId) => dispatcher.holds(runId),
    });
    if (recovered !== null) {
      settings.onEvents(recovered.events);
      settings.observer?.recovered?.(recovered);
    }
    await dispatcher.pump();
    const nearest = await connection(pool, (sql) => nearestTimes(sql, now));
    state.nextDueAt = nearest.slot;
    sleepUntil([nearest.slot, nearest.run], now);
  }

  function sleepUntil(times: readonly (Date | null)[], now: Date): void {
    clearTimeout(timer);
    const waits = times.flatMap((time) => (time === null ? [] : [time.getTime() - now.getTime()]));
    const wait = Math.min(...waits, NEAR_MS);
    if (wait < NEAR_MS && !state.isOver) timer = setTimeout(() => void tick(), Math.max(wait, 0) + 1);
  }

  function tick(): Promise<void> {
    again = true;
    ticking ??= (async () => {
      while (again && !state.isOver) {
        again = false;
        const begunAt = clock.monotonic();
        await lookOnce();
        settings.observer?.looked?.(clock.monotonic() - begunAt);
      }
    })()
      .catch((error: unknown) => settings.onProblem('what is due could not be looked at', error))
      .finally(() => {
        ticking = null;
      });
    return ticking;
  }

  const onWake = (reason: WakeReason): void => {
    if (reason === 'queued') void dispatcher.pump();
    else if (reason === 'cancel') void dispatcher.beat();
    else if (reason === 'schedule') void tick();
  };
  const listener = await listenForWakes(pool, { onWake, onProblem: (error) => settings.onProblem('wake-up calls cannot be heard', error) });
  const deafen = settings.context.local?.hear(onWake);
  const safety = cron.schedule(SAFETY_TICK, () => void tick(), { name: 'upkeep', suppressMissedWarning: true });
  const beats = setInterval(() => void dispatcher.beat(), leaseMs / 3);

  async function close(): Promise<void> {
    state.isOver = true;
    clearTimeout(timer);
    clearInterval(beats);
    await safety.destroy();
    await ticking;
    deafen?.();
    await listener.close();
    await connection(pool, (sql) => servicesEnded(sql, [row.id])).catch((error: unknown) =>
      settings.onProblem('goodbye could not be said', error),
    );
  }

  await tick();
  return {
    dispatcher,
    get skewMs() {
      return state.skewMs;
    },
    get nextDueAt() {
      return state.nextDueAt;
    },
    tick,
    async drain(graceMs) {
      state.isDraining = true;
      await tick();
      await dispatcher.drain(graceMs);
      await close();
    },
    async stop() {
      state.isDraining = true;
      await dispatcher.stop();
      await close();
    },
  };
}
