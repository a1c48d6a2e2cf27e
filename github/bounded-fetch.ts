/** A fetch that is bounded in time, reads its answer whole, follows a renamed repository, and sends nothing that is secret. */
import { GitHubError } from './github-error.ts';

export interface BoundedFetchOptions {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  redact(text: string): string;
  /** Told of each request that goes out. */
  onRequest(): void;
  /** Told of each answer, with what is left of the hourly limit where the answer says so. */
  onAnswer(remaining: number | null): void;
}

/** Redirects that are followed in a row. */
const MOST_HOPS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A fetch for octokit. Fails as fetch does, and by GitHubError for an answer that is none of GitHub's. A redirect that leads to another
 * host is returned as it is: the token must not go there.
 */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  return async (input, init = {}) => {
    const signals = [AbortSignal.timeout(options.timeoutMs), options.signal, init.signal].filter((signal) => signal instanceof AbortSignal);
    const body = typeof init.body === 'string' ? redactJson(init.body, (text) => options.redact(text)) : init.body;
    const asked: RequestInit = { ...init, ...(body === undefined ? {} : { body }), signal: AbortSignal.any(signals), redirect: 'manual' };
    let address = input instanceof Request ? input.url : String(input);
    for (let hop = 0; ; hop += 1) {
      options.onRequest();
      const answer = await options.fetch(address, asked);
      const remaining = Number(answer.headers.get('x-ratelimit-remaining') ?? Number.NaN);
      options.onAnswer(Number.isFinite(remaining) ? remaining : null);
      const next = redirectOf(answer, address);
      if (next === null || hop === MOST_HOPS) return readWhole(answer, address);
      // The same request again, method and body too: fetch by itself would turn a POST into a GET.
      await answer.body?.cancel();
      address = next;
    }
  };
}

/** Where the answer leads on the same host, or null. */
function redirectOf(answer: Response, address: string): string | null {
  const location = answer.headers.get('location');
  if (!REDIRECTS.has(answer.status) || location === null || !URL.canParse(location, address)) return null;
  const next = new URL(location, address);
  return next.origin === new URL(address).origin ? next.href : null;
}

/** The answer with its body read: octokit takes one that breaks off for an empty one. */
async function readWhole(answer: Response, address: string): Promise<Response> {
  const bytes = WITHOUT_BODY.has(answer.status) ? null : await answer.arrayBuffer();
  if (answer.ok && bytes !== null && bytes.byteLength > 0) assertGitHubs(answer.headers.get('content-type') ?? '', bytes);
  const whole = new Response(bytes, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
  Object.defineProperty(whole, 'url', { value: address });
  return whole;
}

/** Throws for a page of something in between, or of a host that is no GitHub. */
function assertGitHubs(type: string, bytes: ArrayBuffer): void {
  const isText = /^text\/html\b/i.test(type);
  if (!isText && (!/[/+]json\b/i.test(type) || isJson(bytes))) return;
  throw new GitHubError(
    'unexpected',
    `what answered is not GitHub's interface (${type === '' ? 'no content type' : type}): look at the address of the API and at proxies in between`,
  );
}

function isJson(bytes: ArrayBuffer): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}

/** Redacts the strings of a JSON text, each by itself: a pattern must not reach over a quote. Other text as a whole. */
function redactJson(body: string, redact: (text: string) => string): string {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    return redact(body);
  }
  return JSON.stringify(data, function (this: unknown, key, value: unknown) {
    return typeof value === 'string' && !isFileContent(this, key) ? redact(value) : value;
  });
}

/** Contents of files that are committed leave as they are, as in a push: changed base64 would be a damaged file. */
function isFileContent(holder: unknown, key: string): boolean {
  const object = holder as Readonly<Record<string, unknown>>;
  return (key === 'contents' && typeof object['path'] === 'string') || (key === 'content' && object['encoding'] === 'base64');
}
