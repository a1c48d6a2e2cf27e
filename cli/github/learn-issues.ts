/** What the ledger cannot know of issues: those of a ledger before it, and those that people closed. One request each, only where it matters. */
import type { GitHub } from '../../github/client.ts';
import { GitHubError } from '../../github/github-error.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import type { LedgerState } from '../../ledger/state.ts';

export interface LearnRequest {
  readonly state: LedgerState;
  /** By which issues are found; null: there is none. */
  readonly label: string | null;
  readonly origin: EventOrigin;
}

/** On the first run of a branch in a ledger: the open issues of the ledger before it. A sentence where they cannot be asked for. */
export async function learnOpen(
  github: GitHub,
  ask: LearnRequest & { readonly branch: string },
): Promise<{ events: UpkeepEvent[]; note: string | null }> {
  const [{ listOpenIssues }, { adoptedOnes }] = await Promise.all([
    import('../../github/issues.ts'),
    import('../../scheduler/adopt-escalations.ts'),
  ]);
  try {
    const { issues } = await listOpenIssues(github, ask.label);
    return { events: adoptedOnes(issues, ask), note: null };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const note = `whether issues of an earlier ledger are open could not be asked: ${error.message}`;
    return { events: [], note: error.code === 'disabled' ? null : note };
  }
}

/** Where something waits for an issue to close: which ones people closed. What cannot be asked stays as it is remembered. */
export async function learnClosed(github: GitHub, { state, label, origin }: LearnRequest): Promise<UpkeepEvent[]> {
  const [{ listOpenIssues }, { closedByPeople }] = await Promise.all([
    import('../../github/issues.ts'),
    import('../../scheduler/closed-by-people.ts'),
  ]);
  try {
    const { issues, isAll } = await listOpenIssues(github, label);
    return isAll ? closedByPeople(state, new Set(issues.map(({ number }) => number)), origin) : [];
  } catch (error) {
    if (error instanceof GitHubError) return [];
    throw error;
  }
}
