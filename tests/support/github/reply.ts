/** What an operation of the double is given and gives back. */
import { fullName, type Repository, type Token, type World } from './state.ts';

export interface Call {
  readonly world: World;
  /** The repository in the path. Operations without one never look at it. */
  readonly repository: Repository;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** Login of who asks; `ghost` without a token. */
  readonly login: string;
  readonly token: Token | null;
  /** The App whose key signed the request, by id. */
  readonly appId: number | null;
}

export interface Reply {
  readonly status: number;
  /** Filled up to what GitHub describes. */
  readonly body?: unknown;
  /** Instead of a body: a list that is cut into pages. */
  readonly list?: readonly unknown[];
  /** The list is the property of this name, beside `total_count`. */
  readonly wrap?: string;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** A refusal in GitHub's words. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** 422 about one field. */
export function invalid(resource: string, field: string, code: 'missing_field' | 'invalid' | 'already_exists'): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, field, code }]);
}

/** 422 about one field that is longer than GitHub takes. */
export function tooLong(resource: string, field: string, most: number): Refusal {
  const message = `${field} is too long (maximum is ${most} characters)`;
  return new Refusal(422, 'Validation Failed', [{ resource, field, code: 'custom', message }]);
}

/** 422 with a sentence of its own. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, message);
}

/** Dates as GitHub writes them: to the second. */
export function stamp(date: Date): string;
export function stamp(date: Date | null): string | null;
export function stamp(date: Date | null): string | null {
  return date === null ? null : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function repositoryUrl(world: World, repository: Repository): string {
  return `${world.url}/repos/${fullName(repository)}`;
}

/** The page that people see. */
export function pageUrl(world: World, repository: Repository): string {
  return `${new URL(world.url).origin}/${fullName(repository)}`;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

export function optionalText(value: unknown): string | null {
  return value === undefined || value === null ? null : text(value);
}
