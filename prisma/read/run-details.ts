/** One run with all that is known of it. */
import { Prisma } from '../generated/client.ts';
import { isoOf } from './agent-cards.ts';
import { read, readOne, type Reader } from './reader.ts';
import type { FindingRow } from '../runs/write-checks.ts';
import { RUN_COLUMNS, type PagedRun } from './run-pages.ts';

export interface DetailedRun extends PagedRun {
  readonly correlationId: string;
  readonly slotAt: Date | null;
  readonly isForced: boolean;
  readonly crashes: number;
  readonly retries: number;
  readonly cancelBy: string | null;
  /** Of the service that has or had it. */
  readonly host: string | null;
}

/** Null: there is no such run, or not any more. */
export async function detailedRun(reader: Reader, id: string): Promise<DetailedRun | null> {
  return readOne<DetailedRun>(
    reader,
    Prisma.sql`
      SELECT ${RUN_COLUMNS}, r.correlation_id AS "correlationId", r.slot_at AS "slotAt", r.is_forced AS "isForced", r.crashes, r.retries,
        r.cancel_by AS "cancelBy", s.host
      FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id
        LEFT JOIN upkeep.service s ON s.id = r.service_id
      WHERE r.id = ${id}::uuid`,
  );
}

export interface AttemptRow {
  readonly number: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly ending: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly host: string | null;
}

const MOST_ATTEMPTS = 100;

/** Those that have ended, in order. */
export async function attemptsOf(reader: Reader, runId: string): Promise<AttemptRow[]> {
  return read<AttemptRow>(
    reader,
    Prisma.sql`
      SELECT t.number, t.started_at AS "startedAt", t.ended_at AS "endedAt", t.ending, t.reason, t.message, s.host
      FROM upkeep.attempt t LEFT JOIN upkeep.service s ON s.id = t.service_id WHERE t.run_id = ${runId}::uuid ORDER BY t.number LIMIT ${MOST_ATTEMPTS}`,
  );
}

export interface CheckFacts {
  readonly check: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly startedAt: Date | null;
  readonly durationMs: number | null;
  readonly command: string | null;
}

export async function checksOf(reader: Reader, runId: string): Promise<CheckFacts[]> {
  return read<CheckFacts>(
    reader,
    Prisma.sql`
      SELECT c."check", c.outcome, c.reason, c.started_at AS "startedAt", c.duration_ms AS "durationMs", c.command
      FROM upkeep.check_result c WHERE c.run_id = ${runId}::uuid ORDER BY c.started_at NULLS LAST, c."check"`,
  );
}

export interface FindingFacts extends FindingRow {
  readonly id: string;
  readonly check: string;
}

/** Errors first, those that are left before those that were repaired. */
export async function findingsOf(reader: Reader, runId: string, limit: number): Promise<FindingFacts[]> {
  return read<FindingFacts>(
    reader,
    Prisma.sql`
      SELECT f.id::text AS id, f."check", f.path, f.line, f."column", f.rule, f.severity, f.message, f.fingerprint, f.is_fixed AS "isFixed"
      FROM upkeep.finding f WHERE f.run_id = ${runId}::uuid
      ORDER BY f.is_fixed, f.severity <> 'error', f.path NULLS FIRST, f.line NULLS FIRST, f.id LIMIT ${limit}`,
  );
}

/** Whether the run found something in the file. */
export async function hasFindingIn(reader: Reader, runId: string, path: string): Promise<boolean> {
  return (
    (await readOne(
      reader,
      Prisma.sql`SELECT 1 AS one FROM upkeep.finding f WHERE f.run_id = ${runId}::uuid AND f.path = ${path} LIMIT 1`,
    )) !== null
  );
}

export interface RelatedRun {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly commit: string | null;
  readonly requestedBy: string | null;
  readonly requestedAt: string;
  readonly settledAt: string | null;
}

const MOST_RELATED = 50;

/** Runs of the same trigger, this one with them: they were asked for within the same minutes. */
export async function runsOfTrigger(
  reader: Reader,
  { correlationId, requestedAt }: Pick<DetailedRun, 'correlationId' | 'requestedAt'>,
): Promise<RelatedRun[]> {
  const around = (minutes: number): string => {
    const hex = Math.max(0, requestedAt.getTime() + minutes * 60_000)
      .toString(16)
      .padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
  };
  return read<RelatedRun>(
    reader,
    Prisma.sql`
      SELECT r.id, a.name AS agent, r.trigger, r.state, r.outcome, r.commit, r.requested_by AS "requestedBy",
        ${isoOf(Prisma.sql`r.requested_at`)} AS "requestedAt", ${isoOf(Prisma.sql`r.settled_at`)} AS "settledAt"
      FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id
      WHERE r.id BETWEEN ${around(-15)}::uuid AND ${around(60)}::uuid AND r.correlation_id = ${correlationId} ORDER BY r.id LIMIT ${MOST_RELATED}`,
  );
}

export interface RunEventRow {
  readonly transaction: number;
  readonly sequence: number;
  readonly envelope: object;
}

/** In order. */
export async function eventsOfRun(reader: Reader, runId: string, limit: number): Promise<RunEventRow[]> {
  return read<RunEventRow>(
    reader,
    Prisma.sql`
      SELECT e.transaction::float8 AS transaction, e.sequence::float8 AS sequence, e.envelope FROM upkeep.event e
      WHERE e.run_id = ${runId}::uuid ORDER BY e.transaction, e.sequence LIMIT ${limit}`,
  );
}
