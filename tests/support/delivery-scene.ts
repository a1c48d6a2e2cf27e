/** A repository at one commit, and a commit on top of it that waits to be delivered. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deliverLocal } from '../../git/local-delivery.ts';
import type { LocalResult } from '../../git/local-delivery.ts';
import { repositoryWith } from './git-repository.ts';
import type { Content, TestRepository } from './git-repository.ts';

export interface Scene extends AsyncDisposable {
  readonly repo: TestRepository;
  readonly move: { readonly branch: string; readonly from: string; readonly to: string };
}

export const BEFORE = {
  'a.txt': 'old a\n',
  'b.txt': 'old b\n',
  'gone.txt': 'old\n',
  'mine.txt': 'theirs\n',
  'run.sh': 'x\n',
  'staged.txt': '1\n',
  '.gitignore': 'ignored*\n',
};
export const AFTER = { 'a.txt': 'new a\n', 'b.txt': 'new b\n', 'gone.txt': null, 'deep/er/new.txt': 'new\n' };

/** A repository at `from` and a commit `to` on top of it that no branch has. */
export async function scene(
  after: Readonly<Record<string, Content>> = AFTER,
  before: Readonly<Record<string, Content>> = BEFORE,
): Promise<Scene> {
  const repo = await repositoryWith(before);
  const from = await repo.head();
  await repo.git('checkout', '-q', '--detach');
  const to = await repo.commit('auto: fix', after);
  await repo.git('checkout', '-q', 'main');
  return { repo, move: { branch: 'main', from, to }, [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose]() };
}

/** Work of a person in files that the commit does not change. */
export async function makeDirty(repo: TestRepository): Promise<void> {
  await repo.write('mine.txt', 'my work\n');
  await repo.write('staged.txt', 'staged\n');
  await repo.git('add', 'staged.txt');
  await repo.write('untracked.txt', 'u\n');
  await repo.write('ignored.txt', 'i\n');
}

export async function deliver({ repo, move }: Scene): Promise<LocalResult> {
  return deliverLocal({ repository: await repo.open(), ...move });
}

/** Contents of the files, the index and the branch: what must be as it was. */
export async function state(repo: TestRepository): Promise<Record<string, string>> {
  const result: Record<string, string> = {
    index: (await readFile(join(repo.path, '.git', 'index'))).toString('base64'),
    branch: await repo.git('rev-parse', 'refs/heads/main'),
    head: await repo.git('symbolic-ref', 'HEAD'),
  };
  for (const entry of await readdir(repo.path, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('/.git/')) result[path.slice(repo.path.length)] = await readFile(path, 'utf8');
  }
  return result;
}
