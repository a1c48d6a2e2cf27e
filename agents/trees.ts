/** The worktrees of one invocation: made on demand with their dependencies, all removed at its end. */
import type { Repository } from '../git/repository.ts';
import { openWorktree } from '../git/worktree.ts';
import type { Worktree } from '../git/worktree.ts';
import { placeDependencies } from './dependencies/prepare-dependencies.ts';
import type { DependencySource } from './dependencies/prepare-dependencies.ts';
import type { ReadProject } from './read-project.ts';

export interface Trees extends AsyncDisposable {
  /** A tree of the commit that several checks read side by side; made once. */
  shared(project: ReadProject): Promise<Worktree>;
  /** A tree of the commit for one user that may write into it. Dispose of it when done. */
  own(label: string, project: ReadProject): Promise<Worktree>;
  /**
   * Does `use` in a tree of the commit whose dependencies are copies, one use after another; null, and `use` is not called,
   * where other trees have no links to dependencies either. The copies are made once for all commits that need the same.
   */
  copied<T>(project: ReadProject, use: (tree: Worktree) => Promise<T>): Promise<T | null>;
}

export interface TreesOptions {
  readonly repository: Repository;
  readonly runId: string;
  /** Absolute folder that will hold the worktrees. */
  readonly folder: string;
  dependencies(project: ReadProject): Promise<DependencySource>;
}

/** Nothing is created before the first tree is asked for; after disposing nothing is created any more. */
export function openTrees(options: TreesOptions): Trees {
  const asked = new Set<Promise<Worktree>>();
  const sharedByCommit = new Map<string, Promise<Worktree>>();
  let isClosed = false;

  const make = async (label: string, project: ReadProject, isCopy: boolean): Promise<Worktree> => {
    const worktree = await openWorktree({
      repository: options.repository,
      commit: project.commit,
      dir: options.folder,
      runId: options.runId,
      label,
    });
    try {
      const source = await options.dependencies(project);
      await placeDependencies(isCopy && source.ok && source.how === 'link' ? { ...source, how: 'copy' } : source, worktree.path, project);
      return worktree;
    } catch (error) {
      await worktree.remove().catch(() => undefined);
      throw error;
    }
  };
  const open = async (label: string, project: ReadProject, isCopy = false): Promise<Worktree> => {
    if (isClosed) throw new TypeError(`a worktree was asked for after the end of the run: ${label}`);
    const tree = make(`${asked.size + 1}-${label}`, project, isCopy);
    asked.add(tree);
    return tree;
  };
  const copiesOf = new Map<DependencySource, Promise<Worktree>>();
  let turn: Promise<unknown> = Promise.resolve();

  return {
    own: open,
    shared(project) {
      let tree = sharedByCommit.get(project.commit);
      if (tree === undefined) {
        tree = open('read', project);
        sharedByCommit.set(project.commit, tree);
      }
      return tree;
    },
    async copied(project, use) {
      const source = await options.dependencies(project);
      if (!source.ok || source.how !== 'link') return null;
      const mine = turn.then(async () => {
        const made = copiesOf.get(source) ?? open('copies', project, true);
        copiesOf.set(source, made);
        const tree = await made;
        if (tree.commit !== project.commit) await tree.reset(project.commit);
        return use(tree);
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await turn;
      const made = (await Promise.allSettled(asked)).filter((tree) => tree.status === 'fulfilled');
      const removed = await Promise.allSettled(made.map(({ value }) => value.remove()));
      const failed = removed.find((removal) => removal.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}
