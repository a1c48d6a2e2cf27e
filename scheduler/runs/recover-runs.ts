/** Runs of services that are gone come back: at once on the same machine, after lease and skew from another one. */
import { lostRuns, type LostRun } from '../../prisma/runs/lost-runs.ts';
import { servicesEnded, servicesOnHost, type ServiceRow } from '../../prisma/runs/service-rows.ts';
import { connection } from '../../prisma/sql.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { finishRuns, type FinishReport } from './finish-runs.ts';

/** What the machine knows of processes. */
export interface ProcessWatch {
  readonly host: string;
  readonly bootId: string | null;
  /** Whether exactly that process lives, here and now. */
  isAlive(process: { readonly pid: number; readonly processStartedAt: string | null; readonly bootId: string | null }): boolean;
  /** Ends the group of a process, and resolves when nothing of it is left; one that is gone is no fault. */
  endGroup(process: { readonly pid: number; readonly processStartedAt: string | null; readonly bootId: string | null }): Promise<void>;
}

export interface RecoverAsk {
  readonly serviceId: string;
  readonly watch: ProcessWatch;
  /** How long after its end a lease is taken for lost; null: the clocks cannot be trusted now. */
  readonly graceMs: number | null;
  /** Whether this service knows that it holds a run of its own. */
  holds(runId: string): boolean;
}

/** Gives back to the queue what nobody carries out any more. The process of a run is seen dead before, where it is on this machine. */
export async function recoverRuns(context: SchedulerContext, ask: RecoverAsk): Promise<FinishReport | null> {
  const { serviceId, watch, graceMs } = ask;
  const { dead, lost } = await connection(context.pool, async (sql) => {
    const others = (await servicesOnHost(sql, watch.host)).filter(({ id }) => id !== serviceId);
    const gone = others.filter((service) => !watch.isAlive(service)).map(({ id }) => id);
    return { dead: gone, lost: await lostRuns(sql, gone, graceMs) };
  });
  const left = lost.filter((run) => run.serviceId !== serviceId || !ask.holds(run.id));
  await Promise.all(left.map((run) => endProcess(run, watch)));
  const attempts = left.map((run) =>
    // It was claimed, and the answer got lost on the way: nothing of it has begun.
    run.serviceId === serviceId ? { run, kind: 'returned' as const } : { run, kind: 'crashed' as const, message: messageFor(run, dead) },
  );
  const report = attempts.length === 0 ? null : await finishRuns(context, attempts, null);
  if (dead.length > 0) await connection(context.pool, (sql) => servicesEnded(sql, dead));
  return report;
}

async function endProcess({ host, bootId, pid, processStartedAt }: LostRun, watch: ProcessWatch): Promise<void> {
  if (host !== watch.host || bootId !== watch.bootId || pid === null) return;
  await watch.endGroup({ pid, processStartedAt, bootId });
}

function messageFor({ serviceId, host }: LostRun, dead: readonly ServiceRow['id'][]): string {
  return dead.includes(serviceId) ? `the service on ${host} that carried it out ended` : `the service on ${host} did not renew its lease`;
}
