/** Schedules as people see them. */
import type { PrismaClient } from './generated/client.ts';

export interface ListedSchedule {
  readonly repository: string;
  readonly agent: string;
  readonly branch: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly setBy: string | null;
  readonly priority: string;
  readonly isEnabled: boolean;
  readonly isPaused: boolean;
  readonly isInError: boolean;
  readonly isTripped: boolean;
  readonly isRunning: boolean;
  readonly isQueued: boolean;
  readonly nextRunAt: Date | null;
  readonly lastOutcome: string | null;
  readonly lastSettledAt: Date | null;
  readonly lastDriftMs: number | null;
}

/** Of these repositories, or of all; by repository, then agent. */
export async function listSchedules(prisma: PrismaClient, repositoryIds: readonly string[] | null): Promise<ListedSchedule[]> {
  const now = new Date();
  const holding = { OR: [{ until: null }, { until: { gt: now } }] };
  const wide = await prisma.pause.findMany({ where: { agentId: null, ...holding }, select: { repositoryId: true } });
  const agents = await prisma.agent.findMany({
    where: { repository: { removedAt: null, ...(repositoryIds === null ? {} : { id: { in: [...repositoryIds] } }) } },
    include: {
      repository: { select: { name: true, branch: true } },
      schedule: true,
      pauses: { where: holding, select: { id: true } },
      // Each of the two has an index of its own.
      runs: { where: { OR: [{ state: 'waiting' }, { state: { in: ['queued', 'running'] } }] }, select: { state: true } },
    },
    orderBy: [{ repository: { name: 'asc' } }, { name: 'asc' }],
  });
  return agents.flatMap((agent) => {
    const { schedule, runs, repository } = agent;
    // Of a branch that is looked after no more.
    if (schedule === null || agent.branch !== repository.branch) return [];
    return [
      {
        repository: repository.name,
        agent: agent.name,
        branch: agent.branch,
        cron: schedule.cron,
        timeZone: schedule.timeZone,
        setBy: schedule.setBy,
        priority: agent.priority,
        isEnabled: agent.isEnabled,
        isPaused: agent.pauses.length > 0 || wide.some((pause) => pause.repositoryId === null || pause.repositoryId === agent.repositoryId),
        isInError: agent.inErrorAt !== null,
        isTripped: agent.trippedAt !== null,
        isRunning: runs.some(({ state }) => state === 'running'),
        isQueued: runs.some(({ state }) => state !== 'running'),
        nextRunAt: schedule.nextRunAt,
        lastOutcome: agent.lastOutcome,
        lastSettledAt: agent.lastSettledAt,
        lastDriftMs: schedule.lastDriftMs,
      },
    ];
  });
}
