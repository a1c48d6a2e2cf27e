/** Where the ledger is kept: a private bare repository inside the Git directory, which sees the user's objects and lends them none. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { GitError } from '../git/exec-git.ts';
import { makeBare } from '../git/make-bare.ts';
import { examineStore } from './examine-store.ts';
import { LedgerError } from './ledger-error.ts';
import { mendStore } from './mend-store.ts';
import { writeAlternates } from './users-history.ts';

/** The history that every clone shares, and the one of this clone only. */
export type Scope = 'shared' | 'local';

export const LEDGER_REFS = {
  shared: 'refs/upkeep/ledger',
  local: 'refs/upkeep/local',
  /** The tip of the remote as it was last seen. */
  remote: 'refs/upkeep/remote',
} as const;

/** A handle; nothing is opened, so nothing needs closing. */
export interface Ledger {
  /** The private bare repository; may not be there yet. */
  readonly gitDir: string;
  /** The user's common Git directory. */
  readonly commonDir: string;
  /** The user's objects. */
  readonly objectsDir: string;
}

/** The ledger of the repository with this common Git directory. Makes nothing: a missing one reads as empty. */
export function openLedger(commonDir: string, objectsDir: string = join(commonDir, 'objects')): Ledger {
  const absolute = resolve(commonDir);
  return { gitDir: join(absolute, 'upkeep', 'ledger.git'), commonDir: absolute, objectsDir: resolve(objectsDir) };
}

/** Whether the private repository is there and can be used as one. */
export function ledgerExists(ledger: Ledger): boolean {
  return existsSync(join(ledger.gitDir, 'HEAD')) && examineStore(ledger).ok;
}

/** Hexadecimal digits of an object id: the ledger has the format of the user's repository. */
export function objectIdLength(ledger: Ledger): 40 | 64 {
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(readFileSync(join(ledger.gitDir, 'config'), 'utf8')) ? 64 : 40;
}

/** Makes the private repository when it is not there, or damaged: beside its place, then renamed, so that it is never there by half. */
export async function ensureLedger(ledger: Ledger): Promise<void> {
  if (ledgerExists(ledger)) return;
  // Damaged since the command began, or by a command that does not tell of it.
  await mendStore(ledger);
  const parent = join(ledger.commonDir, 'upkeep');
  const draft = join(parent, `ledger.git.new-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(parent, { recursive: true });
    await removeOldDrafts(parent);
    await makeBare(draft, { like: ledger.commonDir, before: INHERITED, after: OWN });
    await writeAlternates(draft, ledger.objectsDir);
    await rename(draft, ledger.gitDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    // Another process of this clone was faster; its ledger is as good.
    if (ledgerExists(ledger)) return;
    throw asLedgerError(error, ledger);
  }
}

/** The typed error for what Git or the file system said while the ledger was written; a fault of ours stays what it is. */
export function asLedgerError(error: unknown, ledger: Ledger): unknown {
  if (error instanceof LedgerError) return error;
  const code = error instanceof GitError ? error.code : (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string') return error;
  if (['read-only', 'EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new LedgerError('read-only', `the ledger cannot be written: ${ledger.gitDir} is read-only`, { cause: error });
  }
  return new LedgerError('git', `the ledger cannot be written: ${(error as Error).message}`, { cause: error });
}

// How this repository reaches its remotes (credentials, proxies, ssh) holds for the ledger too. First, so that ours wins.
const INHERITED = '[include]\n\tpath = ../../config\n';
const OWN = '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\tlogAllRefUpdates = false\n';

const DRAFT_LIFE_MS = 3_600_000;

/** Drafts of processes that were killed. */
async function removeOldDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('ledger.git.new-')) continue;
    const made = await stat(join(parent, name)).catch(() => null);
    if (made && Date.now() - made.mtimeMs > DRAFT_LIFE_MS) await rm(join(parent, name), { recursive: true, force: true });
  }
}
