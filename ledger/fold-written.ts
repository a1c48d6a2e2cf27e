/** The history of files that automatic commits changed, so that two fixers that undo each other are seen. */
import type { AgentId } from './outcome.ts';
import { LIMITS, type LedgerState, type WrittenPath } from './state.ts';

interface Change {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What stands for a file that is not there. */
const ABSENT = 'absent';

/** The history after an agent's commit on a branch. */
export function foldWritten(
  written: LedgerState['written'],
  commit: { readonly agent: AgentId; readonly branch: string; readonly changes: readonly Change[] },
): LedgerState['written'] {
  if (commit.changes.length === 0) return written;
  const before = written.find((entry) => entry.branch === commit.branch)?.paths ?? [];
  const fresh = commit.changes.slice(0, LIMITS.writtenPaths).map((change) => {
    return withChange(
      before.find((entry) => entry.path === change.path),
      change,
      commit.agent,
    );
  });
  const changed = new Set(fresh.map((entry) => entry.path));
  const paths = [...fresh, ...before.filter((entry) => !changed.has(entry.path))].slice(0, LIMITS.writtenPaths);
  return [{ branch: commit.branch, paths }, ...written.filter((entry) => entry.branch !== commit.branch)].slice(0, LIMITS.writtenBranches);
}

function withChange(entry: WrittenPath | undefined, change: Change, agent: AgentId): WrittenPath {
  const from = change.from ?? ABSENT;
  const continues = entry?.states[0]?.blob === from;
  const earlier = continues ? entry.states : [{ blob: from, agent: null }];
  return { path: change.path, states: [{ blob: change.to ?? ABSENT, agent }, ...earlier].slice(0, LIMITS.writtenStates) };
}

/**
 * The agents that fight over a file when one of them is about to bring it from `from` back to `to`, an earlier state of
 * the last six automatic commits; null when it is no fight.
 */
export function fightOver(state: LedgerState, branch: string, change: Change & { readonly agent: AgentId }): readonly AgentId[] | null {
  const entry = state.written.find((one) => one.branch === branch)?.paths.find((one) => one.path === change.path);
  if (entry?.states[0]?.blob !== (change.from ?? ABSENT)) return null;
  const returnsTo = entry.states.findIndex(({ blob }, index) => index > 0 && blob === (change.to ?? ABSENT));
  if (returnsTo < 0) return null;
  const involved = entry.states.slice(0, returnsTo).flatMap((one) => (one.agent === null ? [] : [one.agent]));
  return [...new Set([change.agent, ...involved])];
}
