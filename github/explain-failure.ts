/** From what octokit throws to a GitHubError: one place that knows what GitHub's statuses mean. */
import { RequestError } from 'octokit';
import { GitHubError, type GitHubErrorCode, type GitHubErrorFacts } from './github-error.ts';

export interface FailedRequest {
  /** `POST /repos/{owner}/{repo}/issues`, without values. */
  readonly words: string;
  /** Takes secrets out of what others said. */
  redact(text: string): string;
  /** Ended the request where it was aborted. */
  readonly signal: AbortSignal | undefined;
}

/** The error as a GitHubError; one that is one already is returned as it is. */
export function explainFailure(error: unknown, request: FailedRequest): GitHubError {
  if (error instanceof GitHubError) return error;
  if (!(error instanceof RequestError) || error.response === undefined) return withoutAnswer(error, request);
  const headers = error.response.headers;
  const text = request.redact(messageOf(error));
  const facts: GitHubErrorFacts = {
    status: error.status,
    request: request.words,
    accepted: headers['x-accepted-github-permissions']?.toString() ?? null,
    until: limitEnd(headers),
  };
  const code = codeOf(error.status, text, headers);
  return new GitHubError(code, `${request.words}: ${sentence(code, text, facts)}`, facts, { cause: error });
}

/** The error of a redirect that was not followed: it leads to another host, or in a circle. */
export function explainRedirect(status: number, request: FailedRequest): GitHubError {
  const facts = { status, request: request.words };
  return new GitHubError('moved', `${request.words}: the repository has moved elsewhere: use its new address in the remote`, facts);
}

interface GraphqlFailure {
  readonly errors: readonly { readonly message: string; readonly type?: string }[];
}

/** GitHub's GraphQL interface answers 200 and lists errors. Other errors are returned as explainFailure does. */
export function explainGraphqlFailure(error: unknown, request: FailedRequest): GitHubError {
  const isListed = error instanceof Error && error.name === 'GraphqlResponseError';
  const first = isListed ? (error as Error & GraphqlFailure).errors[0] : undefined;
  if (first === undefined) return explainFailure(error, request);
  const text = request.redact(first.message.replaceAll(/\s+/g, ' ').slice(0, 500));
  const code = GRAPHQL_CODES[first.type ?? ''] ?? 'unexpected';
  return new GitHubError(code, `${request.words}: ${text}`, { status: 200, request: request.words }, { cause: error });
}

const GRAPHQL_CODES: Readonly<Record<string, GitHubErrorCode>> = {
  FORBIDDEN: 'forbidden',
  INSUFFICIENT_SCOPES: 'forbidden',
  NOT_FOUND: 'not-found',
  RATE_LIMIT: 'rate-limited',
  RATE_LIMITED: 'rate-limited',
  STALE_DATA: 'conflict',
  UNPROCESSABLE: 'invalid',
};

function codeOf(status: number, text: string, headers: Headers): GitHubErrorCode {
  const isLimited = headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0' || /rate limit/i.test(text);
  switch (true) {
    case status === 429 || (status === 403 && isLimited):
      return 'rate-limited';
    case status === 401:
      return 'bad-credentials';
    case status === 403 && /archived/i.test(text):
      return 'archived';
    case status === 403:
      return 'forbidden';
    case status === 404:
      return 'not-found';
    case status === 409:
      return 'conflict';
    case status === 410:
      return 'disabled';
    case status === 422:
      return 'invalid';
    case status >= 500:
      return 'outage';
    default:
      return 'unexpected';
  }
}

function sentence(code: GitHubErrorCode, text: string, facts: GitHubErrorFacts): string {
  const permission = facts.accepted === null ? '' : `; it takes ${facts.accepted}`;
  switch (code) {
    case 'bad-credentials':
      return facts.request.includes('/app/installations')
        ? `GitHub does not accept the App's key (401: ${text}): look at its id, its private key and this machine's clock`
        : 'GitHub does not know the token (401): it was mistyped, revoked or has expired';
    case 'forbidden':
      return `GitHub refused (403: ${text})${permission}`;
    case 'not-found':
      return `GitHub found nothing (404), which is also its answer when the token may not see it${permission}`;
    case 'archived':
      return 'the repository is archived, so nobody can write to it';
    case 'disabled':
      return `this is turned off in the repository's settings (410: ${text})`;
    case 'rate-limited':
      return `GitHub's rate limit is used up${facts.until === null ? '' : ` until ${facts.until.toISOString()}`} (${facts.status ?? ''}: ${text})`;
    case 'outage':
      return `GitHub has a fault of its own (${facts.status ?? ''})`;
    default:
      return `GitHub answered ${facts.status ?? 'nothing'}: ${text}`;
  }
}

function withoutAnswer(error: unknown, request: FailedRequest): GitHubError {
  const { words, signal } = request;
  const cause = rootOf(error);
  if (cause instanceof GitHubError) return new GitHubError(cause.code, `${words}: ${cause.message}`, { request: words }, { cause: error });
  const isEnded = cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError');
  if (signal?.aborted === true)
    return new GitHubError('timeout', `${words}: given up, because the run ends`, { request: words }, { cause: error });
  if (isEnded) return new GitHubError('timeout', `${words}: no answer from GitHub in time`, { request: words }, { cause: error });
  const text = request.redact(cause instanceof Error ? cause.message : String(cause));
  return new GitHubError('network', `${words}: GitHub could not be reached (${text})`, { request: words }, { cause: error });
}

function rootOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

type Headers = Readonly<Record<string, string | number | undefined>>;

function limitEnd(headers: Headers): Date | null {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after)) return new Date(Date.now() + after * 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  return String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset) ? new Date(reset * 1000) : null;
}

/** GitHub's own sentence with the fields it objects to, on one line. */
function messageOf(error: RequestError): string {
  const data = error.response?.data as { message?: unknown; errors?: unknown } | undefined;
  const message = typeof data?.message === 'string' ? data.message : error.message;
  const details = Array.isArray(data?.errors) ? `: ${JSON.stringify(data.errors)}` : '';
  return `${message}${details}`.replaceAll(/\s+/g, ' ').slice(0, 500);
}
