/** What every kind of steering has in common: who steers whom, and what is written beside it. */
import { uuidv7, type UpkeepEvent } from '../../ledger/event.ts';
import { writeAudit } from '../../prisma/runs/audit-rows.ts';
import { lockSteeredAgents, steeredAgents, databaseTime, type SteeredAgent, type SteerScope } from '../../prisma/runs/steered-agents.ts';
import { schedulesGoOn, type ScheduleGoesOn } from '../../prisma/runs/steer-schedules.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import type { Sql } from '../../prisma/sql.ts';
import { shellLine } from '../../agents/checks/shell-line.ts';
import { nextFireTime } from '../cron/fire-times.ts';
import { parseCron } from '../cron/parse-cron.ts';
import { runTimeOf } from '../materialise.ts';
import { tellLedger } from '../runs/tell-ledger.ts';
import type { AgentFacts } from '../shown-state.ts';
import { refusalWords, type Refusal } from '../agent-states.ts';
import { SteerError } from './steer-error.ts';
import type { Decider } from './steer-events.ts';

/** Who steers, and whom. */
export interface SteerAsk {
  readonly scope: SteerScope;
  readonly decider: Decider;
}

/** The agents of a scope, locked; `now` is the database's time. Throws SteerError `unknown-agent` when there is none. */
export async function takeAgents(sql: Sql, scope: SteerScope): Promise<{ readonly agents: SteeredAgent[]; readonly now: Date }> {
  await lockSteeredAgents(sql, scope);
  const [agents, now] = await Promise.all([steeredAgents(sql, scope), databaseTime(sql)]);
  if (agents.length === 0)
    throw new SteerError('unknown-agent', 'the service knows no such agent any more: agent schedule list shows those that it looks after');
  return { agents, now };
}

export function factsOf(agent: SteeredAgent): AgentFacts {
  const { runningId, unstarted, pause, isInError, isTripped } = agent;
  return { running: runningId !== null, queued: unstarted > 0, paused: pause !== null, inError: isInError, tripped: isTripped };
}

/** The words of a refusal, as the commands against a service have them. */
export function wordsFor(refusal: Refusal, agent: SteeredAgent): string {
  const { pause, runningId, isInError } = agent;
  const paused = pause === null ? {} : { pausedBy: pause.by, endOfPause: `${endOfPause(agent)} ends` };
  return refusalWords(refusal, { agent: agent.agent, runId: runningId, inError: isInError, ...paused });
}

interface PausedAgent {
  readonly agent: string;
  readonly pause: Pick<NonNullable<SteeredAgent['pause']>, 'kind'> | null;
}

/** The command that ends the widest pause of an agent. */
export function endOfPause({ agent, pause }: PausedAgent): string {
  if (pause?.kind === 'everything') return shellLine(['agent', 'resume', '--everything']);
  return shellLine(pause?.kind === 'repository' ? ['agent', 'resume'] : ['agent', 'resume', agent]);
}

/** Where the schedule of an agent goes on from `now`, whatever it was before; nowhere for one that is out of it. */
export function goesOn(agent: SteeredAgent, now: Date, isOut: boolean): ScheduleGoesOn {
  const { agentId, cron, timeZone, jitterSeconds } = agent;
  const parsed = isOut || cron === null || timeZone === null ? null : parseCron(cron, timeZone);
  const slot = parsed?.ok === true ? nextFireTime(parsed.value, now) : null;
  if (slot === null || parsed?.ok !== true) return { agentId, nextSlotAt: null, nextRunAt: null };
  return { agentId, nextSlotAt: slot, nextRunAt: runTimeOf(agentId, parsed.value, { slot, jitterMs: jitterSeconds * 1000 }) };
}

/** Brings agents back into the schedule that nothing keeps out of it any more. Returns when each runs next. */
export async function bringBack(sql: Sql, agents: readonly SteeredAgent[], now: Date): Promise<ReadonlyMap<string, Date | null>> {
  const rows = agents.map((agent) => goesOn(agent, now, !agent.isEnabled || agent.pause !== null || agent.isInError));
  await schedulesGoOn(sql, rows);
  return new Map(rows.map(({ agentId, nextRunAt }) => [agentId, nextRunAt]));
}

/** What is written of a decision: its events, for the ledger as well, and who did what. */
export async function noteSteering(
  sql: Sql,
  { scope, decider }: SteerAsk,
  about: {
    readonly action: string;
    readonly subject: string;
    readonly detail: Readonly<Record<string, unknown>>;
    readonly events: readonly EventRow[];
  },
): Promise<void> {
  const { action, subject, detail, events } = about;
  const from = decider.from === undefined ? {} : { from: decider.from };
  await Promise.all([
    writeEvents(sql, events),
    tellLedger(sql, events),
    writeAudit(sql, { by: decider.by, action, subject, detail: { ...detail, ...scope, reason: decider.reason, ...from } }),
  ]);
}

/** A decision as a row: of one agent, or of a whole repository. */
export function decisionRow(event: UpkeepEvent, repositoryId: string, agentId: string | null): EventRow {
  return { id: event.id, type: event.type, time: event.time, repositoryId, agentId, runId: null, envelope: event };
}

/** One for each agent or repository that a decision concerns: an agent by itself, a repository as a whole. */
export function concerned(agents: readonly SteeredAgent[], scope: SteerScope): readonly SteeredAgent[] {
  if (scope.agentId !== null) return agents;
  return [...Map.groupBy(agents, ({ repositoryId }) => repositoryId).values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}

/** `acme/site docs`, `acme/site`, `everything`. */
export function subjectOf(agents: readonly SteeredAgent[], scope: SteerScope): string {
  const [first] = agents;
  if (scope.agentId !== null) return `${first?.repository ?? ''} ${first?.agent ?? ''}`;
  return scope.repositoryId === null ? 'everything' : (first?.repository ?? '');
}

/** The decider whose events have the database's time. */
export function at(decider: Decider, now: Date): Decider {
  return { ...decider, origin: { ...decider.origin, now: () => now } };
}

export function newId(now: Date): string {
  return uuidv7(now);
}
