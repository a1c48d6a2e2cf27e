/** Keeps the ledgers of clones and the database in step, one clone at a time: remote → clone ↔ database. */
import { remoteSentence } from '../../git/remote-access.ts';
import { garbledRefs, lossSentence } from '../../ledger/lost-refs.ts';
import { mendStore } from '../../ledger/mend-store.ts';
import { readState, type LedgerReading } from '../../ledger/read.ts';
import type { RemoteLedger } from '../../ledger/remote-ledger.ts';
import type { Ledger } from '../../ledger/store.ts';
import { fetchShared, pushShared } from '../../ledger/sync.ts';
import { ledgerPosition, type LedgerPosition } from '../../prisma/runs/ledger-facts.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { standingOf } from './compare-position.ts';
import { importLedger, type ImportReport } from './import-ledger.ts';
import { restoreLedger } from './restore-ledger.ts';
import { sendOutbox } from './send-outbox.ts';
import { tellOnce } from './tell-once.ts';

/** A clone that this service uses. */
export interface SyncedClone {
  readonly repositoryId: string;
  /** For people. */
  readonly name: string;
  readonly ledger: Ledger;
  readonly compactAfterDays: number;
  /** Where the shared ledger is besides here; null: nowhere. */
  readonly remote: RemoteLedger | null;
  /** Whether the remote is asked now and then what others did. */
  readonly fetches: boolean;
}

export interface LedgerSyncSettings {
  readonly pool: ConnectionPool;
  /** Days that the database keeps: older events of a ledger are not read, and older ones of the database not given back. */
  readonly keepDays: number;
  /** Takes secrets out of what goes to a ledger. */
  redact(text: string): string;
  /** What people should know: told once, and again when it changes. */
  onProblem(what: string): void;
  onNote(note: string): void;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  readonly signal?: AbortSignal | undefined;
}

export interface ExchangeAsk {
  /** Whether something is in the outbox for it. */
  readonly hasUnsent: boolean;
  /** Whether something of it seems to have changed since the last time. */
  readonly isChanged: boolean;
  /** Whether there is time to talk to its remote. */
  readonly mayFetch: boolean;
}

export interface LedgerSync {
  /**
   * Before a ledger is read: hears what others did, tells what was decided here, gives back what was lost. False: the clone may
   * lack what the database knows, so its state decides nothing. Throws what the database says, and LedgerError for a ledger of a newer version.
   */
  exchange(clone: SyncedClone, ask: ExchangeAsk): Promise<boolean>;
  /** After it was read: history goes into the database. Returns the events that were new there. */
  bringIn(clone: SyncedClone, reading: LedgerReading): Promise<readonly EventRow[]>;
}

const FETCH_EVERY_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** A remote that takes longer is tried again later. */
const REMOTE_MS = 20_000;
const DAY_MS = 86_400_000;

const NOTHING: ImportReport = { events: [], runs: 0, deadLetters: 0 };

interface Seen {
  /** When the remote may be asked again. */
  nextFetchAt: number;
  failures: number;
  /** Whether the clone holds what the remote may lack. */
  isUnpushed: boolean;
  /** Whether it holds all that the database knows, as it was last seen; null: not looked at yet. */
  isTrusted: boolean | null;
  /** Commits that are in the database. */
  readonly tips: { shared: string | null; local: string | null };
}

