/** Answers one request as GitHub would: who asks, what it may, whether the request is one that GitHub describes, then the operation. */
import { acceptedPermissions, assertMay, maySee, writePermissions } from './access.ts';
import type { ApiDescription, Match } from './api-description.ts';
import { complete } from './complete.ts';
import type { Gate } from './gate.ts';
import { readGraphql } from './graphql-document.ts';
import { limitHeaders, type Limits } from './limits.ts';
import { answerGraphql, GraphqlProblem } from './operations/graphql.ts';
import { appOfJwt } from './operations/apps.ts';
import { etagOf, pageOf } from './paging.ts';
import { Refusal, type Call, type Handler, type Reply } from './reply.ts';
import { fullName, type Repository, type Token, type World } from './state.ts';

export interface Asked {
  readonly method: string;
  /** With its query; the path without `/api/v3`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** JSON, or null for none. */
  readonly body: string | null;
  /** Id of the operation, null when GitHub describes none. */
  readonly operation: string | null;
  readonly login: string | null;
}

export interface FrontOptions {
  readonly world: World;
  readonly description: ApiDescription;
  readonly gate: Gate;
  readonly limits: Limits;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Told of everything that GitHub's description does not allow. */
  onViolation(sentence: string): void;
}

interface Asker {
  readonly text: string;
  readonly token: Token | null;
  readonly appId: number | null;
}

const NOBODY = 'ghost';

export class Front {
  readonly #options: FrontOptions;

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  async answer(asked: Asked): Promise<Answer> {
    const { world, description, limits } = this.#options;
    const text = tokenOf(asked.headers['authorization']);
    let operation: string | null = null;
    let login: string | null = null;
    const headers: Record<string, string> = { date: world.now().toUTCString(), 'x-github-request-id': `D:${world.nextId()}` };
    try {
      const asker = this.#asker(text);
      login = asker.token?.login ?? null;
      Object.assign(headers, asker.token?.kind === 'classic' ? { 'x-oauth-scopes': asker.token.scopes.join(', ') } : {});
      if (asked.url.pathname === '/graphql') {
        operation = 'graphql';
        limits.spend(text);
        return finished({ status: 200, body: await this.#graphql(asked, asker) });
      }
      const url = this.#current(asked.url);
      const match = description.match(asked.method, url.pathname);
      if (match === null) {
        this.#options.onViolation(`${asked.method} ${url.pathname}: GitHub describes no such operation`);
        throw new Refusal(404, 'Not Found');
      }
      operation = match.operation.id;
      if (operation !== 'rate-limit/get') limits.spend(text);
      const accepted = acceptedPermissions(match.operation);
      if (accepted.length > 0 && asker.token?.kind !== 'classic') headers['x-accepted-github-permissions'] = writePermissions(accepted);
      const { reply, body } = await this.#operate({ asked, url, match, asker });
      const page = pageOf({ ...reply, ...(body === undefined ? {} : { body }) }, new URL(url.href));
      if (page.link !== null) headers['link'] = page.link;
      const schema = match.operation.answers.get(reply.status);
      const whole = schema === undefined || schema === null ? page.body : complete(description, schema, page.body);
      for (const problem of this.#options.gate.answerProblems(match, reply.status, whole)) {
        this.#options.onViolation(`the double's answer to ${operation}, ${reply.status}: ${problem}`);
      }
      if (asked.method === 'GET' && reply.status === 200) {
        headers['etag'] = etagOf(JSON.stringify([whole, page.link]));
        if (asked.headers['if-none-match'] === headers['etag']) {
          // What did not change costs nothing.
          limits.of(text).remaining += 1;
          return finished({ status: 304 });
        }
      }
      return finished({ status: reply.status, body: whole });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof Moved) headers['location'] = error.location;
      const page = { message: error.message, documentation_url: 'https://docs.github.com/rest', status: String(error.status) };
      return finished({ status: error.status, body: { ...page, ...(error.errors === undefined ? {} : { errors: error.errors }) } });
    }

    function finished({ status, body }: { status: number; body?: unknown }): Answer {
      Object.assign(headers, limitHeaders(limits.of(text)));
      return { status, headers, body: body === undefined ? null : JSON.stringify(body), operation, login };
    }
  }

  #asker(text: string): Asker {
    const { world } = this.#options;
    if (text === '') return { text, token: null, appId: null };
    const token = world.tokens.get(text);
    // Installation tokens hold a JSON Web Token too, behind their own beginning.
    if (token === undefined && /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { text, token: null, appId: appOfJwt(world, text) };
    if (token === undefined || (token.expiresAt !== null && token.expiresAt <= world.now())) throw new Refusal(401, 'Bad credentials');
    return { text, token, appId: null };
  }

  /** The address with the repository's number, or one of its names, turned into its name of today. Throws Moved for former names. */
  #current(url: URL): URL {
    const { world } = this.#options;
    const current = new URL(url);
    const byNumber = /^\/repositories\/(\d+)(\/.*|)$/.exec(url.pathname);
    const numbered = world.repositories.find(({ id }) => id === Number(byNumber?.[1]));
    if (numbered !== undefined) current.pathname = `/repos/${fullName(numbered)}${byNumber?.[2] ?? ''}`;
    return current;
  }

