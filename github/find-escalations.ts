/** The issues of one escalation among those with its label. */
import type { GitHub } from './client.ts';
import { isDuplicate } from './escalation-comments.ts';
import { hasMarker, readMarker, type EscalationName } from './escalation-marker.ts';
import { listIssues, readIssue, type Issue } from './issues.ts';

export interface Found {
  /** The oldest first. */
  readonly open: Issue[];
  readonly closed: readonly Issue[];
  /** Everything that was listed, whatever it is about. */
  readonly all: readonly Issue[];
  /** Labels that there are for certain. */
  readonly labels: readonly string[];
}

/**
 * Lists, never searches: what was written a moment ago is there. The issue that the ledger knows is asked for by its number when it
 * is not in the list. Throws GitHubError.
 */
export async function findEscalations(
  github: GitHub,
  name: EscalationName & { readonly number: number | null },
  label: string | null,
): Promise<Found> {
  const all = await listIssues(github, label);
  const known = await knownIssue(github, name.number, all);
  const isMeant = (issue: Issue): boolean => issue === known || (issue.isTrusted && hasMarker(issue.body, name));
  const marked = [...all, ...(known === null || all.includes(known) ? [] : [known])]
    .filter((issue) => isMeant(issue) && !isDuplicate(issue.body) && (readMarker(issue.body) === null || hasMarker(issue.body, name)))
    .sort((a, b) => a.number - b.number);
  return {
    open: marked.filter(({ isOpen }) => isOpen),
    closed: marked.filter(({ isOpen }) => !isOpen),
    all,
    labels: [...new Set(all.flatMap(({ labels }) => labels))],
  };
}

/** The ledger knows its number: it is ours even when somebody wrote over its first line or took the label away. */
async function knownIssue(github: GitHub, number: number | null, all: readonly Issue[]): Promise<Issue | null> {
  if (number === null) return null;
  return all.find((issue) => issue.number === number) ?? readIssue(github, number);
}