export function createLedgerSync(settings: LedgerSyncSettings): LedgerSync {
  const { pool } = settings;
  const clones = new Map<string, Seen>();
  const tell = tellOnce((what) => settings.onProblem(what));
  const seenOf = (clone: SyncedClone): Seen => {
    const known = clones.get(clone.repositoryId);
    if (known !== undefined) return known;
    const fresh: Seen = { nextFetchAt: 0, failures: 0, isUnpushed: !clone.fetches, isTrusted: null, tips: { shared: null, local: null } };
    clones.set(clone.repositoryId, fresh);
    return fresh;
  };
  const since = (): Date => new Date(Date.now() - settings.keepDays * DAY_MS);
  const patience = { timeoutMs: REMOTE_MS, firstReplyMs: REMOTE_MS / 2, signal: settings.signal };

  /** The remote is asked again after a minute; after it failed, less and less often. */
  function noteAnswer(seen: Seen, isGood: boolean): void {
    seen.failures = isGood ? 0 : seen.failures + 1;
    seen.nextFetchAt = settings.monotonic() + Math.min(FETCH_EVERY_MS * 2 ** seen.failures, LONGEST_PAUSE_MS);
  }

  /** Whether the remote answered. */
  async function hear(clone: SyncedClone, remote: RemoteLedger, seen: Seen): Promise<boolean> {
    const fetched = await fetchShared(clone.ledger, { ...remote, ...patience });
    noteAnswer(seen, fetched.ok);
    if (fetched.ok) {
      if (fetched.added > 0 || fetched.sha === null) seen.isUnpushed = true;
      tell(`${clone.repositoryId} fetch`, null);
      return true;
    }
    const why = fetched.reason === 'corrupt' ? fetched.message : await sentenceOf(clone, remote, fetched.reason);
    tell(`${clone.repositoryId} fetch`, `${clone.name}: ${why}; what others did there is not heard of until it answers`);
    return false;
  }

  async function push(clone: SyncedClone, remote: RemoteLedger, seen: Seen): Promise<void> {
    const pushed = await pushShared(clone.ledger, { ...remote, ...patience, patienceMs: REMOTE_MS });
    seen.isUnpushed = !pushed.ok;
    if (!pushed.ok) noteAnswer(seen, false);
    const subject = `${clone.repositoryId} push`;
    if (pushed.ok) return tell(subject, null);
    const isRefused = pushed.culprit !== 'remote';
    const why = isRefused
      ? `the shared ledger could not be pushed (${pushed.reason}): ${pushed.message}`
      : await sentenceOf(clone, remote, pushed.reason);
    tell(subject, `${clone.name}: ${why}; until then only the clone knows what was decided here`);
  }

  async function send(clone: SyncedClone, seen: Seen): Promise<boolean> {
    const sent = await sendOutbox(pool, { ...clone, redact: (text) => settings.redact(text) });
    for (const { problem } of sent.refused) settings.onProblem(`${clone.name}: ${problem}`);
    const waits = sent.problem === null ? null : `${clone.name}: what was decided here could not be written to the ledger: ${sent.problem}`;
    tell(`${clone.repositoryId} send`, waits);
    if (sent.appended > 0) seen.isUnpushed = true;
    return sent.appended > 0;
  }

  async function restore(clone: SyncedClone, seen: Seen): Promise<void> {
    const given = await restoreLedger(pool, { ...clone, since: since() });
    if (given === 0) return;
    seen.isUnpushed = true;
    settings.onNote(`${clone.name}: its ledger lacked ${given} events that the database holds; they were given back to it`);
  }

  async function lacksSome(clone: SyncedClone, seen: Seen): Promise<boolean> {
    const garbled = garbledRefs(clone.ledger);
    const { tips, health } = await readState(clone.ledger);
    const loss = lossSentence(clone.ledger, { garbled, health });
    tell(`${clone.repositoryId} loss`, loss === null ? null : `${clone.name}: ${loss}`);
    const standing = await standingOf(clone.ledger, tips.shared, seen.tips.shared ?? (await positionOf(clone)).tip);
    return standing === 'lost' || standing === 'other';
  }

  const positionOf = (clone: SyncedClone): Promise<LedgerPosition> => connection(pool, (sql) => ledgerPosition(sql, clone.repositoryId));

  return {
    async exchange(clone, { hasUnsent, isChanged, mayFetch }) {
      const seen = seenOf(clone);
      const remote = clone.fetches ? clone.remote : null;
      const mended = await mendStore(clone.ledger);
      if (mended !== null) settings.onProblem(`${clone.name}: ${mended}`);
      const isDue = mayFetch && settings.monotonic() >= seen.nextFetchAt;
      let heard = remote !== null && isDue ? await hear(clone, remote, seen) : null;
      const isNew = hasUnsent && (await send(clone, seen));
      if (isChanged || isNew || heard === true || seen.isTrusted !== true) {
        let lacks = await lacksSome(clone, seen);
        if (lacks && remote !== null && heard === null && mayFetch && seen.failures === 0) {
          // Before anything is given back: the remote may have it.
          heard = await hear(clone, remote, seen);
          if (heard) lacks = await lacksSome(clone, seen);
        }
        const isComplete = remote === null || heard === true;
        if (lacks && isComplete) await restore(clone, seen);
        seen.isTrusted = !lacks || isComplete;
      }
      const mayPush = heard !== false && (isNew || isDue || heard === true) && (isDue || seen.failures === 0);
      if (clone.remote !== null && seen.isUnpushed && mayPush) await push(clone, clone.remote, seen);
      return seen.isTrusted === true;
    },
    async bringIn(clone, { tips, shared, local, health }) {
      const { repositoryId, ledger, name } = clone;
      const seen = seenOf(clone);
      const damaged = health.shared === 'rebuilt' || health.local === 'rebuilt';
      const sentence = `${name}: the ledger's state could not be read and was made anew from its events`;
      tell(`${repositoryId} health`, damaged ? sentence : null);
      const events: EventRow[] = [];
      let deadLetters = 0;
      for (const scope of ['shared', 'local'] as const) {
        const tip = tips[scope];
        if (tip === null || tip === seen.tips[scope]) continue;
        const from = seen.tips[scope] ?? (scope === 'shared' ? (await positionOf(clone)).tip : null);
        const { sequence } = scope === 'shared' ? shared : local;
        const ask = { repositoryId, ledger, scope, tip, sequence, from, since: since() };
        const report = tip === from ? NOTHING : await importLedger(pool, ask);
        seen.tips[scope] = tip;
        events.push(...report.events);
        deadLetters += report.deadLetters;
      }
      if (deadLetters > 0)
        settings.onProblem(`${name}: ${deadLetters} lines of its ledger are no events; "agent log --dead-letters" lists them`);
      return events;
    },
  };
}

function sentenceOf({ ledger }: SyncedClone, { remote }: RemoteLedger, reason: string): Promise<string> {
  return remoteSentence({ gitDir: ledger.commonDir }, remote, reason);
}
