/**
 * The phase journal of a run: one small file, replaced atomically before each change of anything that outlives us,
 * so that whoever comes after a crash knows what was under way and what was finished.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deliveryFile } from '../git/delivery-record.ts';
import { isProcessAlive, processIdentity } from '../git/process-identity.ts';
import type { ProcessIdentity } from '../git/process-identity.ts';
import type { Repository } from '../git/repository.ts';
import type { UpkeepEvent } from '../ledger/event.ts';
import type { AgentId, DeliveryMode } from '../ledger/outcome.ts';

/** In order. The name says what is about to be done, except `delivered`, `recorded`. */
export const PHASES = ['opened', 'inspecting', 'fixing', 'committed', 'delivering', 'delivered', 'recorded'] as const;
export type Phase = (typeof PHASES)[number];

/** A commit that an agent finished, with what is to be remembered about its run whatever happens next. */
export interface FinishedWork {
  readonly agent: AgentId;
  readonly sha: string;
  readonly base: string;
  /** The settled event as it stands while the commit is not delivered. */
  readonly settled: UpkeepEvent;
}

export interface JournalEntry {
  readonly schemaVersion: 1;
  /** The id of the whole invocation; refs and worktrees carry it. */
  readonly id: string;
  readonly process: ProcessIdentity;
  readonly phase: Phase;
  readonly at: string;
  readonly base: string;
  readonly branch: string | null;
  readonly mode: DeliveryMode;
  /** Absolute folder of this run's worktrees. */
  readonly worktrees: string;
  readonly finished: readonly FinishedWork[];
  /** Set from `delivering` on: the branch is to move from → to. */
  readonly move: { readonly branch: string; readonly from: string; readonly to: string } | null;
}

export interface Journal {
  readonly entry: JournalEntry;
  /** Writes the next state to disk before returning; agents run side by side, so an earlier phase does not take a later one back. */
  advance(phase: Phase, change?: Partial<Pick<JournalEntry, 'finished' | 'move'>>): void;
  /** The run ended and everything it did is recorded. */
  close(): void;
}

export type JournalStart = Pick<JournalEntry, 'id' | 'base' | 'branch' | 'mode' | 'worktrees'>;

/** Opens the journal of a new run in `<commonDir>/upkeep/journal/<id>.json`. */
export function openJournal(commonDir: string, start: JournalStart): Journal {
  const folder = journalFolder(commonDir);
  mkdirSync(folder, { recursive: true });
  let entry: JournalEntry = {
    schemaVersion: 1,
    process: processIdentity(),
    phase: 'opened',
    at: new Date().toISOString(),
    finished: [],
    move: null,
    ...start,
  };
  write(folder, entry);
  return {
    get entry() {
      return entry;
    },
    advance(phase, change = {}) {
      const isForward = PHASES.indexOf(phase) > PHASES.indexOf(entry.phase);
      entry = { ...entry, ...change, phase: isForward ? phase : entry.phase, at: new Date().toISOString() };
      write(folder, entry);
    },
    close() {
      rmSync(join(folder, `${entry.id}.json`), { force: true });
    },
  };
}

/** Journals whose process is gone, oldest first. A file that cannot be read as a journal is left alone and named in `unreadable`. */
export function abandonedJournals(commonDir: string): { entries: JournalEntry[]; unreadable: string[] } {
  const folder = journalFolder(commonDir);
  const entries: JournalEntry[] = [];
  const unreadable: string[] = [];
  for (const name of listFolder(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    try {
      const entry = JSON.parse(readFileSync(path, 'utf8')) as JournalEntry;
      if (entry.schemaVersion !== 1 || typeof entry.id !== 'string') unreadable.push(path);
      else if (!isProcessAlive(entry.process)) entries.push(entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable.push(path);
    }
  }
  return { entries: entries.sort((a, b) => a.at.localeCompare(b.at)), unreadable };
}

/** Whether there is anything for recovery to look at: journals of runs, or a branch that was on its move; one directory read. */
export function hasLeftovers({ commonDir, gitDir }: Pick<Repository, 'commonDir' | 'gitDir'>): boolean {
  return listFolder(journalFolder(commonDir)).length > 0 || existsSync(deliveryFile({ gitDir }, 'json'));
}

/** Forgets an abandoned journal after it has been recovered. */
export function removeJournal(commonDir: string, id: string): void {
  rmSync(join(journalFolder(commonDir), `${id}.json`), { force: true });
}

function journalFolder(commonDir: string): string {
  return join(commonDir, 'upkeep', 'journal');
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function write(folder: string, entry: JournalEntry): void {
  const path = join(folder, `${entry.id}.json`);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    // Goes on after a write that took only a part, as on a disk that is filling up.
    writeFileSync(file, JSON.stringify(entry));
    fsyncSync(file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
