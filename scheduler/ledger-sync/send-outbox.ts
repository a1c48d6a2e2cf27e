/** Brings what the database decided to a repository's ledger: in order, in batches, each event once. */
import { append } from '../../ledger/append.ts';
import { eventsSince } from '../../ledger/event-ids.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { milestoneLines } from '../../ledger/milestones.ts';
import { readState } from '../../ledger/read.ts';
import { uuidTime } from '../../ledger/run-order.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { Ledger } from '../../ledger/store.ts';
import { claimOutbox, outboxDone, outboxFailed, outboxRefused, type OutboxClaim } from '../../prisma/runs/outbox-claims.ts';
import { connection, transaction, type ConnectionPool } from '../../prisma/sql.ts';

export interface SendAsk {
  readonly repositoryId: string;
  /** Of the clone that this service uses for it. */
  readonly ledger: Ledger;
  readonly compactAfterDays?: number | undefined;
  /** Takes secrets out of the texts of errors. */
  readonly redact?: (text: string) => string;
}

export interface SendReport {
  /** Events that are in the ledger now, and were not before. */
  readonly appended: number;
  /** Events that no ledger takes, with the reason. */
  readonly refused: readonly { readonly id: string; readonly problem: string }[];
  /** Why the rest waits; null: nothing does. */
  readonly problem: string | null;
}

const MOST = 500;
/** An append waits a minute at most for others that write to the same ledger. */
const HOLD_MS = 120_000;

/** Sends what is due. A ledger that cannot be written is told in the report and tried again later; what the database says is thrown. */
export async function sendOutbox(pool: ConnectionPool, ask: SendAsk): Promise<SendReport> {
  const refused: { id: string; problem: string }[] = [];
  let appended = 0;
  for (;;) {
    const claimed = await transaction(pool, (sql) => claimOutbox(sql, { repositoryId: ask.repositoryId, most: MOST, holdMs: HOLD_MS }));
    const { valid, invalid } = await divide(claimed, ask);
    refused.push(...invalid);
    try {
      appended += await appendNew(valid, claimed, ask);
    } catch (error) {
      const problem = problemOf(error);
      const ids = valid.map(({ id }) => id);
      await connection(pool, (sql) => Promise.all([outboxFailed(sql, ids, problem), outboxRefused(sql, invalid)]));
      return { appended, refused, problem };
    }
    const ids = valid.map(({ id }) => id);
    await transaction(pool, (sql) => Promise.all([outboxDone(sql, ids), outboxRefused(sql, invalid)]));
    if (claimed.length < MOST) return { appended, refused, problem: null };
  }
}

/** Those that were claimed before may be in the ledger already: whoever claimed them did not come back to say so. */
async function appendNew(events: readonly UpkeepEvent[], claimed: readonly OutboxClaim[], ask: SendAsk): Promise<number> {
  if (events.length === 0) return 0;
  const { ledger, compactAfterDays } = ask;
  const isAgain = claimed.some(({ tries }) => tries > 1);
  const since = new Date(Math.min(...events.map(({ id, time }) => uuidTime(id) ?? Date.parse(time))));
  const known = isAgain ? await eventsSince(ledger, 'shared', since) : new Map<string, unknown>();
  const fresh = events.filter(({ id }) => !known.has(id));
  if (fresh.length > 0) await append(ledger, fresh, { scope: 'shared', compactAfterDays });
  const { local } = await readState(ledger);
  const ofClone = events.filter((event) => isHeldHere(local, event));
  if (ofClone.length > 0) await append(ledger, ofClone, { scope: 'local', compactAfterDays });
  return fresh.length;
}

/** What was begun in this clone only holds here before what is shared: whoever steers the service ends it as well. */
function isHeldHere(local: LedgerState, event: UpkeepEvent): boolean {
  if (event.type === 'agent:scheduled') return local.schedules[event.data.agentId ?? '*'] !== undefined;
  if (event.type !== 'agent:resumed') return false;
  const { agentId } = event.data;
  const isMeant = (name: string): boolean => agentId === null || name === agentId || name.startsWith(`${agentId}@`);
  return (
    Object.keys(local.paused).some(isMeant) ||
    Object.entries(local.agents).some(([name, agent]) => isMeant(name) && (agent.pausedBy !== null || agent.inError !== null))
  );
}

interface Divided {
  readonly valid: readonly UpkeepEvent[];
  readonly invalid: readonly { readonly id: string; readonly problem: string }[];
}

/** One that this version takes for no event must not keep the others. */
async function divide(claimed: readonly OutboxClaim[], { redact = (text) => text }: SendAsk): Promise<Divided> {
  const valid: UpkeepEvent[] = [];
  const invalid: { id: string; problem: string }[] = [];
  for (const { id, envelope } of claimed) {
    const event = withoutSecrets(envelope as UpkeepEvent, redact);
    try {
      await milestoneLines([event]);
      valid.push(event);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      invalid.push({ id, problem: error.message });
    }
  }
  return { valid, invalid };
}

/** What went wrong is in the words of tools and hosts. */
function withoutSecrets(event: UpkeepEvent, redact: (text: string) => string): UpkeepEvent {
  if (event.type !== 'agent:failed') return event;
  const { error } = event.data;
  return { ...event, data: { ...event.data, error: { ...error, message: redact(error.message) } } };
}

function problemOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1000);
}
