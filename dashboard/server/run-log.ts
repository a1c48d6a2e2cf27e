/** The log of one check of a run, a part at a time. */
import { logSizes, readLog } from '../../prisma/runs/check-logs.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { MOST_LOG_BYTES } from '../wire/run-schema.ts';
import { DashboardError } from './errors.ts';

/** Pieces are up to 64 kB. */
const MOST_PIECES = 64;

/** What was printed last is written soon after the end. */
const LAST_WRITES_MS = 3_000;

/** Whether nothing more will come. */
export function isOver({ settledAt }: { readonly settledAt: Date | null }, now: Date): boolean {
  return settledAt !== null && now.getTime() - settledAt.getTime() > LAST_WRITES_MS;
}

export interface LogPart {
  readonly text: string;
  readonly from: number;
  readonly next: number;
  readonly size: number;
  readonly isOver: boolean;
}

/** From the byte `after` on, whole characters. Throws DashboardError `NOT-FOUND-LOG` where none was kept. */
export async function checkLog(
  pool: ConnectionPool,
  {
    runId,
    check,
    after,
    isSettled,
  }: { readonly runId: string; readonly check: string; readonly after: number; readonly isSettled: boolean },
): Promise<LogPart> {
  const [pieces, sizes] = await connection(pool, async (sql) => [
    await readLog(sql, { runId, check, after, most: MOST_PIECES }),
    await logSizes(sql, runId),
  ]);
  const size = sizes.find((one) => one.check === check)?.size;
  if (size === undefined) {
    if (isSettled) throw new DashboardError('NOT-FOUND-LOG', 'no log of this check was kept: it printed nothing, or is too old');
    return { text: '', from: 0, next: 0, size: 0, isOver: false };
  }
  const first = pieces[0]?.place ?? 0;
  const bytes = Buffer.from(pieces.map(({ text }) => text).join(''));
  const begin = characterAt(bytes, Math.min(Math.max(after - first, 0), bytes.length));
  const end = characterAt(bytes, Math.min(begin + MOST_LOG_BYTES, bytes.length));
  const next = first + end;
  return { text: bytes.toString('utf8', begin, end), from: first + begin, next, size, isOver: isSettled && next >= size };
}

/** The beginning of the character that a byte is of. */
function characterAt(bytes: Buffer, at: number): number {
  let begin = at;
  while (begin > 0 && begin < bytes.length && ((bytes[begin] ?? 0) & 0xc0) === 0x80) begin -= 1;
  return begin;
}
