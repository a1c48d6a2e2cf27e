/** Which branch a repository calls its own, as far as a clone can tell. */
import { git } from '../../git/exec-git.ts';
import type { Repository } from '../../git/repository.ts';

export interface DefaultBranch {
  readonly name: string;
  /** What says so, as the end of a sentence. */
  readonly because: string;
}

/** Names that people give it, the likeliest first. */
const USUAL = ['main', 'master', 'trunk', 'develop'];

export async function findDefaultBranch(repository: Repository): Promise<DefaultBranch> {
  const { gitDir } = repository;
  const read = async (args: readonly string[]): Promise<string> => (await git(args, { gitDir, okCodes: [0, 1, 128] })).stdout.trim();
  const told = (await read(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'])).replace(/^origin\//, '');
  if (told !== '') return { name: told, because: 'origin/HEAD names it' };

  const refs = (await read(['for-each-ref', '--format=%(refname)', 'refs/remotes', 'refs/heads'])).split('\n');
  for (const name of USUAL) {
    const ref = refs.find((one) => one.startsWith('refs/remotes/') && one.split('/').slice(3).join('/') === name);
    if (ref !== undefined) return { name, because: `${ref.slice('refs/remotes/'.length)} is there` };
  }
  const configured = await read(['config', '--get', 'init.defaultBranch']);
  for (const name of [configured, 'main', 'master']) {
    if (!refs.includes(`refs/heads/${name}`)) continue;
    return { name, because: name === configured ? 'init.defaultBranch names it' : 'there is a branch of that name' };
  }
  const because = 'it is checked out and nothing else tells: change the workflow if it is another';
  return { name: repository.branch ?? (configured === '' ? 'main' : configured), because };
}
