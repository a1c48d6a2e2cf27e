/** `--rehearse`: what would change something on GitHub becomes a file, byte for byte what would be sent; reading goes on as ever. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitHubError } from './github-error.ts';
import { rehearsedAnswer, type RehearsedRequest } from './rehearsed-answer.ts';

/** A request in the folder: its number, and the file that shows it best. */
interface Written {
  readonly number: number;
  readonly file: string;
}

/** A fetch for the door that lets reads out and writes the rest into `folder`, which is made. */
export function rehearsingFetch(folder: string, send: typeof fetch): typeof fetch {
  let last: Promise<Written | null> = Promise.resolve(null);
  /** What was answered to earlier requests of this rehearsal, by address. */
  const made = new Map<string, object>();

  const write = async (request: Request, body: string, previous: Written | null): Promise<Written> => {
    // Files of an earlier rehearsal are left as they are.
    const before = previous?.number ?? (await lastNumber(folder));
    const name = `${String(before + 1).padStart(3, '0')}-${request.method}-${shortName(new URL(request.url).pathname)}`;
    await writeFile(join(folder, `${name}.http`), textOf(request, body));
    const preview = previewOf(body);
    if (preview !== null) await writeFile(join(folder, `${name}.md`), preview);
    return { number: before + 1, file: join(folder, `${name}.${preview === null ? 'http' : 'md'}`) };
  };

  return async (input, init) => {
    const request = new Request(input, init);
    const body = typeof init?.body === 'string' ? init.body : '';
    const known = made.get(request.url);
    if (request.method === 'GET' && known !== undefined) return json(200, known);
    if (isRead(request, body)) return send(input, init);
    // One after the other, so that the numbers tell the order.
    const done = last.then((previous) => write(request, body, previous));
    last = done.catch(() => null);
    const { number, file } = await done.catch((error: unknown) => {
      throw new GitHubError('unexpected', `the rehearsal could not be written to ${folder}: ${(error as Error).message}`);
    });
    const asked: RehearsedRequest = { method: request.method, url: new URL(request.url), body: jsonOf(body), number, file };
    const current = request.method === 'PATCH' ? (known ?? (await readCurrent(send, request))) : null;
    const { status, data, address } = rehearsedAnswer(asked, current);
    if (data === null) return new Response(null, { status });
    made.set(address ?? request.url, data);
    return json(status, data);
  };
}

/** Reads, and what only lets us in. */
function isRead({ method, url }: Request, body: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  if (method !== 'POST') return false;
  if (url.endsWith('/access_tokens')) return true;
  const { query } = jsonOf(body);
  return url.endsWith('/graphql') && typeof query === 'string' && !/^\s*mutation\b/.test(query);
}

/** The request as HTTP writes it, without the token. */
function textOf(request: Request, body: string): string {
  const headers = [...request.headers].map(([name, value]) => `${name}: ${name === 'authorization' ? '[redacted]' : value}\n`);
  return `${request.method} ${request.url}\n${headers.join('')}\n${body}`;
}

/** Title and text as people would read them, or null when there are none. */
function previewOf(body: string): string | null {
  const { title, body: text } = jsonOf(body);
  if (typeof text !== 'string') return null;
  return `${typeof title === 'string' ? `# ${title}\n\n` : ''}${text}\n`;
}

function shortName(pathname: string): string {
  const path = pathname
    .replaceAll('%2F', '/')
    .replace(/^\/api\/v3/, '')
    .replace(/^\/repos\/[^/]+\/[^/]+/, '');
  return path
    .slice(1, 81)
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

async function lastNumber(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const numbers = (await readdir(folder)).map((name) => Number(/^(\d{3,})-/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** What a PATCH would change, or null when it cannot be had. */
async function readCurrent(send: typeof fetch, request: Request): Promise<object | null> {
  const headers = new Headers(request.headers);
  for (const name of ['content-type', 'content-length']) headers.delete(name);
  try {
    const answer = await send(request.url, { headers, signal: request.signal, redirect: 'follow' });
    return answer.ok ? ((await answer.json()) as object) : null;
  } catch {
    return null; // the rehearsal goes on: what would be sent is known
  }
}

function jsonOf(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function json(status: number, data: object): Response {
  return new Response(JSON.stringify(data), { status, headers: { 'content-type': 'application/json; charset=utf-8' } });
}
