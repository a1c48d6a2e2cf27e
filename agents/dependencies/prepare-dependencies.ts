/** Gives a worktree the repository's dependencies without ever writing into the user's checkout. */
import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from '../project.ts';
import type { RunTool } from '../tools/run-tool.ts';
import { dependencyFolders, dependencyState } from './dependency-state.ts';
import { installDependencies } from './install-dependencies.ts';
import { buildLinkFarm } from './link-farm.ts';

export interface DependencyPolicy {
  /** `link`: one link a package (26 ms); `copy`: for tools that resolve real paths; `install`: always from the lockfile. */
  readonly how: 'link' | 'copy' | 'install';
  /** Whether the network and a package manager may be used when node_modules is absent or out of step. */
  readonly mayInstall: boolean;
  /** Absolute folder for installed trees. */
  readonly cache: string;
}

/** Where a worktree's dependencies come from: a folder to take them from, or why there is none. */
export type DependencySource =
  { readonly ok: true; readonly folder: string; readonly how: 'link' | 'copy' } | { readonly ok: false; readonly why: string };

/** Decides once a run where dependencies come from; `root` is the user's checkout, null for a bare repository. */
export async function dependencySource(ask: {
  root: string | null;
  project: Project;
  policy: DependencyPolicy;
  runTool: RunTool;
}): Promise<DependencySource> {
  const { root, project, policy, runTool } = ask;
  const state =
    root === null ? ({ inStep: false, why: 'a bare repository has no node_modules' } as const) : await dependencyState(root, project);
  if (root !== null && state.inStep && policy.how !== 'install') return { ok: true, folder: root, how: policy.how };
  const missing = state.inStep ? 'the configuration asks for an install' : state.why;
  if (!policy.mayInstall && policy.how !== 'install') return { ok: false, why: missing };
  const installed = await installDependencies({ cache: policy.cache, project, runTool });
  return installed.ok ? { ok: true, folder: installed.folder, how: 'link' } : { ok: false, why: `${missing}; ${installed.why}` };
}

/** Puts the dependencies into one worktree. */
export async function placeDependencies(source: DependencySource, worktree: string, project: Project): Promise<void> {
  if (!source.ok) return;
  const dirs = dependencyFolders(project);
  if (source.how === 'link') return buildLinkFarm({ source: source.folder, worktree, dirs });
  for (const dir of dirs) {
    await cp(join(source.folder, dir, 'node_modules'), join(worktree, dir, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
