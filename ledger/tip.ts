/** The newest commit of a ledger ref with the state it holds, and the compare-and-swap that moves it. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from '../git/exec-git.ts';
import { foldBatches, loadBatches } from './batches.ts';
import { LedgerError } from './ledger-error.ts';
import { readObjects, type GitObject } from './objects.ts';
import { removeStaleLocks } from './stale-locks.ts';
import { decodeState } from './state-file.ts';
import { emptyState, STATE_SCHEMA_VERSION, type LedgerState } from './state.ts';
import type { Ledger } from './store.ts';

/**
 * `absent`: nothing was recorded yet. `rebuilt`: `state.json` could not be used and was made anew from the events.
 * `lost`: the ref points at nothing that could be read as a ledger.
 */
export type TipHealth = 'absent' | 'ok' | 'rebuilt' | 'lost';

export interface Tip {
  /** Null when absent or lost. */
  readonly sha: string | null;
  readonly state: LedgerState;
  readonly health: TipHealth;
  /** Objects of its commit are missing: nothing may be built on it, because it could not be pushed. */
  readonly broken: boolean;
}

/** What to ask of `readObjects` for the tip of a ref or commit, and the number of requests. */
export function tipRequests(revision: string): readonly [string, string] {
  return [revision, `${revision}:state.json`];
}

/** Makes the tip from the answers to `tipRequests`; reads events only where the state cannot be used. */
export async function tipFrom(ledger: Ledger, revision: string, [commit, file]: readonly (GitObject | null | undefined)[]): Promise<Tip> {
  if (commit?.type !== 'commit') {
    // One `missing` line stands for no ref as well as for a ref to an object that is gone.
    const exists = (commit ?? null) !== null || existsSync(join(ledger.gitDir, revision));
    return { sha: null, state: emptyState(), health: exists ? 'lost' : 'absent', broken: exists };
  }
  const decoded = file?.type === 'blob' ? decodeState(file.content.toString('utf8')) : ({ ok: false, reason: 'corrupt' } as const);
  if (decoded.ok) return { sha: commit.oid, state: decoded.state, health: 'ok', broken: false };
  if (decoded.reason === 'future-version') {
    throw new LedgerError(
      'future-version',
      `the ledger was written by a newer Upkeep (format ${decoded.version}, this one reads ${STATE_SCHEMA_VERSION}): upgrade with "npm i -D upkeep@latest"; nothing was changed`,
    );
  }
  const { batches, damaged } = await loadBatches(ledger, commit.oid);
  return { sha: commit.oid, state: foldBatches(batches), health: 'rebuilt', broken: damaged || file?.type !== 'blob' };
}

/** Reads one tip, and the objects of `more` requests in the same process. */
export async function readTip(
  ledger: Ledger,
  revision: string,
  more: readonly string[] = [],
): Promise<{ tip: Tip; more: readonly (GitObject | null)[] }> {
  for (;;) {
    const answers = await readObjects(ledger, [...tipRequests(revision), ...more, revision]);
    // The ref may move between two lines: state and commit would then not belong together.
    if (answers[0]?.oid !== answers.at(-1)?.oid) continue;
    return { tip: await tipFrom(ledger, revision, answers), more: answers.slice(2, -1) };
  }
}

/** Moves a ref of the ledger from one commit (null: absent) to another, or says that another process was faster. */
export async function moveRef(
  ledger: Ledger,
  ref: string,
  move: { readonly from: string | null; readonly to: string },
): Promise<'moved' | 'lost-race'> {
  try {
    await git(['update-ref', '--no-deref', ref, move.to, move.from ?? '0'.repeat(move.to.length)], { gitDir: ledger.gitDir });
    return 'moved';
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (error.code === 'locked') {
      await removeStaleLocks(ledger.gitDir);
      return 'lost-race';
    }
    if (/but expected|reference already exists|unable to resolve reference/.test(error.stderr)) return 'lost-race';
    throw error;
  }
}

/** Puts a ref that points at nothing readable aside, into a file that people can look at, so that a new one can begin. */
export async function setAsideRef(ledger: Ledger, ref: string): Promise<void> {
  const folder = join(ledger.gitDir, 'upkeep-damaged');
  await mkdir(folder, { recursive: true });
  await rename(join(ledger.gitDir, ref), join(folder, `${ref.replaceAll('/', '-')}-${Date.now()}`)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    },
  );
}
