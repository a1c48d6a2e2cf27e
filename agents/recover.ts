/** Cleans up after runs that ended early and keeps what they had finished. */
import { rm } from 'node:fs/promises';
import { isAncestor } from '../git/ancestry.ts';
import type { StandingLock } from '../git/dead-locks.ts';
import { GitError } from '../git/git-error.ts';
import { recoverLocal } from '../git/recover-local.ts';
import { listRefs, resolveRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { pruneWorktrees } from '../git/worktree.ts';
import type { UpkeepEvent } from '../ledger/event.ts';
import { setOwnRef, suggestRef } from './delivery/own-refs.ts';
import { abandonedJournals, hasLeftovers, removeJournal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { sweepTemporaryFiles } from './sweep-temporary-files.ts';
import { dropDeadRunLock } from './run-lock.ts';
import { endOrphans } from './tools/find-orphans.ts';

export interface RecoverRequest {
  readonly repository: Repository;
  /** Runs whose events the ledger already has are not recorded twice. */
  isRecorded(runId: string): boolean;
  record(events: readonly UpkeepEvent[]): Promise<void>;
}

/** Returns one sentence for everything that was cleaned up or kept; empty when there was nothing to do. */
export async function recover(request: RecoverRequest): Promise<string[]> {
  const { repository } = request;
  if (!hasLeftovers(repository)) return [];
  sweepTemporaryFiles(repository.commonDir);
  dropDeadRunLock(repository.commonDir);
  const { entries, unreadable } = abandonedJournals(repository.commonDir);
  const sentences = unreadable.map((path) => `${path} is not a journal of this version and was left alone`);
  // First, because where the branch is decides what is kept; also without a journal, as after `agent accept`.
  sentences.push(...(await settleMove(repository)));
  for (const entry of entries) sentences.push(...(await recoverRun(entry, request)));
  return sentences;
}

async function recoverRun(entry: JournalEntry, request: RecoverRequest): Promise<string[]> {
  const { repository } = request;
  await endOrphans(entry.id);
  await pruneWorktrees(repository, (runId) => runId !== entry.id);
  await rm(entry.worktrees, { recursive: true, force: true });
  const run = `the run ${entry.id.slice(0, 8)} of ${entry.at}`;
  const sentences = [
    entry.phase === 'recorded'
      ? `${run} had not put everything away: that is done now`
      : `${run} ended early while it was ${entry.phase}: its worktrees and processes are gone`,
  ];
  try {
    sentences.push(...(await keepFinished(entry, request)));
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== 'locked') throw error;
    // Its journal stays, so this is tried again.
    return [`${run} cannot be cleaned up yet: ${error.message}; when no git is running here, delete that file`];
  }
  removeJournal(repository.commonDir, entry.id);
  return sentences;
}

/** A branch that was about to move has either moved or not; in between there is only what git left half done. */
async function settleMove(repository: Repository): Promise<string[]> {
  const { state, branch, kept, lock } = await recoverLocal(repository);
  switch (state) {
    case 'untouched':
      return [];
    case 'busy':
      return [lock === null ? `git is still moving ${branch ?? 'the branch'}: try again when it has ended` : inTheWay(branch, lock)];
    case 'completed':
      return [`git had been stopped while it moved ${branch}: it is moved now`];
    case 'restored':
      return [
        `git had been stopped while it moved ${branch}: the checkout is as it was before${kept.length === 0 ? '' : `; changed since, so left alone: ${kept.join(', ')}`}`,
      ];
  }
}

function inTheWay(branch: string | null, { path, holder }: StandingLock): string {
  const stopped = `git had been stopped while it moved ${branch}, and ${path} is in the way of putting that right`;
  const again = 'then run `agent recover` again';
  if (typeof holder === 'number') return `${stopped}: the git process ${holder} may hold it; wait until that has ended, ${again}`;
  return `${stopped}: nothing proves that nobody holds it; when no git is running here, delete that file, ${again}`;
}

/** Finished commits wait for the next run that may deliver; their outcomes are remembered. */
export async function keepFinished(entry: JournalEntry, request: RecoverRequest): Promise<string[]> {
  const { repository } = request;
  const sentences: string[] = [];
  const events: UpkeepEvent[] = [];
  for (const work of entry.finished) {
    const delivered = await isDelivered(entry, repository);
    if (!request.isRecorded(work.settled.data.runId)) events.push(delivered ? asDelivered(work.settled) : work.settled);
    if (delivered) continue;
    await setOwnRef(repository, suggestRef(work.agent), work.sha);
    sentences.push(
      `${work.agent} had finished ${work.sha.slice(0, 9)}: it is kept and the next run delivers it (or \`agent accept ${work.agent}\`)`,
    );
  }
  if (events.length > 0) await request.record(events);
  await dropRunRefs(entry, repository);
  return sentences;
}

async function dropRunRefs(entry: JournalEntry, repository: Repository): Promise<void> {
  const refs = await listRefs(repository, `refs/upkeep/runs/${entry.id}/`);
  for (const ref of refs.keys()) await setOwnRef(repository, ref, null);
}

async function isDelivered(entry: JournalEntry, repository: Repository): Promise<boolean> {
  if (entry.phase === 'delivered' || entry.phase === 'recorded') return true;
  if (entry.phase !== 'delivering' || entry.move === null || entry.mode !== 'local') return false;
  const tip = await resolveRef(repository, `refs/heads/${entry.move.branch}`);
  return tip !== null && (await isAncestor(repository, entry.move.to, tip));
}

function asDelivered(event: UpkeepEvent): UpkeepEvent {
  return event.type === 'agent:completed' || event.type === 'agent:failed'
    ? ({ ...event, data: { ...event.data, delivered: true } } as UpkeepEvent)
    : event;
}
