/** What a service does now and then for its database: a backup a day, and taking away what is too old to keep. */
import { isBackupDue, backupPath, pruneBackups } from '../prisma/backup/backup-files.ts';
import { makeBackup } from '../prisma/backup/make-backup.ts';
import { asTheOnlyOne } from '../prisma/one-of-many.ts';
import { retireRows, retireRuns, type RetiredTable } from '../prisma/retention.ts';
import { doneLatelyByOthers, writeAudit } from '../prisma/runs/audit-rows.ts';
import { NO_AGENT } from '../prisma/runs/waiting-agents.ts';
import { connection, type ConnectionPool } from '../prisma/sql.ts';

export interface HousekeepingSettings {
  readonly pool: ConnectionPool;
  /** The same database; a backup and the lock take connections of their own. */
  readonly url: string;
  /** Folder of the backups of this machine. */
  readonly backupFolder: string;
  readonly backup: {
    /** How long they are kept; 0: none are made. */
    readonly days: number;
  };
  readonly retention: {
    readonly days: number;
    readonly runsPerAgent: number;
    readonly auditDays: number;
  };
  /** Who does it: `service:<host>`. */
  readonly source: string;
  readonly now: Date;
  /** Ends it before the next batch. */
  readonly signal: AbortSignal;
  /** What could not be done, and is tried again next time. */
  onProblem(what: string, error: unknown): void;
}

export interface Housekept {
  /** Path of the backup that was made. */
  readonly backup: string | null;
  /** Paths of backups that were too old. */
  readonly pruned: readonly string[];
  /** Rows that were too old or too many, without those that belonged to a run. */
  readonly retired: Readonly<Record<RetiredTable | 'runs', number>>;
}

const DAY_SECONDS = 86_400;
/** Of one statement: it holds its locks for some milliseconds. */
const RUNS_BATCH = 100;
const AGENTS_BATCH = 50;
const ROWS_BATCH = 1000;

/** Does what is due. Null: another service is at it. Throws a DatabaseError when the database cannot be reached. */
export async function housekeep(settings: HousekeepingSettings): Promise<Housekept | null> {
  const tried = async <Result>(what: string, work: () => Promise<Result>, otherwise: Result): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      settings.onProblem(what, error);
      return otherwise;
    }
  };
  return asTheOnlyOne(settings.url, 'housekeeping', async () => {
    // First, so that what goes today is in it.
    const backup = await tried('the daily backup could not be made', () => backUp(settings), null);
    const pruned = await tried('old backups could not be removed', () => Promise.resolve(prune(settings)), []);
    const retired = { runs: 0, events: 0, audit: 0, services: 0, outbox: 0, logs: 0 };
    await tried('old runs could not be removed', async () => (retired.runs = await retireAllRuns(settings)), 0);
    for (const table of ['events', 'audit', 'services', 'outbox', 'logs'] as const) {
      await tried(`old ${table} could not be removed`, async () => (retired[table] = await retireAll(table, settings)), 0);
    }
    return { backup, pruned, retired };
  });
}

/** One a day for all services that share the database, and whenever this machine has none of that day if it is alone. */
async function backUp({ pool, url, backupFolder, backup, source, now }: HousekeepingSettings): Promise<string | null> {
  if (backup.days === 0 || !isBackupDue(backupFolder, now)) return null;
  if (await connection(pool, (sql) => doneLatelyByOthers(sql, { action: 'backup', by: source, seconds: DAY_SECONDS }))) return null;
  const { path, bytes } = await makeBackup(url, backupPath(backupFolder, now));
  await connection(pool, (sql) => writeAudit(sql, { by: source, action: 'backup', subject: path, detail: { bytes } }));
  return path;
}

function prune({ backupFolder, backup, now }: HousekeepingSettings): readonly string[] {
  return backup.days === 0 ? [] : pruneBackups(backupFolder, now, backup.days);
}

async function retireAllRuns({ pool, retention, signal }: HousekeepingSettings): Promise<number> {
  const keep = { days: retention.days, perAgent: retention.runsPerAgent };
  let gone = 0;
  let after: string | null = NO_AGENT;
  while (after !== null && !signal.aborted) {
    const ask: Parameters<typeof retireRuns>[2] = { after, agents: AGENTS_BATCH, most: RUNS_BATCH };
    const { rows, last } = await connection(pool, (sql) => retireRuns(sql, keep, ask));
    gone += rows;
    // The same agents again while there is more of theirs.
    if (rows < RUNS_BATCH) after = last;
  }
  return gone;
}

async function retireAll(table: RetiredTable, { pool, retention, signal }: HousekeepingSettings): Promise<number> {
  const days = table === 'audit' ? retention.auditDays : retention.days;
  let gone = 0;
  while (!signal.aborted) {
    const rows = await connection(pool, (sql) => retireRows(sql, table, { days, most: ROWS_BATCH }));
    gone += rows;
    if (rows === 0) break;
  }
  return gone;
}
