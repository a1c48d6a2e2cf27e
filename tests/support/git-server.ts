/** A real smart-HTTP git server: git's own http-backend behind node:http, with tokens, branch protection and faults. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryAt, temporaryFolder } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';

/**
 * How the server misbehaves. `cut-request`: in the middle of what the client sends; `cut-response`: after the work is done, before the
 * answer; `stall`: in the middle of the answer, for ever; `trickle`: the answer comes in small pieces.
 */
export type Fault = 'hang' | 'cut-request' | 'cut-response' | 'unavailable' | 'stall' | 'trickle';

/** A piece of an answer that trickles, and the pause after it. */
const PIECE_BYTES = 20;
const PAUSE_MS = 80;

export interface GitServer extends AsyncDisposable {
  readonly origin: string;
  /** "POST /repo.git/git-receive-pack 200", in the order they came. */
  readonly requests: readonly string[];
  /** Address of a repository; with a token it is in the address, as people wrongly do. */
  url(name: string, token?: string): string;
  /** The value of `http.extraHeader` that carries the token. */
  header(token: string): string;
  /** Makes a bare repository `<name>.git` that takes pushes. */
  create(name: string): Promise<TestRepository>;
  /** From now on the branch takes a commit only when `approve` named it, never a deletion or a forced push. */
  protect(name: string, branch: string): Promise<void>;
  approve(name: string, sha: string): Promise<void>;
  /** Makes the pre-receive hook run this shell text instead. */
  preReceive(name: string, script: string): Promise<void>;
  /** The next `times` requests of this kind misbehave. */
  fail(fault: Fault, on: 'fetch' | 'push', times?: number): void;
  /** Resolves when a request has met the next fault. */
  faultMet(): Promise<void>;
}

export interface GitServerOptions {
  /** Token → what it may do; default one writer, `writer-token`, and one reader, `reader-token`. */
  readonly tokens?: Readonly<Record<string, { readonly login: string; readonly write: boolean }>>;
  /** Whether reading needs no token; default true. */
  readonly readsAnonymously?: boolean;
}

export const WRITER_TOKEN = 'writer-token';
export const READER_TOKEN = 'reader-token';

/** As hosts have it; nothing is tidied up after a push, which would start two processes each time. */
const CONFIG = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	autogc = false
`;

const PROTECTION = `#!/bin/sh
# Rules: one protected branch a line in ./protected; approved commits are files in ./approved.
zero=0000000000000000000000000000000000000000
refused=0
refuse() { echo "error: GH006: Protected branch update failed for $1." >&2; echo "error: $2" >&2; refused=1; }
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  [ "$branch" = "$ref" ] && continue
  grep -qxF -- "$branch" protected 2>/dev/null || continue
  if [ "$new" = $zero ]; then refuse "$ref" "Cannot delete this branch"
  elif [ "$old" != $zero ] && ! git merge-base --is-ancestor "$old" "$new"; then refuse "$ref" "Cannot force-push to this branch"
  elif [ ! -f "approved/$new" ]; then refuse "$ref" 'Required status check "ci" is expected.'
  fi
