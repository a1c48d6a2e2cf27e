/** What GitHub's GraphQL interface objects to: it answers 200 and lists errors. */
import { GitHubError } from './github-error.ts';

export interface GraphqlProblem {
  /** GitHub's own sentence, on one line. */
  readonly message: string;
  /** `FORBIDDEN`, `STALE_DATA`, `UNPROCESSABLE` …; null where it gives none. */
  readonly type: string | null;
  /** Whether it may be another answer soon. */
  readonly isTransient: boolean;
}

/** The first error that GitHub listed, or the failure of the request itself. Throws anything else again. */
export function graphqlProblem(error: unknown): GraphqlProblem {
  const first = listed(error instanceof GitHubError ? error.cause : error)[0];
  if (first === undefined && error instanceof GitHubError) return { message: error.message, type: null, isTransient: error.isTransient };
  if (first === undefined) throw error;
  const message = first.message.replaceAll(/\s+/g, ' ').slice(0, 500);
  return { message, type: first.type ?? null, isTransient: first.type === 'RATE_LIMITED' || first.type === 'STALE_DATA' };
}

function listed(error: unknown): readonly { readonly message: string; readonly type?: string }[] {
  if (!(error instanceof Error) || error.name !== 'GraphqlResponseError') return [];
  return (error as Error & { errors?: readonly { readonly message: string; readonly type?: string }[] }).errors ?? [];
}
