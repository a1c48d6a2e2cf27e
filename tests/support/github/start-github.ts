/**
 * A GitHub of our own on the loopback interface: every request is held against GitHub's own description and answered from a world that
 * remembers; beside it a real Git server with the same repositories and tokens.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { openGitHub, type GitHub, type GitHubOptions } from '../../../github/client.ts';
import { startGitServer, type GitServer } from '../git-server.ts';
import { hasRole } from './access.ts';
import { loadApiDescription, type ApiDescription } from './api-description.ts';
import { createFakeRepository, type FakeRepository, type RepositorySeed } from './fake-repository.ts';
import { answerFault, createFaults, type Fault } from './faults.ts';
import { Front } from './front.ts';
import { openGate, type Gate } from './gate.ts';
import { createLimits, type Limits } from './limits.ts';
import { actionsOperations } from './operations/actions.ts';
import { appOperations } from './operations/apps.ts';
import { checkOperations } from './operations/checks.ts';
import { commentOperations } from './operations/comments.ts';
import { commitOperations } from './operations/commits.ts';
import { gitOperations } from './operations/git-data.ts';
import { issueOperations } from './operations/issues.ts';
import { pullOperations } from './operations/pulls.ts';
import { repositoryOperations } from './operations/repositories.ts';
import { fullName, userOf, type App, type Permissions, type Token, type World } from './state.ts';

/** The repository and the token that are there when nothing else is asked for. */
export const REPOSITORY = 'acme/site';
export const TOKEN = 'workflow-token';

/** What a workflow gets that asks for all that Upkeep can use. */
export const ALL_PERMISSIONS: Permissions = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
};

/** What is left out is that of GITHUB_TOKEN with all permissions. */
export type TokenSeed = Partial<Token>;

export interface FakeGitHubOptions {
  /** `owner/name` → what is there at first; default `{ 'acme/site': {} }`. */
  readonly repositories?: Readonly<Record<string, RepositorySeed>>;
  /** Token → whose it is; default `workflow-token` of `github-actions[bot]` with all permissions that Upkeep can use. */
  readonly tokens?: Readonly<Record<string, TokenSeed>>;
  /** People beside those that repositories and tokens name. */
  readonly users?: readonly string[];
  /** Owners that are organisations. */
  readonly organizations?: readonly string[];
  readonly apps?: readonly App[];
  /** GitHub's clock; default this machine's. */
  readonly now?: () => Date;
}

export interface LoggedRequest {
  readonly method: string;
  /** Without `/api/v3` and without the query. */
  readonly path: string;
  readonly query: string;
  /** `issues/create`, `graphql`; null when GitHub describes no such operation or the request met a fault before. */
  readonly operation: string | null;
  /** 0: no answer arrived. */
  readonly status: number;
  /** As it came; empty for none. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly login: string | null;
}

export interface FakeGitHub extends AsyncDisposable {
  /** Address of the REST interface. With `/api/v3` behind it, it answers as GitHub Enterprise. */
  readonly url: string;
  /** The Git server that has the same repositories and takes the same tokens. */
  readonly server: GitServer;
  /** Requests in the order they were answered. */
  readonly log: readonly LoggedRequest[];
  /** `POST /repos/acme/site/issues 201`, one an answered request. */
  readonly lines: readonly string[];
  /** What was asked against GitHub's description; disposing of the double fails the test when there is anything. */
  readonly violations: readonly string[];
  /** Fails the test unless every request was one that GitHub describes. */
  expectNoViolations(): void;
  /** Takes what was violated so far out of the list: for tests of the double itself. */
  takeViolations(): string[];
  failNext(fault: Fault): void;
  /** Resolves when a request has met the next fault. */
  faultMet(): Promise<void>;
  /** From now on every connection is cut; `up` ends that. */
  down(): void;
  up(): void;
  /** Sets what is left of the hourly limit of a token (default: the first), and in how many seconds it is filled up. */
  limit(remaining: number, seconds: number, token?: string): void;
  /** A repository; default the first. */
  repository(name?: string): FakeRepository;
  addToken(token: string, seed: TokenSeed): void;
  /** The token is unknown from now on. */
  revoke(token: string): void;
  /** The real door to the first repository, with the first token, without waits and retries. */
  open(options?: Partial<GitHubOptions>): GitHub;
}

let shared: { readonly description: ApiDescription; readonly gate: Gate } | null = null;

