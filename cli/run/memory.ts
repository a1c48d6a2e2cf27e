/** What is remembered, and where this run remembers: the shared ledger in CI and when it pushes, this clone's own otherwise. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remoteSentence, remoteUrl } from '../../git/remote-access.ts';
import { remoteSilence } from '../../git/remote-silence.ts';
import type { RemoteSilence } from '../../git/remote-silence.ts';
import type { Repository } from '../../git/repository.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import { garbledRefs, lossSentence } from '../../ledger/lost-refs.ts';
import { mendStore } from '../../ledger/mend-store.ts';
import { readState } from '../../ledger/read.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { ledgerExists, openLedger } from '../../ledger/store.ts';
import type { Ledger, Scope } from '../../ledger/store.ts';
import type { Environment } from '../environment.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import type { LoadedRun } from './prepare-run.ts';

/** A laptop asks the remote for the shared ledger at most so often, and waits at most so long; CI needs it, or streaks would be forgotten. */
const FRESH_MS = 5 * 60_000;
const PATIENCE_MS = 3_000;

export interface Memory {
  readonly ledger: Ledger;
  /** The shared history with this clone's own laid over it. */
  readonly state: LedgerState;
  /** The shared history alone. */
  readonly shared: LedgerState;
  /** Sequence of the shared history that was read: proves which of two runs started later. */
  readonly seen: number;
  readonly scope: Scope;
  /** Name of the remote, or null when there is none. */
  readonly remote: string | null;
  /** Its address, which may hold credentials: never print it. */
  readonly remoteAddress: string | null;
  /** ISO time from which the remote is asked again; null: never; `now`: by every run. */
  readonly answersUntil: string | null;
  /** Sentences for the report: a remote that did not answer. */
  readonly notes: readonly string[];
  /** Whether the remote keeps this command waiting. */
  readonly silence: RemoteSilence;
  record(events: readonly UpkeepEvent[]): Promise<void>;
  reload(): Promise<void>;
}

/** Reads the ledger, after a look at the remote's where that is due. */
export async function openMemory(ask: {
  repository: Repository;
  run: LoadedRun;
  ci: boolean;
  mode: DeliveryMode;
  environment: Environment;
}): Promise<Memory> {
  const { repository, ci, mode } = ask;
  const ledger = openLedger(repository.commonDir);
  const scope: Scope = ci || mode === 'push' || mode === 'pull-request' ? 'shared' : 'local';
  const { hasRemote } = await import('../../git/remote-name.ts');
  const { ledger: settings, delivery } = ask.run.loaded.config;
  const name = delivery.remote;
  const remote = (await hasRemote(repository, name)) ? name : null;
  const mended = await mendStore(ledger);
  const notes = mended === null ? [] : [mended];
  const garbled = garbledRefs(ledger);
  const silence = remoteSilence();
  const remoteAddress = remote === null ? null : await remoteUrl(repository, remote);
  const auth = remoteAuth(ask.environment, remoteAddress);
  const place = { remote: name, cwd: repository.root ?? repository.gitDir, store: settings.store, auth };
  if (remote !== null && settings.fetch && (scope === 'shared' || !isFresh(repository) || !ledgerExists(ledger))) {
    const { fetchShared } = await import('../../ledger/sync.ts');
    const fetched = await fetchShared(ledger, { ...place, ...(scope === 'shared' ? {} : { timeoutMs: PATIENCE_MS }) });
    if (!fetched.ok) {
      silence.heard(fetched.reason);
      const why =
        fetched.reason === 'corrupt'
          ? `the shared ledger of ${remote} cannot be read`
          : await remoteSentence(repository, remote, fetched.reason);
      notes.push(`${why}: this run goes by what this clone remembers`);
    }
    markFresh(repository);
  }
  const first = await readState(ledger);
  let { layered, shared } = first;
  const loss = mended === null ? lossSentence(ledger, { garbled, health: first.health }) : null;
  if (loss !== null) notes.push(loss);
  return {
    ledger,
    scope,
    remote,
    remoteAddress,
    notes,
    silence,
    answersUntil: remote === null || !settings.fetch ? null : scope === 'shared' ? 'now' : freshUntil(repository),
    get state() {
      return layered;
    },
    get shared() {
      return shared;
    },
    get seen() {
      return shared.sequence;
    },
    async record(events) {
      const { append } = await import('../../ledger/append.ts');
      await append(ledger, events, { scope, compactAfterDays: settings.compactAfterDays });
      // Whoever waited for the remote has said so already.
      if (scope === 'local' || remote === null || silence.why() !== null) return;
      const { pushShared } = await import('../../ledger/sync.ts');
      const pushed = await pushShared(ledger, place);
      if (pushed.ok) return;
      silence.heard(pushed.reason);
      const why = silence.why();
      notes.push(
        why === null
          ? `the shared ledger could not be pushed to ${remote} (${pushed.reason}): the next run tries again`
          : `${await remoteSentence(repository, remote, why)}: the next run pushes the shared ledger`,
      );
    },
    async reload() {
      ({ layered, shared } = await readState(ledger));
    },
  };
}

function stamp(repository: Repository): string {
  return join(repository.commonDir, 'upkeep', 'cache', 'ledger-fetched');
}

function isFresh(repository: Repository): boolean {
  try {
    return Date.now() - statSync(stamp(repository)).mtimeMs < FRESH_MS;
  } catch {
    return false; // never asked
  }
}

function freshUntil(repository: Repository): string {
  return new Date(statSync(stamp(repository)).mtimeMs + FRESH_MS).toISOString();
}

function markFresh(repository: Repository): void {
  mkdirSync(join(repository.commonDir, 'upkeep', 'cache'), { recursive: true });
  writeFileSync(stamp(repository), '');
}
