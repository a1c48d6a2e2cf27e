/** Schedules of a service that is asked over HTTP. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import { agentIdOf } from './by-api.ts';
import type { RemoteService } from './remote-service.ts';

/** Of the repository at hand, or of all. Throws UsageError and RemoteError. */
export async function remoteSchedules(service: RemoteService, isOfAll: boolean): Promise<ListedSchedule[]> {
  const filter = isOfAll ? {} : { repository: (await service.repository()).id };
  const [schedules, cards] = await Promise.all([
    service.ask((api) => api.schedule.list.query(filter)),
    service.ask((api) => api.agents.list.query({ ...filter, recent: 0 })),
  ]);
  const byId = new Map(cards.map((card) => [card.id, card]));
  return schedules.map((row) => {
    const card = byId.get(row.agentId);
    const { agent, branch, cron, timeZone, setBy, priority, isEnabled, state, lastDriftMs } = row;
    return {
      ...{ repository: row.repository.name, agent, branch, cron, timeZone, setBy, priority, isEnabled, lastDriftMs },
      isPaused: row.pause !== null,
      isInError: row.inError !== null,
      isTripped: state === 'TRIPPED',
      isRunning: state === 'RUNNING',
      isQueued: state === 'QUEUED',
      nextRunAt: dateOf(row.nextRunAt),
      lastOutcome: card?.lastOutcome ?? null,
      lastSettledAt: dateOf(card?.lastSettledAt ?? null),
    };
  });
}

export interface RemoteSetting {
  /** Absent: what holds now. */
  readonly cron?: string;
  readonly timeZone?: string;
  readonly priority?: ListedPriority;
  /** What the configuration says holds again. */
  readonly isDefault: boolean;
}

type ListedPriority = 'LOW' | 'NORMAL' | 'HIGH' | 'CRITICAL';

/** Sets the schedule of an agent of the repository at hand; returns what holds now. Throws SteerError, UsageError and RemoteError. */
export async function setRemoteSchedule(
  service: RemoteService,
  agent: AgentId,
  setting: RemoteSetting,
): Promise<ListedSchedule | undefined> {
  const repository = await service.repository();
  const cards = await service.ask((api) => api.agents.list.query({ repository: repository.id, recent: 0 }));
  const agentId = await agentIdOf(cards, agent, repository);
  await service.ask((api) => api.schedule.set.mutate({ agentId, ...setting }));
  return (await remoteSchedules(service, false)).find((row) => row.agent === agent);
}

function dateOf(time: string | null): Date | null {
  return time === null ? null : new Date(time);
}
