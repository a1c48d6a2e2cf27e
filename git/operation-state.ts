import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitDirectory } from './repository.ts';

/** What a person has begun and not ended in a working tree. */
export type GitOperation = 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect' | 'am';

// In order: a rebase that stops at a conflict has CHERRY_PICK_HEAD as well.
const TRACES: readonly (readonly [string, GitOperation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'am'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['sequencer', 'cherry-pick'],
  ['BISECT_LOG', 'bisect'],
];

/** The operation that is open in this working tree (each linked one has its own), or null. */
export async function operationInProgress(repository: GitDirectory): Promise<GitOperation | null> {
  for (const [trace, operation] of TRACES) {
    if (await exists(join(repository.gitDir, trace))) return operation;
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