done
exit $refused
`;

/** Starts the server on a free port of the loopback interface. */
export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  const folder = await temporaryFolder();
  const tokens = options.tokens ?? {
    [WRITER_TOKEN]: { login: 'writer', write: true },
    [READER_TOKEN]: { login: 'reader', write: false },
  };
  const requests: string[] = [];
  const faults: { fault: Fault; on: 'fetch' | 'push' }[] = [];
  const waiting: (() => void)[] = [];
  const backends = new Set<ChildProcessWithoutNullStreams>();

  const takeFault = (on: 'fetch' | 'push', isRpc: boolean): Fault | null => {
    // A connection is cut in the middle of the transfer, not while the refs are asked for.
    const index = faults.findIndex((entry) => entry.on === on && (isRpc || !entry.fault.startsWith('cut')));
    return index < 0 ? null : (faults.splice(index, 1)[0]?.fault ?? null);
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    const isPush = url.searchParams.get('service') === 'git-receive-pack' || url.pathname.endsWith('/git-receive-pack');
    response.on('close', () => requests.push(`${request.method} ${url.pathname} ${response.headersSent ? response.statusCode : 'cut'}`));
    const fault = takeFault(isPush ? 'push' : 'fetch', request.method === 'POST');
    if (fault !== null) for (const resolve of waiting.splice(0)) resolve();
    if (fault === 'hang') return void request.resume();
    if (fault === 'unavailable') return void response.writeHead(503).end('Service Unavailable');
    if (fault === 'cut-request') return void request.once('data', () => request.socket.destroy());

    const token = /^basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const who = tokens[Buffer.from(token, 'base64').toString().split(':').slice(1).join(':')];
    if (who === undefined && (isPush || options.readsAnonymously === false || token !== '')) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Authentication failed');
    }
    if (isPush && who?.write !== true) return void response.writeHead(403).end(`Permission denied to ${who?.login}`);
    serve(request, response, { root: folder.path, url, login: who?.login ?? '', backends, fault });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pathOf = (name: string): string => join(folder.path, `${name}.git`);
  const preReceive = async (name: string, script: string): Promise<void> => {
    const hook = join(pathOf(name), 'hooks', 'pre-receive');
    await writeFile(hook, script);
    await chmod(hook, 0o755);
  };

  return {
    origin,
    requests,
    url: (name, token) => `${token === undefined ? origin : origin.replace('//', `//x:${token}@`)}/${name}.git`,
    header: (token) => `Authorization: Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
    create: async (name) => {
      const path = pathOf(name);
      await mkdir(join(path, 'approved'), { recursive: true });
      const repository = repositoryAt(path);
      await repository.git('init', '-q', '--bare', '-b', 'main');
      await appendFile(join(path, 'config'), CONFIG);
      return repository;
    },
    protect: async (name, branch) => {
      await appendFile(join(pathOf(name), 'protected'), `${branch}\n`);
      await preReceive(name, PROTECTION);
    },
    approve: (name, sha) => writeFile(join(pathOf(name), 'approved', sha), ''),
    preReceive,
    fail: (fault, on, times = 1) => {
      for (let i = 0; i < times; i += 1) faults.push({ fault, on });
    },
    faultMet: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await Promise.all([...backends].map((backend) => (backend.kill('SIGKILL'), once(backend, 'close'))));
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Served {
  readonly root: string;
  readonly url: URL;
  readonly login: string;
  readonly backends: Set<ChildProcessWithoutNullStreams>;
  readonly fault: Fault | null;
}

/** Hands one request to git http-backend, a CGI program. */
function serve(request: IncomingMessage, response: ServerResponse, { root, url, login, backends, fault }: Served): void {
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    REMOTE_USER: login,
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  // Absent for a chunked push: then the end of the stream ends it.
  const length = request.headers['content-length'];
  if (length !== undefined) environment['CONTENT_LENGTH'] = length;

  const backend = spawn('git', ['http-backend'], { env: environment });
  backends.add(backend);
  backend.stderr.resume();
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const cut = fault === 'cut-response';
  const body = fault === 'trickle' ? trickleInto(response) : response;
  let head: Buffer | null = Buffer.alloc(0);
  backend.stdout.on('data', (chunk: Buffer) => {
    if (cut || (fault === 'stall' && response.headersSent)) return;
    if (head === null) return void body.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    response.writeHead(...parseCgiHead(head.subarray(0, end).toString()));
    const rest = head.subarray(end + 4);
    head = null;
    if (fault === 'stall') return void response.write(rest.subarray(0, 1));
    body.write(rest);
  });
  backend.on('close', () => {
    backends.delete(backend);
    if (cut) return void request.socket.destroy();
    if (fault === 'stall') return;
    if (!response.headersSent) response.writeHead(500);
    body.end();
  });
}

/** A stream that passes on what it gets piece by piece. */
function trickleInto(response: ServerResponse): Writable {
  const pieces = async (chunk: Buffer): Promise<void> => {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      response.write(chunk.subarray(at, at + PIECE_BYTES));
      await delay(PAUSE_MS);
    }
  };
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void pieces(chunk).then(() => done(), done),
    final(done) {
      response.end();
      done();
    },
  });
}

function parseCgiHead(text: string): [number, Record<string, string>] {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return [status, headers];
}
