/** The door to GitHub: octokit with a bound on every call, rate limits respected, answers that did not change not sent again. */
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from 'octokit';
import { boundedFetch } from './bounded-fetch.ts';
import { rememberAnswers } from './conditional-requests.ts';
import { explainFailure } from './explain-failure.ts';
import { GitHubError } from './github-error.ts';

/** Who asks. An App gets installation tokens, renewed before they expire. */
export type GitHubAuth =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly appId: string; readonly privateKey: string; readonly installationId: number };

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
  /** Default: the one of Node. */
  readonly fetch?: typeof fetch;
  /** Turned off by tests that are not about them. */
  readonly patience?: { readonly retries: number; readonly throttle: boolean };
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
  readonly graphql: Octokit['graphql'];
  usage(): Usage;
}

/** A wait that is longer than this ends the call instead; a later run says what could not be said. */
const LONGEST_WAIT_S = 60;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_PATIENCE = { retries: 2, throttle: true };

/** Opens the door. Asks nothing yet. */
export function openGitHub(options: GitHubOptions): GitHub {
  const { repository, auth, patience = DEFAULT_PATIENCE } = options;
  if (auth.kind === 'token' && auth.token === '') throw new GitHubError('no-token', 'there is no token for GitHub: set GITHUB_TOKEN');
  const usage = { requests: 0, remaining: null as number | null };
  // eslint-disable-next-line max-params -- the plugin's signature
  const mayWait = (reason: WaitFacts['reason']) => (seconds: number, request: RequestWords, _octokit: unknown, tries: number) => {
    if (!patience.throttle || seconds > LONGEST_WAIT_S || tries > 1) return false;
    options.onWait?.({ reason, seconds, request: wordsOf(request) });
    return true;
  };
  const octokit = new Octokit({
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl.replace(/\/+$/, '') }),
    userAgent: `upkeep/${options.version}`,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...(auth.kind === 'token'
      ? { auth: auth.token }
      : { authStrategy: createAppAuth, auth: { appId: auth.appId, privateKey: auth.privateKey, installationId: auth.installationId } }),
    request: {
      fetch: boundedFetch({
        fetch: options.fetch ?? fetch,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal: options.signal,
        redact: (text) => options.redact(text),
        onAnswer: (remaining) => {
          usage.requests += 1;
          usage.remaining = remaining ?? usage.remaining;
        },
      }),
    },
    retry: { enabled: patience.retries > 0, retries: patience.retries },
    throttle: {
      enabled: patience.throttle,
      onRateLimit: mayWait('rate-limit'),
      onSecondaryRateLimit: mayWait('secondary-limit'),
    },
  });
  // A POST that was lost on its way back may have been done: whoever sends it looks before it sends again.
  octokit.hook.before('request', (request) => {
    if (request.method === 'POST' && !request.url.endsWith('/graphql')) request.request = { ...request.request, retries: 0 };
  });
  rememberAnswers(octokit);
  octokit.hook.error('request', (error, request) => {
    throw explainFailure(error, wordsOf(request));
  });
  return {
    owner: repository.owner,
    repo: repository.repo,
    rest: octokit.rest,
    paginate: octokit.paginate,
    graphql: octokit.graphql,
    usage: () => ({ ...usage }),
  };
}

interface RequestWords {
  readonly method: string;
  readonly url: string;
}

/** `POST /repos/{owner}/{repo}/issues`, without values. */
function wordsOf({ method, url }: RequestWords): string {
  return `${method} ${url.replace(/^https?:\/\/[^/]+/, '')}`;
}

function ignore(): void {
  // What matters of it is told by onWait and by the error.
}
