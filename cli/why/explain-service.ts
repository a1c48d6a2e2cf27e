/** What the service that looks after the repository knows of an agent: what runs or waits and why, its next slot, its last drift. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { OpenRun } from '../../prisma/runs/open-runs.ts';
import type { SteeredAgent } from '../../prisma/runs/steered-agents.ts';
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import { refusalWords } from '../../scheduler/agent-states.ts';
import { endOfPause } from '../../scheduler/steer/steering.ts';
import { waitReason } from '../../scheduler/wait-reason.ts';
import { stateWords } from '../queue/queue-table.ts';
import { SEEN_MS, type RunningService } from '../serve/running-service.ts';
import { ago, away, duration } from '../wording.ts';
import type { Explanation } from './explain-agent.ts';

export async function explainInService(agent: AgentId, service: RunningService): Promise<Explanation> {
  const [{ openRuns }, { steeredAgents }, { connection }, { listSchedules }] = await Promise.all([
    import('../../prisma/runs/open-runs.ts'),
    import('../../prisma/runs/steered-agents.ts'),
    import('../../prisma/sql.ts'),
    import('../../prisma/schedule-list.ts'),
  ]);
  const { repositoryId, database, name, branch, clones } = service;
  const [runs, agents] = await connection(database.pool, async (sql) => [
    await openRuns(sql, repositoryId, SEEN_MS),
    await steeredAgents(sql, { repositoryId, agentId: null }),
  ]);
  const schedules = await listSchedules(database.prisma, [repositoryId]);
  const sentences = serviceSentences({
    known: agents.find((one) => one.agent === agent) ?? null,
    schedule: schedules.find((one) => one.agent === agent) ?? null,
    runs: runs.filter((run) => run.agent === agent),
    now: new Date(),
  });
  const where = clones.map(({ host, path }) => `${host}:${path}`).join(', ');
  return { heading: 'service', sentences: [`one looks after ${name} on ${branch}, in ${where}`, ...sentences] };
}

export interface ServiceFacts {
  /** Null: the service does not know the agent. */
  readonly known: SteeredAgent | null;
  readonly schedule: Pick<ListedSchedule, 'nextRunAt' | 'lastDriftMs'> | null;
  /** Of the agent. */
  readonly runs: readonly OpenRun[];
  readonly now: Date;
}

/** What is asked of an agent that may be held. */
export interface HeldAgent extends Pick<SteeredAgent, 'agent' | 'isEnabled' | 'isInError'> {
  readonly pause: Pick<NonNullable<SteeredAgent['pause']>, 'kind' | 'by' | 'reason'> | null;
}

/** Pure. */
export function serviceSentences({ known, schedule, runs, now }: ServiceFacts): string[] {
  if (known === null) return ['it does not know the agent: its configuration is of another version'];
  return [...heldSentences(known), ...runs.map((run) => runSentence(run, now)), ...slotSentences(schedule, now)];
}

/** What keeps an agent from running. */
export function heldSentences(agent: HeldAgent): string[] {
  const { pause } = agent;
  const because = pause === null || pause.reason === null ? '' : ` (${pause.reason})`;
  return [
    ...(agent.isEnabled ? [] : ['the configuration turns it off there']),
    ...(pause === null ? [] : [`paused by ${pause.by}${because}: ${endOfPause(agent)} ends that`]),
    ...(agent.isInError ? [refusalWords('in-error', { agent: agent.agent })] : []),
  ];
}

function runSentence(run: OpenRun, now: Date): string {
  const asked = `run ${run.id}, asked for ${ago(run.requestedAt.toISOString(), now)} by ${run.requestedBy ?? run.trigger}`;
  const position = waitReason(run) === null || run.position === null ? '' : `number ${run.position} in the queue, `;
  return `${asked}: ${position}${stateWords(run)}`;
}

/** When its next slot comes, and how late the last one was. */
export function slotSentences(schedule: ServiceFacts['schedule'], now: Date): string[] {
  const next = schedule?.nextRunAt ?? null;
  const drift = schedule?.lastDriftMs ?? null;
  return [
    next === null
      ? 'it is out of the schedule'
      : `its next slot comes ${away(next, now)}, at ${next.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    ...(drift === null ? [] : [`the run of its last slot started ${duration(Math.max(drift, 0))} late`]),
  ];
}
