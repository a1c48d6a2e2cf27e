/** One change of a file by an automatic commit; blob ids, null where the file did not exist. */
export interface BlobChange {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What is remembered of earlier automatic commits and of what people undid. */
export interface ChangeMemory {
  /** Path → states that automatic commits gave it, newest first, ending with the state before the oldest of them. */
  readonly written: Readonly<Record<string, readonly { readonly blob: string; readonly agent: string }[]>>;
  /** Path → blob ids that people took back. */
  readonly undone: Readonly<Record<string, readonly string[]>>;
}

export interface RefusedChange {
  readonly path: string;
  readonly why: string;
}

/**
 * Changes that must not be made: the new content is one that an earlier automatic commit replaced (A→B→A: two fixers
 * undo each other), or one that a person undid.
 */
export function refusedChanges(changes: readonly BlobChange[], memory: ChangeMemory): RefusedChange[] {
  const refused: RefusedChange[] = [];
  for (const { path, to } of changes) {
    if (to === null) continue;
    const states = own(memory.written, path) ?? [];
    const earlier = states.findIndex((state, index) => index > 0 && state.blob === to);
    const opponent = states[earlier - 1];
    if (earlier > 0 && opponent !== undefined) {
      refused.push({ path, why: `${opponent.agent} changed it away from exactly this content: two fixers undo each other` });
    } else if (own(memory.undone, path)?.includes(to) === true) {
      refused.push({ path, why: 'a person undid exactly this change' });
    }
  }
  return refused;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
