/** One run as its page shows it, from what the database has and what the service heard of it. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Outcome } from '../../ledger/outcome.ts';
import { agentCards } from '../../prisma/read/agent-cards.ts';
import type { Reader } from '../../prisma/read/reader.ts';
import {
  attemptsOf,
  checksOf,
  detailedRun,
  eventsOfRun,
  findingsOf,
  runsOfTrigger,
  type DetailedRun,
  type RelatedRun,
  type RunEventRow,
} from '../../prisma/read/run-details.ts';
import { logSizes } from '../../prisma/runs/check-logs.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { cursorOf } from '../../scheduler/event-feed.ts';
import { MOST_EVENTS, MOST_FINDINGS, type RunDetails } from '../wire/run-schema.ts';
import { agentCard } from './agent-card.ts';
import { DashboardError } from './errors.ts';
import type { RunProgress } from './live/run-progress.ts';
import { rowOf } from './run-row.ts';

/** Everything but the commit, which is in a clone. Throws DashboardError `NOT-FOUND-RUN`. */
export async function runDetails(
  id: string,
  { prisma, pool, progress }: { readonly prisma: Reader; readonly pool: ConnectionPool; readonly progress: RunProgress },
): Promise<{ readonly run: DetailedRun; readonly details: Omit<RunDetails, 'commit'> }> {
  const run = await requireRun(prisma, id);
  const [attempts, checks, findings, events, related, sizes, [card]] = await Promise.all([
    attemptsOf(prisma, id),
    checksOf(prisma, id),
    findingsOf(prisma, id, MOST_FINDINGS + 1),
    eventsOfRun(prisma, id, MOST_EVENTS),
    runsOfTrigger(prisma, run),
    connection(pool, (sql) => logSizes(sql, id)),
    agentCards(prisma, { agentId: run.agentId, recent: 0 }),
  ]);
  const { correlationId, slotAt, isForced, crashes, retries, cancelBy, host } = run;
  const details: Omit<RunDetails, 'commit'> = {
    run: {
      ...rowOf(run),
      ...{ correlationId, isForced, crashes, retries, cancelBy, host },
      slotAt: slotAt?.toISOString() ?? null,
      progress: run.state === 'running' ? (progress.of(id)?.progress ?? null) : null,
    },
    agent: { id: run.agentId, state: card === undefined ? null : agentCard(card, progress).state },
    attempts: [
      ...attempts.map(({ startedAt, endedAt, ...attempt }) => ({
        ...attempt,
        startedAt: startedAt.toISOString(),
        endedAt: endedAt.toISOString(),
      })),
      ...underWay(run),
    ],
    checks: checksWith(
      checks.map(({ outcome, startedAt, ...check }) => ({
        ...check,
        outcome: outcome as Outcome,
        startedAt: startedAt?.toISOString() ?? null,
      })),
      { progress, run, sizes },
    ),
    findings: findings
      .slice(0, MOST_FINDINGS)
      .map((finding) => ({ ...finding, severity: finding.severity === 'error' ? 'error' : 'warning' })),
    hasMoreFindings: findings.length > MOST_FINDINGS,
    events: events.map(({ transaction, sequence, envelope }) => ({
      cursor: cursorOf({ transaction, sequence }),
      event: envelope as UpkeepEvent,
    })),
    correlation: correlationOf(run, related, events),
  };
  return { run, details };
}

/** Throws DashboardError `NOT-FOUND-RUN`. */
export async function requireRun(prisma: Reader, id: string): Promise<DetailedRun> {
  const run = await detailedRun(prisma, id);
  if (run === null) throw new DashboardError('NOT-FOUND-RUN', 'there is no such run, or it was too old to keep');
  return run;
}

function underWay({ state, attempt, startedAt, host }: DetailedRun): RunDetails['attempts'] {
  if (state !== 'running' || startedAt === null) return [];
  return [{ number: attempt, startedAt: startedAt.toISOString(), endedAt: null, ending: null, reason: null, message: null, host }];
}

type KnownCheck = Omit<RunDetails['checks'][number], 'hasLog' | 'logBytes'>;

/** Those that the run has told of, and those of which only a log is there yet. */
function checksWith(
  written: readonly KnownCheck[],
  {
    progress,
    run,
    sizes,
  }: {
    readonly progress: RunProgress;
    readonly run: DetailedRun;
    readonly sizes: readonly { readonly check: string; readonly size: number }[];
  },
): RunDetails['checks'] {
  const live = run.state === 'running' ? progress.checksOf(run.id).map((way): KnownCheck => ({ ...way, reason: null, command: null })) : [];
  const known = new Map([...written, ...live].map((check) => [check.check, check]));
  for (const { check } of sizes)
    if (!known.has(check)) known.set(check, { check, outcome: null, reason: null, startedAt: null, durationMs: null, command: null });
  const bytes = new Map(sizes.map(({ check, size }) => [check, size]));
  return [...known.values()].map((check) => ({ ...check, hasLog: bytes.has(check.check), logBytes: bytes.get(check.check) ?? 0 }));
}

const TRIGGER_WORDS: Readonly<Record<string, string>> = {
  push: 'a push',
  'pull-request': 'a pull request',
  schedule: 'its schedule',
  manual: 'a person',
  webhook: 'a webhook',
  comment: 'a comment',
  retry: 'a retry',
  handoff: 'another agent',
};

/** What asked for it, the runs of the same trigger, and what they led to. */
function correlationOf(run: DetailedRun, related: readonly RelatedRun[], events: readonly RunEventRow[]): RunDetails['correlation'] {
  const nothing = { agent: null, runId: null, outcome: null, sha: null, url: null };
  const by = run.requestedBy === null ? '' : `, ${run.requestedBy}`;
  const items: RunDetails['correlation'] = [
    { ...nothing, at: run.requestedAt.toISOString(), kind: 'trigger', text: `${TRIGGER_WORDS[run.trigger] ?? run.trigger}${by}` },
  ];
  for (const { id, agent, state, outcome, commit, requestedAt, settledAt } of related) {
    const about = { ...nothing, agent, runId: id };
    items.push({ ...about, at: settledAt ?? requestedAt, kind: 'run', text: outcome ?? state, outcome: outcome as Outcome | null });
    if (commit !== null) items.push({ ...about, at: settledAt ?? requestedAt, kind: 'commit', text: commit.slice(0, 9), sha: commit });
  }
  for (const { envelope } of events) {
    const event = envelope as UpkeepEvent;
    const about = { ...nothing, at: event.time, agent: run.agent, runId: run.id };
    if (event.type.startsWith('delivery:')) {
      const {
        ref = '',
        reason = null,
        url = null,
      } = event.data as { readonly ref?: string; readonly reason?: string | null; readonly url?: string | null };
      items.push({
        ...about,
        kind: 'delivery',
        text: [event.type.slice('delivery:'.length), ref, reason ?? ''].filter((part) => part !== '').join(' '),
        url,
      });
    }
    if (event.type === 'agent:escalated' || event.type === 'agent:escalation-closed') {
      const { number, url } = event.data;
      const what = event.type === 'agent:escalated' ? 'opened' : 'closed';
      items.push({ ...about, kind: 'issue', text: number === null ? `issue ${what}` : `issue #${number} ${what}`, url });
    }
  }
  // The trigger is first whatever clocks say; the rest keeps its order where times are equal.
  const [trigger, ...rest] = items;
  return [...(trigger === undefined ? [] : [trigger]), ...rest.sort((a, b) => a.at.localeCompare(b.at))];
}
