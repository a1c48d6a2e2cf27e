/** From what octokit throws to a GitHubError: one place that knows what GitHub's statuses mean. */
import { RequestError } from 'octokit';
import { GitHubError, type GitHubErrorCode, type GitHubErrorFacts } from './github-error.ts';

/** The error as a GitHubError; one that is one already is returned as it is. */
export function explainFailure(error: unknown, request: string): GitHubError {
  if (error instanceof GitHubError) return error;
  if (!(error instanceof RequestError) || error.response === undefined) return withoutAnswer(error, request);
  const headers = error.response.headers;
  const text = messageOf(error);
  const facts: GitHubErrorFacts = {
    status: error.status,
    request,
    accepted: headers['x-accepted-github-permissions']?.toString() ?? null,
    until: limitEnd(headers),
  };
  const code = codeOf(error.status, text, headers);
  return new GitHubError(code, `${request}: ${sentence(code, text, facts)}`, facts, { cause: error });
}

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
    case status === 301 || status === 307 || status === 308:
      return 'moved';
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
      return 'GitHub does not know the token (401): it was mistyped, revoked or has expired';
    case 'forbidden':
      return `GitHub refused (403: ${text})${permission}`;
    case 'not-found':
      return `GitHub found nothing (404), which is also its answer when the token may not see it${permission}`;
    case 'moved':
      return 'the repository has moved: use its new name in the remote';
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

function withoutAnswer(error: unknown, request: string): GitHubError {
  const cause = rootOf(error);
  const isTimeout = cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError');
  const words = cause instanceof Error ? cause.message : String(cause);
  if (isTimeout) return new GitHubError('timeout', `${request}: no answer from GitHub in time`, { request }, { cause: error });
  return new GitHubError('network', `${request}: GitHub could not be reached (${words})`, { request }, { cause: error });
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
