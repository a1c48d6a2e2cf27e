/** Asks a registry of npm which of these packages have known holes. In a process of its own, for the proxy of its environment. */
import { serveEntry } from '../serve-entry.ts';

/** Name → versions. */
export type AskedPackages = Readonly<Record<string, readonly string[]>>;

export interface AdvisoriesInput {
  /** With a slash at the end. */
  readonly registry: string;
  readonly packages: AskedPackages;
  readonly timeoutMs: number;
}

/** One advisory as the registry tells it; anything may be missing. */
export interface Advisory {
  readonly id?: number | string;
  readonly url?: string;
  readonly title?: string;
  readonly severity?: string;
  readonly vulnerable_versions?: string;
}

/** By name of the package; or in words why there is no answer. */
export type AdvisoriesOutput =
  { readonly ok: true; readonly advisories: Readonly<Record<string, readonly Advisory[]>> } | { readonly ok: false; readonly why: string };

const MOST_BYTES = 16 * 1024 * 1024;

/** The part of npm's own protocol that `npm audit` uses. No token is sent. */
async function ask({ registry, packages, timeoutMs }: AdvisoriesInput): Promise<AdvisoriesOutput> {
  const url = new URL('-/npm/v1/security/advisories/bulk', registry);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(packages),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'follow',
    });
    if (!response.ok) return { ok: false, why: `it answered ${response.status} ${response.statusText}`.trim() };
    const text = await boundedText(response);
    if (text === null) return { ok: false, why: 'its answer is too large' };
    const answer: unknown = JSON.parse(text);
    const isAnswer = typeof answer === 'object' && answer !== null && Object.values(answer).every(Array.isArray);
    return isAnswer
      ? { ok: true, advisories: answer as Record<string, Advisory[]> }
      : { ok: false, why: 'its answer is no list of advisories' };
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  }
}

async function boundedText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  const cause = error.cause instanceof Error ? error.cause : error;
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}

await serveEntry<AdvisoriesInput, AdvisoriesOutput>(ask);