/** Starts the double; 50 ms once the description is read, which happens once a test file. */
export async function startGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const now = options.now ?? (() => new Date());
  const faults = createFaults();
  const violations: string[] = [];
  const log: LoggedRequest[] = [];
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let lastId = 100;
  const world: World = {
    url,
    users: new Map(),
    tokens: new Map(),
    repositories: [],
    formerNames: new Map(),
    apps: [...(options.apps ?? [])],
    now,
    nextId: () => (lastId += 1),
  };
  const addToken = (token: string, seed: TokenSeed): void => {
    const kind = seed.kind ?? 'workflow';
    const login = seed.login ?? 'github-actions[bot]';
    world.tokens.set(token, { login, kind, permissions: ALL_PERMISSIONS, scopes: [], expiresAt: null, repositories: null, ...seed });
    userOf(world, login);
  };
  for (const login of options.users ?? []) userOf(world, login);
  for (const login of options.organizations ?? [])
    world.users.set(login.toLowerCase(), { login, id: world.nextId(), type: 'Organization' });
  for (const [token, seed] of Object.entries(options.tokens ?? { [TOKEN]: {} })) addToken(token, seed);
  const [firstToken = TOKEN] = world.tokens.keys();
  const gitServer = await startGitServer({ tokens: gitTokens(world) });
  const repositories = new Map<string, FakeRepository>();
  for (const [name, seed] of Object.entries(options.repositories ?? { [REPOSITORY]: {} })) {
    repositories.set(name, await createFakeRepository({ world, server: gitServer, name, seed }));
  }
  shared ??= ((description) => ({ description, gate: openGate(description) }))(loadApiDescription());
  const limits: Limits = createLimits(now);
  const front = new Front({
    ...shared,
    world,
    limits,
    handlers: {
      ...actionsOperations,
      ...appOperations,
      ...checkOperations,
      ...commentOperations,
      ...commitOperations,
      ...gitOperations,
      ...issueOperations,
      ...pullOperations,
      ...repositoryOperations,
    },
    onViolation: (sentence) => violations.push(sentence),
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (faults.isDown) return void request.socket.destroy();
    const body = await bodyOf(request);
    const address = new URL((request.url ?? '/').replace(/^\/api\/v3(?=\/|$)/, '').replace(/^\/api\/graphql/, '/graphql'), url);
    const method = request.method ?? 'GET';
    const words = { method, path: address.pathname, query: address.search.slice(1), body, headers: request.headers };
    const fault = faults.take(`${method} ${address.pathname}`);
    const how = fault === null ? null : (fault.how ?? 'answer');
    const logIt = (more: Pick<LoggedRequest, 'operation' | 'status' | 'login'>): void => void log.push({ ...words, ...more });
    if (fault !== null && (how === 'answer' || how === 'hang' || how === 'reset')) {
      const status = how === 'answer' ? answerFault(response, fault) : 0;
      logIt({ operation: null, status, login: null });
      if (how === 'reset') request.socket.destroy();
      return;
    }
    try {
      const answer = await front.answer({ method, url: address, headers: request.headers, body });
      logIt({ operation: answer.operation, status: how === null ? answer.status : 0, login: answer.login });
      if (how === 'lost') return void request.socket.destroy();
      const text = answer.body ?? '';
      const isJson = answer.body !== null;
      response.writeHead(answer.status, { ...answer.headers, ...(isJson ? { 'content-type': 'application/json; charset=utf-8' } : {}) });
      if (how !== 'cut') return void response.end(text);
      response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
    } catch (error) {
      violations.push(
        `the double broke at ${method} ${address.pathname}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      response.writeHead(500).end();
    }
  }

  const expectNoViolations = (): void => expect(violations, 'requests that GitHub does not describe').toEqual([]);
  return {
    url,
    server: gitServer,
    log,
    get lines() {
      return log.map(({ method, path, status }) => `${method} ${path} ${status}`);
    },
    violations,
    expectNoViolations,
    takeViolations: () => violations.splice(0),
    failNext: (fault) => faults.add(fault),
    faultMet: () => faults.met(),
    down: () => {
      faults.isDown = true;
    },
    up: () => {
      faults.isDown = false;
    },
    limit: (remaining, seconds, token = firstToken) => limits.set(token, remaining, new Date(now().getTime() + seconds * 1000)),
    repository: (name) => {
      const found = name === undefined ? [...repositories.values()][0] : repositories.get(name);
      if (found === undefined)
        throw new Error(`the double has no repository ${name ?? ''}: ${world.repositories.map(fullName).join(', ')}`);
      return found;
    },
    addToken,
    revoke: (token) => void world.tokens.delete(token),
    open: (more = {}) => {
      const [owner = '', repo = ''] = ([...repositories.keys()][0] ?? REPOSITORY).split('/');
      return openGitHub({
        repository: { owner, repo },
        auth: { kind: 'token', token: firstToken },
        baseUrl: url,
        version: '0.0.0',
        redact: (text) => text,
        patience: { retries: 0, throttle: false },
        ...more,
      });
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await gitServer[Symbol.asyncDispose]();
      expectNoViolations();
    },
  };
}

/** Tokens as the Git server asks for them: whatever is known now. */
function gitTokens(world: World): Readonly<Record<string, { login: string; write: boolean }>> {
  return new Proxy<Record<string, { login: string; write: boolean }>>(
    {},
    {
      get: (_target, name) => {
        const token = world.tokens.get(String(name));
        if (token === undefined || (token.expiresAt !== null && token.expiresAt <= world.now())) return undefined;
        const isPerson = token.kind === 'classic' || token.kind === 'fine-grained';
        const mayWrite = token.kind === 'classic' ? token.scopes.includes('repo') : token.permissions['contents'] === 'write';
        const isMember = !isPerson || world.repositories.some((repository) => hasRole(repository, token.login, 'write'));
        return { login: token.login, write: mayWrite && isMember };
      },
    },
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
