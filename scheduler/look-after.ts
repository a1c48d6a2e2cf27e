/** What a service looks after: a repository, its agents and their schedules, as its configuration and its ledger have them. */
import { uuidv7 } from '../ledger/event.ts';
import type { AgentId, Priority } from '../ledger/outcome.ts';
import type { Escalation } from '../ledger/state.ts';
import { agentsOf, endPause, lockAgentsOf, writeEscalations, type KnownAgent } from '../prisma/runs/ledger-facts.ts';
import { hasUnsent } from '../prisma/runs/outbox-claims.ts';
import { pausedAgents, putPause } from '../prisma/runs/pause-rows.ts';
import { schedulesOf, upsertAgents, upsertRepository, writeSchedules, type ScheduleRow } from '../prisma/runs/repository-rows.ts';
import { transaction, type ConnectionPool, type Sql } from '../prisma/sql.ts';
import { nextFireTime, previousFireTime } from './cron/fire-times.ts';
import { parseCron, type CronSchedule } from './cron/parse-cron.ts';
import type { LedgerPause } from './ledger-sync/ledger-facts.ts';
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
  /** Pauses that began or ended in the ledger. */
  readonly pauses: readonly LedgerPause[];
}

export interface LookedAfterAgent {
  readonly name: AgentId;
  /** Whether configuration or ledger say something new; else what the database has stays. */
  readonly isNews: boolean;
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
  readonly inError: { readonly reason: string; readonly since: string } | null;
  readonly streak: number;
  readonly tripped: { readonly since: string; readonly nextTryAt: string } | null;
  /** The issues that are open. */
  readonly escalations: readonly Escalation[];
}

export interface LookedAfter {
  /** The repository's. */
  readonly id: string;
  /** False: something was decided here that its ledger does not know yet, so what the ledger says was not taken. */
  readonly isTaken: boolean;
}

/** Writes what is new. A schedule that did not change goes on where it was. */
export async function lookAfter(pool: ConnectionPool, wanted: LookedAfterRepository, now: Date): Promise<LookedAfter> {
  return transaction(pool, async (sql) => {
    const { identity, name, branch, configuredAt, configError, agents } = wanted;
    const repositoryId = await upsertRepository(sql, { id: uuidv7(now), identity, name, branch, configuredAt, configError });
    const of = { repositoryId, branch };
    // From here on nobody decides about them; what was decided before is in the outbox as well.
    await lockAgentsOf(sql, repositoryId);
    const isTaken = !(await hasUnsent(sql, repositoryId));
    const before = await agentsOf(sql, of);
    const isNews = (agent: LookedAfterAgent): boolean => !before.has(agent.name) || (isTaken && agent.isNews);
    const news = agents.filter(isNews);
    await upsertAgents(
      sql,
      of,
      news.map(({ name: agent, isEnabled, priority, labels, streak, tripped, inError }) => ({
        id: uuidv7(now),
        name: agent,
        ...{ isEnabled, priority, labels, streak },
        trippedAt: dateOf(tripped?.since),
        nextTryAt: dateOf(tripped?.nextTryAt),
        inErrorAt: dateOf(inError?.since),
        inErrorReason: inError?.reason ?? null,
      })),
    );
    const known = await agentsOf(sql, of);
    if (isTaken) await takePauses(sql, wanted.pauses, { repositoryId, known, now });
    await takeEscalations(sql, news, { known, now });
    const ids = [...known.values()].map(({ id }) => id);
    const paused = await pausedAgents(sql, ids);
    const schedules = await schedulesOf(sql, ids);
    const rows = agents.flatMap((agent) => {
      const row = known.get(agent.name);
      if (row === undefined) return [];
      const isOut = row.isInError || paused.has(row.id);
      const wants = scheduleRow(agent, { agentId: row.id, before: schedules.get(row.id) ?? null, isOut, isNews: isNews(agent), now });
      return wants === null ? [] : [wants];
    });
    await writeSchedules(sql, rows);
    return { id: repositoryId, isTaken };
  });
}

interface Known {
  readonly known: ReadonlyMap<string, KnownAgent>;
  readonly now: Date;
}

async function takePauses(
  sql: Sql,
  pauses: readonly LedgerPause[],
  { repositoryId, known, now }: Known & { readonly repositoryId: string },
): Promise<void> {
  for (const { agent, pause } of pauses) {
    const agentId = agent === null ? null : (known.get(agent)?.id ?? null);
    if (agent !== null && agentId === null) continue;
    if (pause === null) await endPause(sql, { repositoryId, agentId });
    else {
      const { by, reason, since, until } = pause;
      await putPause(sql, {
        id: uuidv7(now),
        repositoryId,
        agentId,
        by,
        reason,
        since: new Date(since),
        until: dateOf(until ?? undefined),
      });
    }
  }
}

async function takeEscalations(sql: Sql, agents: readonly LookedAfterAgent[], { known, now }: Known): Promise<void> {
  const ids = new Map(agents.flatMap(({ name }) => (known.has(name) ? [[name, known.get(name)?.id ?? '']] : [])));
  const open = agents.flatMap(({ name, escalations }) =>
    // One that a person closed while it fails is not open.
    escalations
      .filter(({ closed }) => closed !== true)
      .map(({ kind, number, url, since }) => ({ agentId: ids.get(name) ?? '', kind, number, url, since: new Date(since) })),
  );
  await writeEscalations(sql, open, { agentIds: [...ids.values()], now });
}

/** The row as it is to be; null when it is so already. */
function scheduleRow(agent: LookedAfterAgent, { agentId, before, ...ask }: ScheduleAsk): ScheduleRow | null {
  const { now } = ask;
  // What a person set in the database, and the ledger has not told yet, stays.
  const { cron, timeZone, setBy } = before !== null && !ask.isNews ? before : agent;
  const { missed, missedWindowSeconds, overlap, jitterSeconds } = agent;
  const source = setBy === null ? 'configuration' : 'person';
  const parsed = parseCron(cron, timeZone);
  const isOut = !agent.isEnabled || ask.isOut || !parsed.ok;
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

interface ScheduleAsk {
  readonly agentId: string;
  readonly before: ScheduleRow | null;
  /** Paused or in ERROR. */
  readonly isOut: boolean;
  readonly isNews: boolean;
  readonly now: Date;
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
