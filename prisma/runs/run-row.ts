/** Runs as the queue sees them. */

/** Raised when a run's row means something that earlier versions would misread; they leave such runs to newer ones. */
export const PAYLOAD_VERSION = 1;

/** What somebody or something asked for. */
export interface NewRun {
  readonly id: string;
  readonly repositoryId: string;
  readonly agentId: string;
  readonly trigger: string;
  readonly priority: string;
  readonly labels: readonly string[];
  /** Milliseconds; smallest first. */
  readonly rank: number;
  /** Null: the newest commit of the branch. */
  readonly base: string | null;
  readonly isForced: boolean;
  readonly slotAt: Date | null;
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly eligibleAt: Date;
  readonly correlationId: string;
}

/** A run that has got room: a job of the queue is to carry it. */
export interface AdmittedRun {
  readonly id: string;
  readonly jobId: string;
  readonly repositoryId: string;
  readonly agentId: string;
  readonly priority: string;
  readonly eligibleAt: Date;
}

/** A run that this service holds. `attempt` is the fence of all that it writes. */
export interface ClaimedRun {
  readonly id: string;
  readonly attempt: number;
  readonly jobId: string;
  readonly repositoryId: string;
  readonly agentId: string;
  /** `backend`, `qa` … */
  readonly agent: string;
  readonly branch: string;
  readonly trigger: string;
  readonly priority: string;
  readonly base: string | null;
  readonly isForced: boolean;
  readonly payloadVersion: number;
  readonly retries: number;
  readonly crashes: number;
  readonly slotAt: Date | null;
  readonly requestedAt: Date;
  readonly eligibleAt: Date;
  readonly startedAt: Date;
  readonly correlationId: string;
  /** Who wants it cancelled; null: nobody. */
  readonly cancelBy: string | null;
}

/** Which attempt of which run a write belongs to. */
export interface Fence {
  readonly id: string;
  readonly attempt: number;
}

/**
 * Whether `run r`, found by its id, is in a state. Written so that the planner takes no index of runs in that state: it believes them
 * to be nearly empty, as they were when it looked, and would go through all of a full queue.
 */
export function isInState(state: 'waiting' | 'queued' | 'running'): string {
  return `r.state || '' = '${state}'`;
}

/** Milliseconds since 1970: quicker to make and to read than the text of a time. */
const inMilliseconds = (column: string): string => `date_part('epoch', ${column}) * 1000`;

/** Of `run r` and its `agent a`, what makes a ClaimedRun; its times are milliseconds. */
export const CLAIMED_COLUMNS = `r.id, r.attempt, r.job_id AS "jobId", r.repository_id AS "repositoryId", r.agent_id AS "agentId",
  a.name AS agent, a.branch, r.trigger, r.priority, r.base, r.is_forced AS "isForced", r.payload_version AS "payloadVersion",
  r.retries, r.crashes, ${inMilliseconds('r.slot_at')} AS "slotAt", ${inMilliseconds('r.requested_at')} AS "requestedAt",
  ${inMilliseconds('r.eligible_at')} AS "eligibleAt", ${inMilliseconds('r.started_at')} AS "startedAt",
  r.correlation_id AS "correlationId", r.cancel_by AS "cancelBy"`;

/** A row of `CLAIMED_COLUMNS`. */
export type ClaimedRow = {
  readonly [Key in keyof ClaimedRun]: ClaimedRun[Key] extends Date
    ? number
    : ClaimedRun[Key] extends Date | null
      ? number | null
      : ClaimedRun[Key];
};

/** The row with its times as dates. */
export function withDates<Row extends ClaimedRow>(row: Row): Omit<Row, keyof ClaimedRow> & ClaimedRun {
  return {
    ...row,
    slotAt: row.slotAt === null ? null : new Date(row.slotAt),
    requestedAt: new Date(row.requestedAt),
    eligibleAt: new Date(row.eligibleAt),
    startedAt: new Date(row.startedAt),
  };
}
