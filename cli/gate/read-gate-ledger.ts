/** Reads the shared ledger of the remote by two requests, or else by Git; the checkout is not touched. Never rejects. */
import type { RemoteAuth } from '../../git/remote-access.ts';
import { readRemoteFile } from '../../git/remote-file.ts';
import { REMOTE_REFS } from '../../ledger/remote-refs.ts';
import type { Environment } from '../environment.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import type { GateLedger } from './gate-ledger.ts';

/** How the remote is reached. */
export interface GateRemote {
  /** Address of the repository, without credentials. */
  readonly url: string;
  readonly auth: RemoteAuth | undefined;
  readonly timeoutMs: number;
  readonly onAsked: (() => void) | undefined;
}

/** For the two requests; a fetch may take as long again. */
const PATIENCE_MS = 20_000;

/** The ledger of the repository that the environment names; `onAsked` as for a file of a remote. */
export async function readGateLedger(environment: Environment, onAsked?: () => void): Promise<GateLedger> {
  const { serverUrl, repository } = environment.github ?? { serverUrl: null, repository: null };
  if (serverUrl === null || repository === null) return { kind: 'unreadable', why: 'the environment names no repository' };
  const url = `${serverUrl}/${repository}`;
  try {
    return await read({ url, auth: remoteAuth(environment, url), timeoutMs: PATIENCE_MS, onAsked }, environment);
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
}

async function read(remote: GateRemote, environment: Environment): Promise<GateLedger> {
  // Git knows how to go through a proxy.
  if (hasProxy(remote, environment) || !/^https?:\/\//.test(remote.url)) return byGit(remote);
  const answer = await readRemoteFile({ ...remote, refs: [REMOTE_REFS.ref, REMOTE_REFS.branch], file: 'state.json' });
  // Whatever is unusual about the server or the way to it, Git has met it before.
  if (!answer.ok) return byGit(remote);
  if (answer.tip === null) return { kind: 'absent' };
  if (answer.content === null) return { kind: 'unreadable', why: 'it has no state.json' };
  const { gateLedgerOf } = await import('./gate-ledger.ts');
  return gateLedgerOf(answer.content);
}

async function byGit(remote: GateRemote): Promise<GateLedger> {
  const { fetchGateLedger } = await import('./fetch-gate-ledger.ts');
  return fetchGateLedger(remote);
}

function hasProxy({ url }: GateRemote, { variables }: Environment): boolean {
  const names = url.startsWith('https:') ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
  return [...names, 'all_proxy', 'ALL_PROXY'].some((name) => Boolean(variables[name]));
}
