import type { Frozen, WrittenPath } from '../ledger/state.ts';

/** One change of a file by an automatic commit; blob ids, null where the file did not exist. */
export interface BlobChange {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What is remembered of earlier automatic commits and of what people undid. */
export interface ChangeMemory {
  /** States that automatic commits gave to files of the branch. */
  readonly written: readonly WrittenPath[];
  /** Contents that people took back. */
  readonly undone: Frozen['blobs'];
  /** Whether the branch is known to stand at what is checked. */
  readonly isTip: boolean;
  /** A person asks for a run whatever people took back before. */
  readonly isForced: boolean;
}

export interface RefusedChange {
  readonly path: string;
  readonly why: string;
  /** Whether a person may have it made all the same, by `--force`. */
  readonly mayForce: boolean;
}

/**
 * Changes that must not be made: the new content is one that an earlier automatic commit replaced (A→B→A: two fixers
 * undo each other), or one that a person undid.
 */
export function refusedChanges(changes: readonly BlobChange[], memory: ChangeMemory): RefusedChange[] {
  const refused: RefusedChange[] = [];
  for (const { path, to } of changes) {
    if (to === null) continue;
    const states = memory.written.find((written) => written.path === path)?.states ?? [];
    const earlier = states.findIndex((state, index) => index > 0 && state.blob === to);
    const opponent = states[earlier - 1];
    if (earlier > 0 && opponent !== undefined) {
      refused.push({
        path,
        why: `${opponent.agent ?? 'somebody'} changed it away from exactly this content: two fixers undo each other`,
        mayForce: false,
      });
    } else if (!memory.isForced && memory.undone.some((undone) => undone.path === path && undone.blob === to)) {
      refused.push({ path, why: 'a person undid exactly this change', mayForce: true });
    }
  }
  return refused;
}
