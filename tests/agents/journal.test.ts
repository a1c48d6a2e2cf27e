import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { abandonedJournals, openJournal } from '../../agents/journal.ts';
import { takeRunLock } from '../../agents/run-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upkeep-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = { id: 'run-1', base: 'a'.repeat(40), branch: 'main', mode: 'local' as const, worktrees: '/nowhere' };
const journalFolder = (): string => join(folder, 'upkeep', 'journal');

/** A process that ran and is gone. */
function deadProcess(): { pid: number; startedAt: string; bootId: null } {
  return { pid: spawnSync(process.execPath, ['-e', '0']).pid, startedAt: '1', bootId: null };
}

describe('the journal', () => {
  it('is on disk before the phase begins and gone when the run ended', () => {
    const journal = openJournal(folder, start);
    journal.advance('committed');
    expect(readdirSync(journalFolder())).toEqual(['run-1.json']);
    journal.close();
    expect(readdirSync(journalFolder())).toEqual([]);
  });

  it('never goes back to an earlier phase', () => {
    const journal = openJournal(folder, start);
    journal.advance('committed');
    journal.advance('fixing');
    expect(journal.entry.phase).toBe('committed');
  });

  it('is not abandoned while its process lives', () => {
    openJournal(folder, start);
    expect(abandonedJournals(folder).entries).toEqual([]);
  });

  it('is abandoned when its process is gone', () => {
    const journal = openJournal(folder, start);
    writeFileSync(join(journalFolder(), 'run-1.json'), JSON.stringify({ ...journal.entry, process: deadProcess() }));
    expect(abandonedJournals(folder).entries.map((entry) => entry.id)).toEqual(['run-1']);
  });

  it('names files that are no journals and leaves them alone', () => {
    openJournal(folder, start).close();
    const path = join(journalFolder(), 'torn.json');
    writeFileSync(path, '{"schemaVersion":');
    expect(abandonedJournals(folder)).toEqual({ entries: [], unreadable: [path] });
  });
});

describe('the run lock', () => {
  it('is refused while another run has it, and free after that', () => {
    const first = takeRunLock(folder);
    if (!first.ok) throw new Error('not free');
    expect(takeRunLock(folder)).toMatchObject({ ok: false, pid: process.pid });
    first.lock.release();
    const again = takeRunLock(folder);
    expect(again.ok).toBe(true);
  });

  it('is taken over from a process that is gone', () => {
    const first = takeRunLock(folder);
    expect(first.ok).toBe(true);
    writeFileSync(join(folder, 'upkeep', 'run.lock'), JSON.stringify({ process: deadProcess(), since: 'x' }));
    expect(takeRunLock(folder).ok).toBe(true);
    expect(readdirSync(join(folder, 'upkeep')).filter((name) => name !== 'run.lock')).toEqual([]);
  });
});
