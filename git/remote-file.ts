/**
 * Reads one file at the tip of a ref of a remote by HTTP: two requests, no process, nothing written. Git's own fetch takes
 * three and several processes (docs/adr/0032-the-gate.md).
 */
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import { DELIMITER, FLUSH, packetLine, parsePackets } from './pkt-line.ts';
import type { Packet } from './pkt-line.ts';
import type * as ReadPack from './read-pack.ts';
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
  /** Told when the first request is on its way, from where on this process only waits. */
  onAsked?: (() => void) | undefined;
}

/** `tip` null: the remote answered and has none of the refs. `content` null: the tip has no such file. */
export type RemoteFile =
  { readonly ok: true; readonly tip: string | null; readonly content: Buffer | null } | { readonly ok: false; readonly why: string };

const MAX_BYTES = 256 * 1024 * 1024;

/** Never throws for what the remote or the network does. */
export async function readRemoteFile(request: RemoteFileRequest): Promise<RemoteFile> {
  const connection = connect(request);
  try {
    let loading: Promise<typeof ReadPack> | null = null;
    const answer = await connection.ask(lsRefs(request.refs), () => {
      // Not before: loading would keep the request from leaving.
      loading = import('./read-pack.ts');
      request.onAsked?.();
    });
    const tip = tipOf(answer, request.refs);
    if (tip === null) return { ok: true, tip, content: null };
    const pack = packOf(await connection.ask(fetchOne(tip)));
    const { readPack } = await (loading ?? import('./read-pack.ts'));
    const objects = readPack(pack);
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

function fileOf(objects: readonly PackObject[], tip: string, file: string): Buffer | null {
  const find = (type: PackObject['type'], id: string): PackObject | undefined =>
    // From the end: a pack has what stands last in the tree last, and working out an id takes time.
    objects.findLast((object) => object.type === type && object.id === id);
  const treeId = /^tree ([0-9a-f]{40})\n/.exec(find('commit', tip)?.content.toString('latin1', 0, 60) ?? '')?.[1];
  const tree = treeId === undefined ? undefined : find('tree', treeId);
  if (tree === undefined) throw new RangeError('the pack lacks the tip or its tree');
  const entry = entryOf(tree.content, file);
  if (entry === null || !entry.isFile) return null;
  const blob = find('blob', entry.id);
  if (blob === undefined) throw new RangeError(`the pack lacks ${file}`);
  return blob.content;
}

/** An entry of a tree: each is "<mode> <name>\0" and twenty bytes. */
function entryOf(tree: Buffer, name: string): { readonly id: string; readonly isFile: boolean } | null {
  for (let at = 0; at < tree.length;) {
    const end = tree.indexOf(0, at);
    if (end < 0) return null;
    const entry = tree.toString('utf8', at, end);
    const space = entry.indexOf(' ');
    if (entry.slice(space + 1) === name) return { id: tree.toString('hex', end + 1, end + 21), isFile: entry.startsWith('100') };
    at = end + 21;
  }
  return null;
}

/** The remote did not answer, or not as it should. */
class NoAnswer extends Error {}

interface Connection {
  ask(body: string, onSent?: () => void): Promise<Buffer>;
  close(): void;
}

/** One connection for both requests, with one deadline. */
function connect({ url, auth, timeoutMs }: RemoteFileRequest): Connection {
  const address = new URL(`${url.replace(/\/+$/, '')}/git-upload-pack`);
  // Not by import: that would call every getter of the module, and one of them loads a whole client for WebSockets.
  const { Agent, request } = createRequire(import.meta.url)(address.protocol === 'https:' ? 'node:https' : 'node:http') as typeof Http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [name, value] = auth === undefined ? [] : splitHeader(auth.header);
  const headers = {
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
    'git-protocol': 'version=2',
    'user-agent': 'git/upkeep',
    ...(name === undefined ? {} : { [name]: value }),
  };
  let underWay: Http.ClientRequest | null = null;
  let late: Error | undefined;
  const deadline = setTimeout(() => {
    late = new Error('the remote did not answer in time');
    underWay?.destroy(late);
  }, timeoutMs);
  return {
    ask: (body, onSent) =>
      new Promise((resolve, reject) => {
        const fail = (error: Error): void => reject(new NoAnswer(error.message));
        const sent = request(address, { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
        underWay = sent;
        sent.on('error', fail);
        if (late !== undefined) sent.destroy(late);
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
            if (total > MAX_BYTES) sent.destroy(new Error(`the answer is larger than ${MAX_BYTES / 1024 / 1024} MB`));
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('end', () => resolve(Buffer.concat(chunks)));
        });
        sent.end(body, onSent);
      }),
    close: () => {
      clearTimeout(deadline);
      agent.destroy();
    },
  };
}

function splitHeader(header: string): [string, string] {
  const colon = header.indexOf(':');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
