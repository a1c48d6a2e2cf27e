/** fetch with a time limit on each request, and with secrets taken out of whatever is sent. */

export interface BoundedFetchOptions {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  redact(text: string): string;
  /** Told of each answer, with what is left of the hourly limit where the answer says so. */
  onAnswer(remaining: number | null): void;
}

/** A fetch for octokit. */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  return async (input, init = {}) => {
    const signals = [AbortSignal.timeout(options.timeoutMs), options.signal, init.signal].filter((signal) => signal instanceof AbortSignal);
    const body = typeof init.body === 'string' ? redactJson(init.body, (text) => options.redact(text)) : init.body;
    const answer = await options.fetch(input, { ...init, ...(body === undefined ? {} : { body }), signal: AbortSignal.any(signals) });
    const remaining = Number(answer.headers.get('x-ratelimit-remaining') ?? Number.NaN);
    options.onAnswer(Number.isFinite(remaining) ? remaining : null);
    return answer;
  };
}

/** Redacts the strings of a JSON text, each by itself: a pattern must not reach over a quote. Other text as a whole. */
function redactJson(body: string, redact: (text: string) => string): string {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    return redact(body);
  }
  return JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value));
}
