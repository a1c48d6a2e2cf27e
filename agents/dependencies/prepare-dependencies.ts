/** Gives a worktree the repository's dependencies without ever writing into the user's checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../project.ts';
import type { ReadProject } from '../read-project.ts';
import type { RunTool } from '../tools/run-tool.ts';
import { copyFolder } from './copy-folder.ts';
import { asksForPackages, dependencyFolders, dependencyState } from './dependency-state.ts';
import type { DependencyState } from './dependency-state.ts';
import { installInputs } from './install-command.ts';
import { installDependencies } from './install-dependencies.ts';
import { buildLinkFarm } from './link-farm.ts';
import { packagesToCopy } from './packages-to-copy.ts';

export interface DependencyPolicy {
  /** `link`: one link a package (26 ms); `copy`: for tools that resolve real paths; `install`: always from the lockfile. */
  readonly how: 'link' | 'copy' | 'install';
  /** Whether the network and a package manager may be used when node_modules is absent or out of step. */
  readonly mayInstall: boolean;
  /** Absolute folder for installed trees. */
  readonly cache: string;
}

/** Where a worktree's dependencies come from: nowhere, because it needs none; a folder; or why there is none and what to do, in one sentence. */
export type DependencySource =
  | { readonly ok: true; readonly how: 'none' }
  | { readonly ok: true; readonly how: 'copy'; readonly folder: string }
  | { readonly ok: true; readonly how: 'link'; readonly folder: string; readonly copies: ReadonlySet<string> }
  | { readonly ok: false; readonly why: string };

/** Decides for each commit where its dependencies come from; once for all commits that ask for the same ones. */
export function openDependencies(ask: {
  root: string | null;
  policy: DependencyPolicy;
  runTool: RunTool;
}): (project: ReadProject) => Promise<DependencySource> {
  const inputsByCommit = new Map<string, string>();
  const sources = new Map<string, Promise<DependencySource>>();
  return (project) => {
    let inputs = inputsByCommit.get(project.commit);
    if (inputs === undefined) {
      const read = new Set(installInputs(project));
      inputs = project.entries.flatMap(({ path, oid }) => (read.has(path) ? [`${path} ${oid}`] : [])).join('\n');
      inputsByCommit.set(project.commit, inputs);
    }
    let source = sources.get(inputs);
    if (source === undefined) {
      source = dependencySource({ ...ask, project });
      sources.set(inputs, source);
    }
    return source;
  };
}

/** Decides where dependencies come from; `root` is the user's checkout, null for a bare repository. */
export async function dependencySource(ask: {
  root: string | null;
  project: Project;
  policy: DependencyPolicy;
  runTool: RunTool;
}): Promise<DependencySource> {
  const { root, project, policy, runTool } = ask;
  const state = root === null ? NO_CHECKOUT : await dependencyState(root, project);
  if (root !== null && state.inStep && policy.how !== 'install') return takeFrom(root, ask);
  if (!asksForPackages(project)) return { ok: true, how: 'none' };
  if (!state.inStep && !policy.mayInstall && policy.how !== 'install') return { ok: false, why: `${state.why}: ${state.advice}` };
  const installed = await installDependencies({ cache: policy.cache, project, runTool });
  if (installed.ok) return takeFrom(installed.folder, ask);
  return { ok: false, why: `${state.inStep ? 'the configuration asks for an install' : state.why}; ${installed.why}` };
}

const NO_CHECKOUT: DependencyState = { inStep: false, why: 'a bare repository has no node_modules', advice: 'pass --install' };

async function takeFrom(folder: string, { project, policy }: { project: Project; policy: DependencyPolicy }): Promise<DependencySource> {
  if (policy.how === 'copy') return { ok: true, how: 'copy', folder };
  const members = new Set(membersOf(project).keys());
  return { ok: true, how: 'link', folder, copies: await packagesToCopy({ source: folder, dirs: dependencyFolders(project), members }) };
}

function membersOf(project: Project): Map<string, string> {
  return new Map(project.workspaces.flatMap(({ name, dir }) => (name === null ? [] : [[name, dir] as const])));
}

/** Puts the dependencies into one worktree. */
export async function placeDependencies(source: DependencySource, worktree: string, project: Project): Promise<void> {
  if (!source.ok || source.how === 'none') return;
  const dirs = dependencyFolders(project);
  if (source.how === 'link') {
    return buildLinkFarm({ source: source.folder, worktree, dirs, copies: source.copies, members: membersOf(project) });
  }
  for (const dir of dirs) {
    const from = join(source.folder, dir, 'node_modules');
    if (existsSync(from)) await copyFolder(from, join(worktree, dir, 'node_modules'));
  }
}
