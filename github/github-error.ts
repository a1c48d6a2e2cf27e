/** Why GitHub did not do what it was asked. */
export type GitHubErrorCode =
  | 'no-token' // nobody gave one
  | 'bad-credentials' // 401: unknown, revoked or expired
  | 'forbidden' // 403, and 404 where the token may not see: a permission or a rule is missing
  | 'not-found' // 404 where the token could see it
  | 'moved' // 301, 307, 308: the repository has another name
  | 'archived' // read-only for everybody
  | 'disabled' // 410: the feature (issues) is turned off
  | 'conflict' // 409: it changed meanwhile
  | 'invalid' // 422: a field that GitHub does not take
  | 'rate-limited' // primary or secondary limit, and the wait is longer than allowed
  | 'outage' // 5xx
  | 'network' // no answer
  | 'timeout' // no answer in time
  | 'unexpected'; // anything else

/** Codes that pass by themselves: what could not be said is said by a later run. `unexpected` is the page of a proxy, as a rule. */
const TRANSIENT: ReadonlySet<GitHubErrorCode> = new Set(['rate-limited', 'outage', 'network', 'timeout', 'conflict', 'unexpected']);

export interface GitHubErrorFacts {
  /** HTTP status, null when there was no answer. */
  readonly status: number | null;
  /** `POST /repos/{owner}/{repo}/issues`. */
  readonly request: string;
  /** Permissions that GitHub would have accepted (`x-accepted-github-permissions`), or null. */
  readonly accepted: string | null;
  /** When a rate limit ends, or null. */
  readonly until: Date | null;
}

/** One failed request in words that can be shown: no token in them, and what to do where that is known. */
export class GitHubError extends Error {
  readonly code: GitHubErrorCode;
  readonly facts: GitHubErrorFacts;

  // eslint-disable-next-line max-params -- the shape of Error with a code before and facts behind
  constructor(code: GitHubErrorCode, message: string, facts: Partial<GitHubErrorFacts> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GitHubError';
    this.code = code;
    this.facts = { status: null, request: '', accepted: null, until: null, ...facts };
  }

  get isTransient(): boolean {
    return TRANSIENT.has(this.code);
  }
}
