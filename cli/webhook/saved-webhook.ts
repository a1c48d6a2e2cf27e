/** A webhook that was saved to a file: as GitHub's list of deliveries gives it, or its payload alone. */
import { readFile } from 'node:fs/promises';
import { HEARD_EVENTS } from '../../github/webhooks/classify.ts';
import { MOST_BODY_BYTES } from '../../github/webhooks/handler.ts';
import { didYouMean } from '../config/nearest-name.ts';
import { UsageError } from '../usage-error.ts';

export interface SavedWebhook {
  readonly event: string;
  readonly payload: unknown;
}

/**
 * Reads a file that is one of: what `gh api repos/…/hooks/…/deliveries/…` prints, `{ "headers": …, "payload": … }`, or a payload
 * alone, whose event must be given as `event`, which comes before what the file says. Throws UsageError.
 */
export async function readSavedWebhook(path: string, event: string | undefined): Promise<SavedWebhook> {
  const data = parse(path, await read(path));
  const saved = fieldsOf(isRecord(data['request']) ? data['request'] : data);
  const named = event ?? saved?.event ?? (typeof data['event'] === 'string' && saved !== null ? data['event'] : undefined);
  if (named === undefined) {
    throw new UsageError(`${path} does not say which event it is: add --event with one of ${HEARD_EVENTS.join(', ')}`);
  }
  if (!/^[a-z0-9_]{1,100}$/.test(named)) {
    throw new UsageError(`--event ${JSON.stringify(named)}: expected the name of an event of GitHub${didYouMean(named, HEARD_EVENTS)}`);
  }
  return { event: named, payload: saved === null ? data : saved.payload };
}

async function read(path: string): Promise<string> {
  try {
    const content = await readFile(path);
    if (content.length > 2 * MOST_BODY_BYTES) throw new UsageError(`${path}: GitHub sends no webhook of ${content.length} bytes`);
    return content.toString('utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `it cannot be read (${code ?? String(error)})`;
    throw new UsageError(`${path}: ${why}; expected a webhook as JSON`);
  }
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UsageError(
      `${path} is no JSON: expected the payload of a webhook, or a delivery as \`gh api repos/…/hooks/…/deliveries/…\` prints it`,
    );
  }
  if (!isRecord(data)) throw new UsageError(`${path}: expected a JSON object, the payload of a webhook`);
  return data;
}

/** Headers and payload, when these are what the record holds. GitHub writes the names of headers in capitals, node in small letters. */
function fieldsOf(data: Readonly<Record<string, unknown>>): { readonly event: string | undefined; readonly payload: unknown } | null {
  const { headers, payload } = data;
  if (!isRecord(headers) || payload === undefined) return null;
  const event = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-github-event')?.[1];
  return {
    event: typeof event === 'string' ? event : undefined,
    payload: typeof payload === 'string' ? parse('payload', payload) : payload,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
