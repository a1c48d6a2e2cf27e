/** The payload of the event that started a workflow: a file that strangers fill, read with bounds and without trust. */
import { closeSync, openSync, readSync } from 'node:fs';

/** GitHub's own limit for what it sends is 25 MB; nothing that is asked of the file is at its end. */
const MAX_BYTES = 8 * 1024 * 1024;
const LONGEST_TEXT = 64 * 1024;

/** An event's payload. Every question has an answer of the asked type or null, whatever the file holds. */
export interface EventPayload {
  /** One sentence when the file could not be used, else null. */
  readonly problem: string | null;
  /** Text at a path of keys; longer texts are cut. */
  text(...path: string[]): string | null;
  flag(...path: string[]): boolean | null;
  /** A whole number that is not negative. */
  count(...path: string[]): number | null;
  /** The members of a list, at most `most`. */
  list(path: readonly string[], most: number): readonly EventPayload[];
  has(...path: string[]): boolean;
}

/** Reads the file that GITHUB_EVENT_PATH names. Never throws: what cannot be read is a payload without answers and with a problem. */
export function readEventPayload(path: string | null): EventPayload {
  if (path === null) return payloadOf(null, 'the environment names no payload of the event (GITHUB_EVENT_PATH)');
  try {
    const text = readBounded(path);
    if (text === null) return payloadOf(null, `the payload of the event is larger than ${MAX_BYTES / 1024 / 1024} MB and was not read`);
    const value = JSON.parse(text) as unknown;
    return isRecord(value) ? payloadOf(value) : payloadOf(null, 'the payload of the event is no JSON object');
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is no JSON' : 'could not be read';
    return payloadOf(null, `the payload of the event ${why}: ${path}`);
  }
}

/** A payload that is at hand; null: there is none. */
export function payloadOf(value: unknown, problem: string | null = null): EventPayload {
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((found, key) => (isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
  return {
    problem,
    text(...path) {
      const found = at(path);
      return typeof found === 'string' ? found.slice(0, LONGEST_TEXT) : null;
    },
    flag(...path) {
      const found = at(path);
      return typeof found === 'boolean' ? found : null;
    },
    count(...path) {
      const found = at(path);
      return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
    },
    list(path, most) {
      const found = path.length === 0 ? value : at(path);
      return Array.isArray(found) ? (found as unknown[]).slice(0, most).map((one) => payloadOf(one)) : [];
    },
    has(...path) {
      return (at(path) ?? null) !== null;
    },
  };
}

/** The text of a file, or null when it is too long. A pipe or an endless file is not waited for beyond the limit. */
function readBounded(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; ;) {
      const chunk = Buffer.alloc(256 * 1024);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      total += read;
      if (total > MAX_BYTES) return null;
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
