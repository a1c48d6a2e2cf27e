/** Partial clones: what is not here is fetched in one go before it is read, and what cannot be had is said. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from './exec-git.ts';
import { remoteFailure, remoteOptions, remoteSentence } from './remote-access.ts';
import type { GitDirectory, Repository } from './repository.ts';

const FETCH_TIMEOUT_MS = 600_000;
const STALLED_MS = 60_000;
/** Trees may be absent as well: each question brings their files into sight. */
const MOST_ROUNDS = 5;

/** Whether the clone may lack objects; reads its configuration and starts no process. */
export async function isPartialClone({ commonDir }: Pick<Repository, 'commonDir'>): Promise<boolean> {
  return /promisor|partialclone/i.test(await readFile(join(commonDir, 'config'), 'utf8').catch(() => ''));
}

/** Brings everything that the tree of a commit lacks; does nothing in a whole clone. Throws GitError `objects-missing`. */
export async function completeTree(repository: Repository, commit: string): Promise<void> {
  if (!(await isPartialClone(repository))) return;
  const remote = await promisorRemote(repository);
  if (remote === null) return;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const missing = await missingBelow(repository, commit);
    if (missing.length === 0) return;
    await fetchObjects(repository, remote, missing);
  }
}

/** Brings those of the blobs that the remote of a partial clone promised; does nothing in a whole clone. Throws GitError `objects-missing`. */
export async function fetchMissingBlobs(repository: GitDirectory, oids: readonly string[]): Promise<void> {
  const remote = await promisorRemote(repository);
  if (remote === null || oids.length === 0) return;
  // Only a walk can tell without fetching them, and a walk wants a tree.
  const entries = oids.map((oid) => `100644 blob ${oid}\t${oid}\n`).join('');
  const tree = (await git(['mktree', '--missing'], { gitDir: repository.gitDir, input: entries })).stdout.trim();
  const missing = await missingBelow(repository, tree);
  // Asked for a missing blob, git would fetch each by itself and end at the first that cannot be had.
  if (missing.length > 0) await fetchObjects(repository, remote, missing);
}

/** The remote from which a partial clone gets what it lacks; null for a whole clone. */
async function promisorRemote({ gitDir }: GitDirectory): Promise<string | null> {
  const args = ['config', '--name-only', '-z', '--get-regexp', String.raw`^remote\..*\.promisor$`];
  const remote = /^remote\.(.*)\.promisor\0/s.exec((await git(args, { gitDir, okCodes: [0, 1] })).stdout)?.[1];
  return remote === undefined || remote.startsWith('-') ? null : remote;
}

async function missingBelow({ gitDir }: GitDirectory, treeish: string): Promise<string[]> {
  const { stdout } = await git(['rev-list', '--objects', '--no-object-names', '--missing=print', '--no-walk', treeish], { gitDir });
  return stdout.split('\n').flatMap((line) => (line.startsWith('?') ? [line.slice(1)] : []));
}

/** Asks for these objects, all at once. */
async function fetchObjects(repository: GitDirectory, remote: string, oids: readonly string[]): Promise<void> {
  const options = await remoteOptions(repository, remote, { timeoutMs: FETCH_TIMEOUT_MS, stalledMs: STALLED_MS });
  // The same words with which Git itself fetches what is missing.
  const args = [
    ...['fetch', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no', '--no-auto-maintenance'],
    ...['--filter=blob:none', '--stdin', remote],
  ];
  const config = [...(options.config ?? []), ['fetch.negotiationAlgorithm', 'noop'] as const];
  try {
    await git(args, { ...options, config, input: `${oids.join('\n')}\n` });
  } catch (error) {
    const { reason, stderr } = remoteFailure(error);
    const missing = oids.length === 1 ? '1 object that is needed is missing' : `${oids.length} objects that are needed are missing`;
    const why = await remoteSentence(repository, remote, reason);
    throw new GitError('objects-missing', `this clone is partial and ${missing}: ${why}`, { stderr });
  }
}