  #repository({ asked, url, match, asker }: Request): Repository | null {
    const { owner, repo } = match.path;
    if (owner === undefined || repo === undefined) return null;
    const { world } = this.#options;
    const name = `${owner}/${repo}`.toLowerCase();
    const repository = world.repositories.find((known) => fullName(known).toLowerCase() === name);
    if (repository !== undefined) {
      if (asker.appId === null && !maySee(repository, asker.token)) throw new Refusal(404, 'Not Found');
      return repository;
    }
    const moved = world.formerNames.get(name);
    if (moved === undefined) throw new Refusal(404, 'Not Found');
    const rest = url.pathname.split('/').slice(4).join('/');
    const location = new URL(`/repositories/${moved.id}${rest === '' ? '' : `/${rest}`}${url.search}`, url.origin);
    throw new Moved(asked.method === 'GET' ? 301 : 307, location.href);
  }

  async #operate(request: Request): Promise<{ reply: Reply; body?: unknown }> {
    const { asked, url, match, asker } = request;
    const { world, gate, handlers } = this.#options;
    const { operation } = match;
    const body = jsonOf(asked.body);
    const problems = gate.requestProblems(match, url.searchParams, body);
    for (const problem of problems) this.#options.onViolation(`${operation.id}: ${problem}`);
    const repository = this.#repository(request);
    if (repository !== null && asker.appId === null) {
      assertMay(operation, repository, asker.token);
      if (repository.settings.archived && asked.method !== 'GET') throw new Refusal(403, 'Repository was archived so is read-only.');
    }
    if (problems.length > 0) throw new Refusal(422, `Invalid request.\n\n${problems.join('\n')}`);
    if (operation.id === 'rate-limit/get') return { reply: { status: 200 }, body: this.#limits(asker.text) };
    const handler = handlers[operation.id];
    if (handler === undefined) {
      this.#options.onViolation(`the double does not know ${operation.id} yet`);
      throw new Refusal(501, 'the double does not know this operation yet');
    }
    const call: Call = {
      world,
      repository: repository as Repository,
      path: match.path,
      query: url.searchParams,
      body: (body ?? {}) as Call['body'],
      login: asker.token?.login ?? NOBODY,
      token: asker.token,
      appId: asker.appId,
    };
    const reply = await handler(call);
    return { reply };
  }

  #limits(text: string): unknown {
    const { limit, remaining, resetsAt } = this.#options.limits.of(text);
    const core = { limit, remaining, used: limit - remaining, reset: Math.floor(resetsAt.getTime() / 1000) };
    return { resources: { core, search: core, graphql: core }, rate: core };
  }

  async #graphql({ body }: Asked, { token }: Asker): Promise<unknown> {
    if (token === null) throw new Refusal(401, 'This endpoint requires you to be authenticated.');
    const { query = '', variables = {} } = jsonOf(body) as { query?: string; variables?: Record<string, unknown> };
    try {
      const { operation, problems } = readGraphql(query, variables);
      for (const problem of problems) this.#options.onViolation(`graphql: ${problem}`);
      if (problems.length > 0)
        return { errors: problems.map((message) => ({ message, extensions: { code: 'argumentLiteralsIncompatible' } })) };
      return { data: await answerGraphql({ world: this.#options.world, token }, operation) };
    } catch (error) {
      if (error instanceof GraphqlProblem) {
        if (error.type === 'INTERNAL') this.#options.onViolation(error.message);
        return { data: null, errors: [{ type: error.type, message: error.message, path: [] }] };
      }
      if (!(error instanceof SyntaxError)) throw error;
      this.#options.onViolation(`graphql: ${error.message}`);
      return { errors: [{ message: error.message }] };
    }
  }
}

interface Request {
  readonly asked: Asked;
  readonly url: URL;
  readonly match: Match;
  readonly asker: Asker;
}

class Moved extends Refusal {
  readonly location: string;

  constructor(status: 301 | 307, location: string) {
    super(status, 'Moved Permanently');
    this.location = location;
  }
}

/** Of `Authorization: token …`, `bearer …` or Basic with the token as password; empty for none. */
function tokenOf(header: string | string[] | undefined): string {
  const [, scheme = '', value = ''] = /^(\w+) +(.+)$/.exec(String(header ?? '')) ?? [];
  if (/^basic$/i.test(scheme)) return Buffer.from(value, 'base64').toString().split(':').slice(1).join(':');
  return /^(token|bearer)$/i.test(scheme) ? value : '';
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}
