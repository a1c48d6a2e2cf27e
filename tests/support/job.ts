/** A repository on a Git server with a checkout of it, and programs that run in it as in a job of GitHub Actions. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepository, repositoryAt, temporaryFolder, type Content, type TestRepository } from './git-repository.ts';
import { startGitServer, WRITER_TOKEN, type GitServer } from './git-server.ts';
import { pairsOf } from './workflow/command-files.ts';

const PROJECT = join(import.meta.dirname, '..', '..');

export const GATE = join(PROJECT, 'dist', 'gate.mjs');
export const AGENT = join(PROJECT, 'bin', 'agent.js');

export interface StepEnd {
  readonly code: number | null;
  /** Both streams. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the Git server was asked meanwhile. */
  readonly requests: readonly string[];
}

export interface JobScene extends AsyncDisposable {
  readonly server: GitServer;
  /** The bare repository `owner/name`. */
  readonly remote: TestRepository;
  /** A shallow clone without credentials, as actions/checkout leaves it. */
  readonly checkout: TestRepository;
  /** Commits on top of the remote's branch, as a person would push it; the checkout stays behind. */
  push(message: string, files: Readonly<Record<string, Content>>): Promise<string>;
  /** Brings the checkout to the newest commit. */
  refresh(): Promise<void>;
  /** Runs `node <argv>` in the checkout. */
  step(
    argv: readonly string[],
    event: { readonly name: string; readonly payload?: object; readonly env?: Readonly<Record<string, string>>; readonly node?: string },
  ): Promise<StepEnd>;
}

/** The files are the first commit on main. */
export async function jobScene(files: Readonly<Record<string, Content>>): Promise<JobScene> {
  const server = await startGitServer({ readsAnonymously: false });
  const remote = await server.create('owner/name');
  const work = await createRepository();
  await work.commit('feat: first', files);
  await work.git('push', '-q', remote.path, 'HEAD:main');
  const folder = await temporaryFolder();
  const path = join(folder.path, 'checkout');
  const credentials = ['-c', `http.extraHeader=${server.header(WRITER_TOKEN)}`];
  await work.git(...credentials, 'clone', '-q', '--depth=1', '--no-tags', server.url('owner/name'), path);
  const checkout = repositoryAt(path);
  let steps = 0;
  return {
    server,
    remote,
    checkout,
    async push(message, changed) {
      await work.git('pull', '-q', '--ff-only', remote.path, 'main');
      const sha = await work.commit(message, changed);
      await work.git('push', '-q', remote.path, 'HEAD:main');
      return sha;
    },
    async refresh() {
      await checkout.git(...credentials, 'fetch', '-q', '--depth=1', 'origin', 'main');
      await checkout.git('reset', '-q', '--hard', 'FETCH_HEAD');
    },
    async step(argv, { name, payload = {}, env = {}, node = process.execPath }) {
      steps += 1;
      const file = (what: string): string => join(folder.path, `${steps}-${what}`);
      await writeFile(file('event.json'), JSON.stringify(payload));
      for (const what of ['output', 'summary']) await writeFile(file(what), '');
      const before = server.requests.length;
      const child = spawn(node, argv, {
        cwd: checkout.path,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: folder.path,
          CI: 'true',
          GITHUB_ACTIONS: 'true',
          GITHUB_EVENT_NAME: name,
          GITHUB_EVENT_PATH: file('event.json'),
          GITHUB_OUTPUT: file('output'),
          GITHUB_STEP_SUMMARY: file('summary'),
          GITHUB_SERVER_URL: server.origin,
          // Nobody listens there: what is to be said on GitHub is left over.
          GITHUB_API_URL: 'http://127.0.0.1:9',
          GITHUB_REPOSITORY: 'owner/name',
          GITHUB_REF: 'refs/heads/main',
          GITHUB_SHA: await checkout.head(),
          GITHUB_RUN_ID: String(steps),
          GITHUB_TOKEN: WRITER_TOKEN,
          RUNNER_TEMP: folder.path,
          ...env,
        },
      });
      let log = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      const [outputs, summary] = await Promise.all([readFile(file('output'), 'utf8'), readFile(file('summary'), 'utf8')]);
      return { code, log, outputs: pairsOf(outputs), summary, requests: server.requests.slice(before) };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server[Symbol.asyncDispose](), work[Symbol.asyncDispose](), folder[Symbol.asyncDispose]()]);
    },
  };
}
