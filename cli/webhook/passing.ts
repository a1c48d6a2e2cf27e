/** What became of a webhook, and whether what went wrong passes by itself. */
import { GitError, type GitErrorCode } from '../../git/git-error.ts';
import { GitHubError } from '../../github/github-error.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { AwayError } from './away-error.ts';

export interface FollowUpEnd {
  readonly exitCode: number;
  /** Whether something is left that may succeed later. */
  readonly isPassing: boolean;
}

const PASSING_IN_GIT: ReadonlySet<GitErrorCode> = new Set(['timeout', 'silent', 'locked']);

/** Whether GitHub, the remote or another process was only away or in the way for a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof GitHubError) return error.isTransient;
  if (error instanceof GitError) return PASSING_IN_GIT.has(error.code);
  if (error instanceof LedgerError) return error.code === 'contended';
  return error instanceof AwayError && error.isPassing;
}
