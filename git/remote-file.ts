/**
 * Reads one file at the tip of a ref of a remote by HTTP: two requests, no process, nothing written. Git's own fetch takes
 * three and several processes (docs/adr/0025-the-gate.md).
 */
import { request as requestHttp } from 'node:http';
import type { Agent } from 'node:http';
import { DELIMITER, FLUSH, packetLine, parsePackets } from './pkt-line.ts';
import type { Packet } from './pkt-line.ts';
import { readPack } from './read-pack.ts';
import type { PackObject } from './read-pack.ts';
import type { RemoteAuth } from './remote-access.ts';

export interface RemoteFileRequest {
  /** Address of the repository, http or https, without credentials. */
  readonly url: string;
  readonly auth?: RemoteAuth | undefined;
  /** Full names; the first that the remote has counts. */
  readonly refs: readonly string[];
  /** Name of a file at the top of the tree. */
  readonly file: string;
  /** For both requests together. */
  readonly timeoutMs: number;
}

/** `tip` null: the remote answered and has none of the refs. `content` null: the tip has no such file. */
export type RemoteFile =
  { readonly ok: true; readonly tip: string | null; readonly content: Buffer | null } | { readonly ok: false; readonly why: string };

const MAX_BYTES = 256 * 1024 * 1024;

/** Never throws for what the remote or the network does. */
export async function readRemoteFile(request: RemoteFileRequest): Promise<RemoteFile> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const connection = await connect(request, deadline);
  try {
    const tip = tipOf(await connection.ask(lsRefs(request.refs)), request.refs);
    if (tip === null) return { ok: true, tip, content: null };
    const objects = readPack(packOf(await connection.ask(fetchOne(tip))));
    return { ok: true, tip, content: fileOf(objects, tip, request.file) };
  } catch (error) {
    if (error instanceof RangeError || error instanceof NoAnswer) return { ok: false, why: error.message };
    throw error;
  } finally {
    connection.close();
  }
}

const CAPABILITIES = ['agent=upkeep', 'object-format=sha1'];

function lsRefs(refs: readonly string[]): string {
  return command(
    'ls-refs',
    refs.map((ref) => `ref-prefix ${ref}\n`),
  );
}

function fetchOne(tip: string): string {
  return command('fetch', [`want ${tip}\n`, 'deepen 1\n', 'no-progress\n', 'ofs-delta\n', 'done\n']);
}

/** Protocol version 2 keeps no state between requests, so none has to ask first what the server can. */
function command(name: string, lines: readonly string[]): string {
  const head = [`command=${name}\n`, ...CAPABILITIES].map(packetLine).join('');
  return `${head}${DELIMITER}${lines.map(packetLine).join('')}${FLUSH}`;
}

function tipOf(answer: Buffer, refs: readonly string[]): string | null {
  const tips = new Map<string, string>();
  const packets = parsePackets(answer);
  // A server that gave up has sent its headers already.
  if (packets.at(-1)?.kind !== 'flush') throw new NoAnswer('the answer of the remote ends too early');
  for (const packet of packets) {
    if (packet.kind !== 'line') continue;
    const [, id, ref] = /^([0-9a-f]{40}) (\S+)/.exec(packet.bytes.toString('utf8').trimEnd()) ?? [];
    if (id === undefined || ref === undefined) throw new NoAnswer('the remote does not speak version 2 of the protocol');
    tips.set(ref, id);
  }
  return refs.map((ref) => tips.get(ref)).find((tip) => tip !== undefined) ?? null;
}

/** The bytes of the pack: after the line "packfile", each packet begins with the number of its band. */
function packOf(answer: Buffer): Buffer {
  const packets = parsePackets(answer);
  const start = packets.findIndex((packet) => textOf(packet) === 'packfile\n');
  if (start < 0) throw new NoAnswer(`the remote sends no pack: ${packets.map(textOf).join('').trim().slice(0, 200)}`);
  const parts: Buffer[] = [];
  for (const packet of packets.slice(start + 1)) {
    if (packet.kind !== 'line') break;
    if (packet.bytes[0] === 1) parts.push(packet.bytes.subarray(1));
    if (packet.bytes[0] === 3) throw new NoAnswer(`the remote says: ${packet.bytes.subarray(1).toString('utf8').trim().slice(0, 200)}`);
  }
  return Buffer.concat(parts);
}

function textOf(packet: Packet): string {
  return packet.kind === 'line' && packet.bytes.length < 1000 ? packet.bytes.toString('utf8') : '';
}

function fileOf(objects: ReadonlyMap<string, PackObject>, tip: string, file: string): Buffer | null {
  const commit = objects.get(tip);
  const tree = /^tree ([0-9a-f]{40})\n/.exec(commit?.type === 'commit' ? commit.content.toString('latin1', 0, 60) : '')?.[1];
  const entries = tree === undefined ? undefined : objects.get(tree);
  if (entries?.type !== 'tree') throw new RangeError('the pack lacks the tip or its tree');
  const id = entryOf(entries.content, file);
  if (id === null) return null;
  const blob = objects.get(id);
  if (blob === undefined) throw new RangeError(`the pack lacks ${file}`);
  return blob.type === 'blob' ? blob.content : null;
}

/** The id of an entry of a tree: each is "<mode> <name>\0" and twenty bytes. */
function entryOf(tree: Buffer, name: string): string | null {
  for (let at = 0; at < tree.length;) {
    const end = tree.indexOf(0, at);
    if (end < 0) return null;
    const entry = tree.toString('utf8', at, end);
    if (entry.slice(entry.indexOf(' ') + 1) === name) return tree.toString('hex', end + 1, end + 21);
    at = end + 21;
  }
  return null;
}

/** The remote did not answer, or not as it should. */
class NoAnswer extends Error {}

interface Connection {
  ask(body: string): Promise<Buffer>;
  close(): void;
}

/** One connection for both requests. */
async function connect({ url, auth }: RemoteFileRequest, deadline: AbortSignal): Promise<Connection> {
  const address = new URL(`${url.replace(/\/+$/, '')}/git-upload-pack`);
  // TLS takes time to load.
  const https = address.protocol === 'https:' ? await import('node:https') : null;
  const { Agent: HttpAgent } = https ?? (await import('node:http'));
  const agent: Agent = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const [name, value] = auth === undefined ? [] : splitHeader(auth.header);
  const headers = {
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
    'git-protocol': 'version=2',
    'user-agent': 'git/upkeep',
    ...(name === undefined ? {} : { [name]: value }),
  };
  const request = https?.request ?? requestHttp;
  return {
    ask: (body) =>
      new Promise((resolve, reject) => {
        const fail = (error: Error): void => reject(new NoAnswer(deadline.aborted ? 'the remote did not answer in time' : error.message));
        const sent = request(address, {
          method: 'POST',
          agent,
          signal: deadline,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        });
        sent.on('error', fail);
        sent.on('response', (response) => {
          if (response.statusCode !== 200) {
            response.resume();
            fail(new Error(`the remote answers ${response.statusCode}`));
            return;
          }
          const chunks: Buffer[] = [];
          let total = 0;
          response.on('data', (chunk: Buffer) => {
            total += chunk.length;
            if (total > MAX_BYTES) response.destroy(new Error(`the answer is larger than ${MAX_BYTES / 1024 / 1024} MB`));
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('end', () => resolve(Buffer.concat(chunks)));
        });
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function splitHeader(header: string): [string, string] {
  const colon = header.indexOf(':');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
