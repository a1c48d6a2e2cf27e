import { redactUrls } from './redact-url.ts';

/** What went wrong in Git, as far as its words tell. */
export type GitErrorCode =
  | 'not-a-repository'
  | 'unsafe-owner'
  | 'no-commits'
  | 'git-missing'
  | 'git-too-old'
  | 'timeout'
  | 'silent'
  | 'aborted'
  | 'output-limit'
  | 'disk-full'
  | 'read-only'
  | 'locked'
  | 'filter-failed'
  | 'objects-missing'
  | 'failed';

interface GitErrorDetails {
  readonly args?: readonly string[];
  readonly exitCode?: number | null;
  readonly stderr?: string;
}

/** A Git command that did not end as its caller needs; nothing in it holds a credential. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code: GitErrorCode;
  readonly args: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(code: GitErrorCode, message: string, details: GitErrorDetails = {}) {
    super(redactUrls(message));
    this.code = code;
    this.args = (details.args ?? []).map(redactUrls);
    this.exitCode = details.exitCode ?? null;
    this.stderr = redactUrls(details.stderr ?? '');
  }
}

// Read in the C locale; the first line that matches wins, so what is special stands before what is general.
const WORDS: readonly (readonly [RegExp, GitErrorCode])[] = [
  [/detected dubious ownership/, 'unsafe-owner'],
  [/could not fetch [0-9a-f]+ from promisor remote|unable to .*promisor/, 'objects-missing'],
  [/not a git repository|not a git dir/i, 'not-a-repository'],
  [/No space left on device|Out of diskspace|Disk quota exceeded|file write error.*ENOSPC|File too large/i, 'disk-full'],
  [/(?:smudge|clean) filter .* failed|external filter .* failed/, 'filter-failed'],
  [/\.lock': File exists|another git process seems to be running/i, 'locked'],
  [/insufficient permission for adding an object|Read-only file system/, 'read-only'],
  [/(?:unable to|could not|cannot|failed to)[^\n]*: (?:Permission denied|Operation not permitted)/i, 'read-only'],
  [/does not have any commits yet|bad revision 'HEAD'|ambiguous argument 'HEAD'/, 'no-commits'],
];

/** The lock files that stderr of a failed command names, absolute. */
export function locksNamedIn(stderr: string): string[] {
  return [...new Set([...stderr.matchAll(/Unable to create '(.+?\.lock)': File exists/g)].map(([, path = '']) => path))];
}

/** The code that stderr of a failed command (LC_ALL=C) stands for. */
export function gitErrorCode(stderr: string): GitErrorCode {
  return WORDS.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'failed';
}
