/** The door to GitHub: octokit with a bound on every call, rate limits respected, answers that did not change not sent again. */
import { Octokit } from 'octokit';
import { boundedFetch } from './bounded-fetch.ts';
import { rememberAnswers } from './conditional-requests.ts';
import { credentialsOf } from './credentials.ts';
import { explainFailure, explainGraphqlFailure, explainRedirect, type FailedRequest } from './explain-failure.ts';
import type { GitHubError } from './github-error.ts';
import type { GitHubAuth } from './usable-auth.ts';
import { createWaitBudget, type LimitOf, type WaitBudget } from './wait-budget.ts';

export interface GitHubOptions {
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly auth: GitHubAuth;
  /** Address of the REST API, `https://api.github.com` or `https://<host>/api/v3`. */
  readonly baseUrl?: string | undefined;
  readonly version: string;
  /** Takes secrets out of everything that is sent. */
  redact(text: string): string;
  /** Milliseconds for one request, default 10 s. */
  readonly timeoutMs?: number;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
  /** Told before a request is sent again because of a limit. */
  onWait?(facts: WaitFacts): void;
  /** Shared by the doors of one run; default: one of its own. */
  readonly waits?: WaitBudget;
  /** Default: the one of Node. */
  readonly fetch?: typeof fetch;
  /** Turned off by tests that are not about them. `secondMs`: how long a second of waiting is. */
  readonly patience?: { readonly retries: number; readonly throttle: boolean; readonly secondMs?: number };
}

export interface WaitFacts {
  readonly reason: 'rate-limit' | 'secondary-limit';
  readonly seconds: number;
  readonly request: string;
}

export interface Usage {
  /** Requests that went out, retries included. */
  readonly requests: number;
  /** What is left of the hourly limit, as the last answer said; null before the first. */
  readonly remaining: number | null;
}

/** One repository on GitHub. Every call throws GitHubError and nothing else. */
export interface GitHub {
  readonly owner: string;
  readonly repo: string;
  readonly rest: Octokit['rest'];
  readonly paginate: Octokit['paginate'];
  /** One operation; answers its `data`. */
  readonly graphql: <Data>(document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;
  usage(): Usage;
}

/** A GitHub that did not answer several times in a row is not asked for so long: each further call fails at once. */
const SILENT_FOR_MS = 30_000;
/** A wait that is longer than this ends the call instead; a later run says what could not be said. */
const LONGEST_WAIT_S = 60;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_PATIENCE = { retries: 2, throttle: true };

/** Opens the door. Asks nothing yet. Throws GitHubError for a token or key that cannot be one. */
export function openGitHub(options: GitHubOptions): GitHub {
  const { repository, patience = DEFAULT_PATIENCE, signal } = options;
  const redact = (text: string): string => options.redact(text);
  const failed = (request: RequestWords): FailedRequest => ({ words: wordsOf(request), redact, signal });
  const secondMs = options.patience?.secondMs ?? 1000;
  const waits = options.waits ?? createWaitBudget();
  const usage = { requests: 0, remaining: null as number | null };
  // eslint-disable-next-line max-params -- the plugin's signature
  const mayWait = (reason: WaitFacts['reason']) => (seconds: number, request: RequestWords, _octokit: unknown, tries: number) => {
    if (!patience.throttle || seconds > LONGEST_WAIT_S || tries > 1 || !waits.take(seconds)) return false;
    options.onWait?.({ reason, seconds, request: wordsOf(request) });
    return true;
  };
  const octokit = new Octokit({
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl.replace(/\/+$/, '') }),
    userAgent: `upkeep/${options.version}`,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...credentialsOf(options.auth),
    request: {
      fetch: boundedFetch({
        fetch: options.fetch ?? fetch,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal,
        redact,
        onRequest: () => {
          usage.requests += 1;
        },
        onAnswer: (remaining) => {
          usage.remaining = remaining ?? usage.remaining;
        },
      }),
    },
    retry: { enabled: patience.retries > 0, retries: patience.retries, retryAfterBaseValue: secondMs },
    throttle: {
      enabled: patience.throttle,
      retryAfterBaseValue: secondMs,
      onRateLimit: mayWait('rate-limit'),
      onSecondaryRateLimit: mayWait('secondary-limit'),
    },
  });
  let silence: { readonly failure: GitHubError; readonly since: number } | null = null;
  octokit.hook.before('request', (request) => {
    if (silence !== null && Date.now() - silence.since < SILENT_FOR_MS) throw silence.failure;
    const limit = patience.throttle ? waits.holds(limitOf(request)) : null;
    if (limit !== null) throw limit;
    if (!mayRepeat(request)) request.request = { ...request.request, retries: 0 };
  });
  octokit.hook.after('request', (answer, request) => {
    if (answer.status >= 300) throw explainRedirect(answer.status, failed(request));
  });
  rememberAnswers(octokit);
  // A wait for a limit does not outlive the run.
  octokit.hook.wrap('request', (request, asked) => orEnded(Promise.resolve(request(asked)), signal));
  octokit.hook.error('request', (error, request) => {
    const failure = explainFailure(error, failed(request));
    if (failure.code === 'rate-limited') waits.reached(limitOf(request), failure);
    const wasRepeated = patience.retries > 0 && mayRepeat(request);
    if (wasRepeated && (failure.code === 'network' || failure.code === 'timeout')) silence = { failure, since: Date.now() };
    throw failure;
  });
  return {
    owner: repository.owner,
    repo: repository.repo,
    rest: octokit.rest,
    paginate: octokit.paginate,
    graphql: async <Data>(document: string, variables: Readonly<Record<string, unknown>> = {}) => {
      try {
        return await octokit.graphql<Data>(document, variables);
      } catch (error) {
        throw explainGraphqlFailure(error, failed({ method: 'POST', url: '/graphql' }));
      }
    },
    usage: () => ({ ...usage }),
  };
}

interface RequestWords {
  readonly method: string;
  readonly url: string;
}

/**
 * A POST that was lost on its way back may have been done: whoever sends it looks before it sends again. One more installation token
 * does no harm, nor does a query.
 */
function mayRepeat(request: RequestWords & { readonly query?: unknown }): boolean {
  if (request.method !== 'POST' || request.url.endsWith('/access_tokens')) return true;
  return typeof request.query === 'string' && !/^\s*mutation\b/.test(request.query);
}

function limitOf({ url }: RequestWords): LimitOf {
  return url.endsWith('/graphql') ? 'graphql' : 'rest';
}

async function orEnded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let end = ignore;
  const ended = new Promise<never>((_resolve, reject) => {
    end = () => reject(signal.reason as Error);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** `POST /repos/{owner}/{repo}/issues`, without host and query. */
function wordsOf({ method, url }: RequestWords): string {
  return `${method} ${url.replace(/^https?:\/\/[^/]+/, '').replace(/\{?\?.*$/s, '')}`;
}

function ignore(): void {
  // What matters of it is told by onWait and by the error.
}
