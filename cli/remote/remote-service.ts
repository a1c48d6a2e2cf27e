/** A service that is asked over HTTP, by a token: `--server URL`. */
import { createTRPCClient, httpLink, TRPCClientError, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../../dashboard/server/router.ts';
import { REFUSALS } from '../../scheduler/agent-states.ts';
import { SteerError, type SteerErrorCode } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { identityHere } from '../serve/identity-here.ts';
import { UsageError } from '../usage-error.ts';
import { RemoteError } from './remote-error.ts';

export interface RemoteService {
  readonly url: URL;
  /** Asks; throws SteerError for what the state does not allow, RemoteError for the rest. */
  readonly ask: <Answer>(work: (api: TRPCClient<AppRouter>) => Promise<Answer>) => Promise<Answer>;
  /** The repository at hand, as the service knows it; where there is none, the only one that it looks after. Throws UsageError. */
  readonly repository: () => Promise<RemoteRepository>;
}

export interface RemoteRepository {
  readonly id: string;
  readonly name: string;
  readonly branch: string;
  /** Whether the clone at hand is one of it. */
  readonly isHere: boolean;
}

const PATIENCE_MS = 30_000;

/** Throws UsageError for an address that a token must not go to. */
export function openRemote(address: string, context: CommandContext): RemoteService {
  const url = requireAddress(address);
  const token = context.environment.variables['UPKEEP_TOKEN'] ?? '';
  if (token === '')
    throw new UsageError('UPKEEP_TOKEN: expected a token of the service, which its dashboard makes under Settings; it was not set');
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: new URL('api/trpc', url),
        headers: { authorization: `Bearer ${token}` },
        fetch: (input, init) =>
          fetch(input as string | URL, { ...(init as RequestInit), redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) }),
      }),
    ],
  });
  const ask = async <Answer>(work: (client: TRPCClient<AppRouter>) => Promise<Answer>): Promise<Answer> =>
    work(api).catch((error: unknown) => {
      throw asError(error, url);
    });
  return { url, ask, repository: async () => repositoryOf(await ask((one) => one.repositories.list.query()), context) };
}

function requireAddress(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--server: expected an address such as https://upkeep.example.com, got ${JSON.stringify(address)}`);
  const isLocal = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLocal)
    throw new UsageError(
      `--server: the token would travel to ${url.host} for everybody to read: give an address that begins with https://`,
    );
  return url.pathname.endsWith('/') ? url : new URL(`${url.pathname}/`, url);
}

async function repositoryOf(
  known: readonly { readonly id: string; readonly name: string; readonly identity: string; readonly branch: string }[],
  context: CommandContext,
): Promise<RemoteRepository> {
  const identity = await identityHere(context).catch(() => null);
  const own = known.find((one) => one.identity === identity);
  const [only, other] = known;
  const found = own ?? (identity === null && other === undefined ? only : undefined);
  if (found !== undefined) return { id: found.id, name: found.name, branch: found.branch, isHere: own !== undefined };
  const names = known.map(({ name }) => name).join(', ');
  throw new UsageError(
    known.length === 0
      ? 'the service looks after no repository'
      : `the service does not look after ${identity ?? 'one repository alone'}: work in a clone of one that it does (${names})`,
  );
}

/** Codes of the service that commands have words for. */
const STEERED: ReadonlyMap<string, SteerErrorCode> = new Map<string, SteerErrorCode>([
  ...REFUSALS.map((refusal) => [`CONFLICT-${refusal.toUpperCase()}`, refusal] as const),
  ['CONFLICT-DISABLED', 'disabled'],
  ['CONFLICT-SETTLED', 'settled'],
  ['NOT-FOUND-AGENT', 'unknown-agent'],
  ['NOT-FOUND-RUN', 'unknown-run'],
]);

function asError(error: unknown, url: URL): unknown {
  if (!(error instanceof TRPCClientError)) return error;
  const data = error.data as { readonly code?: unknown } | null | undefined;
  if (typeof data?.code === 'string') {
    const steered = STEERED.get(data.code);
    return steered === undefined
      ? new RemoteError(data.code, `${url.host}: ${error.message}`, error)
      : new SteerError(steered, error.message);
  }
  const { cause } = error;
  if (cause instanceof SyntaxError)
    return new RemoteError('no-upkeep', `${url.host} answers, but no upkeep does: check the address after --server`, error);
  return new RemoteError('unreachable', `${url.host} does not answer: ${reasonOf(cause ?? error)}`, error);
}

/** `fetch failed` says nothing; what it wraps does. */
function reasonOf(error: Error): string {
  const { cause } = error;
  if (error.name === 'TimeoutError') return `nothing came within ${PATIENCE_MS / 1000} s`;
  if (cause instanceof AggregateError) return cause.errors.map(String).join('; ');
  return cause instanceof Error ? cause.message : error.message;
}
