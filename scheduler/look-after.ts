/** What a service looks after: a repository, its agents and their schedules, as its configuration and its ledger have them. */
import { uuidv7 } from '../ledger/event.ts';
import type { AgentId, Priority } from '../ledger/outcome.ts';
import { schedulesOf, upsertAgents, upsertRepository, writeSchedules, type ScheduleRow } from '../prisma/runs/repository-rows.ts';
import { transaction, type ConnectionPool } from '../prisma/sql.ts';
import { nextFireTime, previousFireTime } from './cron/fire-times.ts';
import { parseCron, type CronSchedule } from './cron/parse-cron.ts';
import { runTimeOf } from './materialise.ts';
import type { MissedPolicy, OverlapPolicy } from './plan-slots.ts';

export interface LookedAfterRepository {
  /** The same on each machine. */
  readonly identity: string;
  readonly name: string;
  readonly branch: string;
  /** The commit that the configuration is from. */
  readonly configuredAt: string | null;
  /** Why the configuration of that commit cannot be used. */
  readonly configError: string | null;
  readonly agents: readonly LookedAfterAgent[];
}

export interface LookedAfterAgent {
  readonly name: AgentId;
  readonly isEnabled: boolean;
  readonly priority: Priority;
  readonly labels: readonly string[];
  readonly cron: string;
  readonly timeZone: string;
  /** Who set the schedule; null: the configuration. */
  readonly setBy: string | null;
  readonly missed: MissedPolicy;
  readonly missedWindowSeconds: number;
  readonly overlap: OverlapPolicy;
  readonly jitterSeconds: number;
  /** When it last ran, wherever that was; null: never. */
  readonly lastRunAt: Date | null;
  readonly isPaused: boolean;
  readonly inError: { readonly reason: string; readonly since: string } | null;
  readonly streak: number;
  readonly tripped: { readonly since: string; readonly nextTryAt: string } | null;
}

/** Writes what is new. A schedule that did not change goes on where it was. Returns the repository's id. */
export async function lookAfter(pool: ConnectionPool, wanted: LookedAfterRepository, now: Date): Promise<string> {
  return transaction(pool, async (sql) => {
    const { identity, name, branch, configuredAt, configError, agents } = wanted;
    const repositoryId = await upsertRepository(sql, { id: uuidv7(now), identity, name, branch, configuredAt, configError });
    const ids = await upsertAgents(
      sql,
      { repositoryId, branch },
      agents.map(({ name: agent, isEnabled, priority, labels, streak, tripped, inError }) => ({
        id: uuidv7(now),
        name: agent,
        ...{ isEnabled, priority, labels, streak },
        trippedAt: dateOf(tripped?.since),
        nextTryAt: dateOf(tripped?.nextTryAt),
        inErrorAt: dateOf(inError?.since),
        inErrorReason: inError?.reason ?? null,
      })),
    );
    const known = await schedulesOf(sql, [...ids.values()]);
    const rows = agents.flatMap((agent) => {
      const agentId = ids.get(agent.name);
      const row = agentId === undefined ? null : scheduleRow(agent, { agentId, before: known.get(agentId) ?? null, now });
      return row === null ? [] : [row];
    });
    await writeSchedules(sql, rows);
    return repositoryId;
  });
}

/** The row as it is to be; null when it is so already. */
function scheduleRow(
  agent: LookedAfterAgent,
  { agentId, before, now }: { readonly agentId: string; readonly before: ScheduleRow | null; readonly now: Date },
): ScheduleRow | null {
  const { cron, timeZone, setBy, missed, missedWindowSeconds, overlap, jitterSeconds } = agent;
  const source = setBy === null ? 'configuration' : 'person';
  const parsed = parseCron(cron, timeZone);
  const isOut = !agent.isEnabled || agent.isPaused || agent.inError !== null || !parsed.ok;
  const settings = { agentId, cron, timeZone, source, setBy, missed, missedWindowSeconds, overlap, jitterSeconds };
  if (isOut) return isSame(before, settings) && before?.nextRunAt === null ? null : { ...settings, nextSlotAt: null, nextRunAt: null };
  const isSameTimes = before !== null && before.cron === cron && before.timeZone === timeZone && before.jitterSeconds === jitterSeconds;
  if (isSameTimes && before.nextSlotAt !== null) {
    const { nextSlotAt, nextRunAt } = before;
    return isSame(before, settings) ? null : { ...settings, nextSlotAt, nextRunAt };
  }
  const slot = before === null ? firstSlot(parsed.value, agent.lastRunAt, now) : nextFireTime(parsed.value, now);
  return {
    ...settings,
    nextSlotAt: slot,
    nextRunAt: slot === null ? null : runTimeOf(agentId, parsed.value, { slot, jitterMs: jitterSeconds * 1000 }),
  };
}

/** An agent that never ran is due at once; another one when a slot has come since. */
function firstSlot(schedule: CronSchedule, lastRunAt: Date | null, now: Date): Date | null {
  if (lastRunAt !== null) return nextFireTime(schedule, lastRunAt);
  return previousFireTime(schedule, new Date(now.getTime() + 1)) ?? nextFireTime(schedule, now);
}

type Settings = Omit<ScheduleRow, 'nextSlotAt' | 'nextRunAt'>;

function isSame(before: ScheduleRow | null, settings: Settings): boolean {
  return before !== null && (Object.keys(settings) as (keyof Settings)[]).every((key) => before[key] === settings[key]);
}

function dateOf(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}
