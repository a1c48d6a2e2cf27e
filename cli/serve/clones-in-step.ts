/** Keeps the ledgers of the clones that a service uses in step with its database. */
import { createRedactor } from '../../agents/tools/redact.ts';
import { unsentOf } from '../../prisma/runs/outbox-claims.ts';
import { connection } from '../../prisma/sql.ts';
import { createLedgerSync, type SyncedClone } from '../../scheduler/ledger-sync/ledger-sync.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { secretValues } from '../run/secret-values.ts';
import { UsageError } from '../usage-error.ts';
import type { CloneFacts } from './clone-facts.ts';
import type { ServedAsk } from './served-clones.ts';

export interface ClonesInStep {
  /** A round through the clones: what it asks remotes is bounded in time, and the next round goes on. */
  begin(repositoryIds: readonly string[]): Promise<void>;
  /** Before the clone is read; `isChanged`: something of it seems to have changed. False: it may lack what the database knows. Throws LedgerError and what the database says. */
  exchange(repositoryId: string, facts: CloneFacts, isChanged: boolean): Promise<boolean>;
  /** After it was read. */
  bringIn(repositoryId: string, facts: CloneFacts): Promise<void>;
}

/** In one round no remote is asked any more after so long. */
const ROUND_MS = 10_000;

/** The first clone's configuration says how long the database keeps things. */
export function clonesInStep(clones: ReadonlyMap<string, CloneFacts>, ask: ServedAsk): ClonesInStep {
  const { pool, context } = ask;
  const { environment } = context;
  const [first] = clones.values();
  const sync = createLedgerSync({
    pool,
    keepDays: first?.config.scheduler.retention.days ?? 1,
    redact: createRedactor(secretValues(environment.variables)),
    onProblem: (what) => ask.onProblem('a ledger and the database are not in step', new UsageError(what)),
    onNote: (note) => ask.onNote(note),
    monotonic: () => performance.now(),
    signal: ask.signal,
  });
  let unsent: ReadonlySet<string> = new Set();
  let begunAt = 0;
  const cloneOf = (repositoryId: string, { clone, config, ledger, repository }: CloneFacts): SyncedClone => {
    const { checkout, remote, remoteAddress } = clone;
    const { store, fetch, compactAfterDays } = config.ledger;
    const cwd = checkout.root ?? checkout.gitDir;
    const there = remoteAddress === null ? null : { remote, cwd, store, auth: remoteAuth(environment, remoteAddress) };
    return { repositoryId, name: repository.name, ledger, compactAfterDays, remote: there, fetches: fetch };
  };
  return {
    async begin(repositoryIds) {
      begunAt = performance.now();
      unsent = await connection(pool, (sql) => unsentOf(sql, repositoryIds));
    },
    exchange: (repositoryId, facts, isChanged) =>
      sync.exchange(cloneOf(repositoryId, facts), {
        hasUnsent: unsent.has(repositoryId),
        isChanged,
        mayFetch: performance.now() - begunAt < ROUND_MS,
      }),
    async bringIn(repositoryId, facts) {
      const events = await sync.bringIn(cloneOf(repositoryId, facts), facts.reading);
      if (events.length > 0) ask.onForeign?.(events);
    },
  };
}
