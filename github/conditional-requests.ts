/** Answers to reads are kept with their ETag, so that asking again costs nothing of the rate limit while nothing changed. */
import { RequestError, type Octokit } from 'octokit';

/** Answers of one process that are kept at most. */
const MOST = 200;

type Answer = Awaited<ReturnType<Octokit['request']>>;

/** Sends `if-none-match` with reads that were answered before, and turns 304 into that answer. */
export function rememberAnswers(octokit: Octokit): void {
  const answers = new Map<string, { readonly etag: string; readonly answer: Answer }>();
  octokit.hook.wrap('request', async (request, options) => {
    if (options.method !== 'GET') return request(options);
    const { url, headers } = octokit.request.endpoint(options);
    const key = `${url} ${String(headers.accept)}`;
    const known = answers.get(key);
    // Changed in place: octokit's hooks hand the options that they were given to the next one, whatever they pass on.
    if (known !== undefined) options.headers = { ...options.headers, 'if-none-match': known.etag };
    try {
      const answer = await request(options);
      answers.delete(key);
      const { etag } = answer.headers;
      if (etag !== undefined) answers.set(key, { etag, answer });
      for (const oldest of answers.keys()) {
        if (answers.size <= MOST) break;
        answers.delete(oldest);
      }
      return answer;
    } catch (error) {
      if (known !== undefined && error instanceof RequestError && error.status === 304) return known.answer;
      throw error;
    }
  });
}
