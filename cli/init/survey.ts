/** What `agent init` finds in a working tree; reads only. */
import { parse as parseJson } from 'jsonc-parser';
import { COMMITLINT_CODE, COMMITLINT_DATA } from '../../agents/commit-rules/find-commitlint.ts';
import type { PackageManager } from '../../agents/project.ts';
import { git } from '../../git/exec-git.ts';
import type { Repository } from '../../git/repository.ts';
import { CONFIG_FILES, type ReadFile } from '../config/find-config.ts';
import { readBelow } from '../config/read-file.ts';
import { findDefaultBranch } from './default-branch.ts';
import { findWorkflow, type FoundWorkflow } from './find-workflow.ts';

export interface Survey {
  readonly packageManager: PackageManager | null;
  readonly hasManifest: boolean;
  /** Yarn 1 has other options than its successors. */
  readonly isYarnClassic: boolean;
  /** Whether a package that is added to the root must be told that it is meant. */
  readonly isWorkspaceRoot: boolean;
  /** Whether package.json lists `upkeep`. */
  readonly dependsOnUpkeep: boolean;
  /** Whether package.json lists `prettier`. */
  readonly usesPrettier: boolean;
  /** File that already has settings, or null. */
  readonly configuration: string | null;
  readonly workflow: FoundWorkflow;
  readonly defaultBranch: string;
  /** What says that it is this one, as the end of a sentence. */
  readonly defaultBranchBecause: string;
  readonly isOnGitHub: boolean;
  readonly commitlint: Commitlint | null;
  /** Husky's hooks that exist: `.husky/commit-msg`. */
  readonly hooks: readonly string[];
  /** Text of a file of the working tree, or null. */
  readonly read: ReadFile;
}

/** Where commitlint is set up. `data`: the settings themselves when they are not code. */
export interface Commitlint {
  readonly file: string;
  /** Key of package.json, or null for a file of its own. */
  readonly inside: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

export async function survey(root: string, repository: Repository): Promise<Survey> {
  const read = readBelow(root);
  const exists = async (path: string): Promise<boolean> => (await read(path)) !== null;
  const first = async (paths: readonly string[]): Promise<string | null> => {
    for (const path of paths) if (await exists(path)) return path;
    return null;
  };
  const manifest = asObject(parseJson((await read('package.json')) ?? 'null'));
  const lockfile = await first(LOCKFILES.map(([path]) => path));
  const dependencies = { ...asObject(manifest?.['dependencies']), ...asObject(manifest?.['devDependencies']) };
  const { name: defaultBranch, because: defaultBranchBecause } = await findDefaultBranch(repository);
  const yarnLock = (await read('yarn.lock')) ?? '';
  return {
    packageManager: LOCKFILES.find(([path]) => path === lockfile)?.[1] ?? null,
    hasManifest: manifest !== null,
    isYarnClassic: yarnLock.includes('# yarn lockfile v1'),
    isWorkspaceRoot: (await exists('pnpm-workspace.yaml')) || manifest?.['workspaces'] !== undefined,
    dependsOnUpkeep: 'upkeep' in dependencies || manifest?.['name'] === 'upkeep',
    usesPrettier: 'prettier' in dependencies,
    configuration: (await first(CONFIG_FILES)) ?? (manifest?.['agent'] === undefined ? null : '"agent" in package.json'),
    workflow: await findWorkflow(read),
    defaultBranch,
    defaultBranchBecause,
    isOnGitHub: await isOnGitHub(repository),
    commitlint: await findCommitlint(read, manifest, dependencies),
    hooks: (await Promise.all(['.husky/pre-commit', '.husky/commit-msg'].map(async (path) => ((await exists(path)) ? [path] : [])))).flat(),
    read,
  };
}

async function findCommitlint(
  read: ReadFile,
  manifest: Record<string, unknown> | null,
  dependencies: Record<string, unknown>,
): Promise<Commitlint | null> {
  for (const file of COMMITLINT_CODE) if ((await read(file)) !== null) return { file, inside: null, data: null };
  for (const file of COMMITLINT_DATA) {
    const text = await read(file);
    if (text === null) continue;
    const isYaml = file.endsWith('yaml') || file.endsWith('yml');
    return { file, inside: null, data: isYaml ? null : asObject(parseJson(text)) };
  }
  const own = asObject(manifest?.['commitlint']);
  if (own !== null) return { file: 'package.json', inside: 'commitlint', data: own };
  const isInstalled = '@commitlint/cli' in dependencies && '@commitlint/config-conventional' in dependencies;
  return isInstalled ? { file: 'commitlint.config.mjs', inside: null, data: {} } : null;
}

async function isOnGitHub(repository: Repository): Promise<boolean> {
  const { stdout } = await git(['config', '--get-regexp', String.raw`^remote\..*\.url$`], { gitDir: repository.gitDir, okCodes: [0, 1] });
  return /github\./i.test(stdout);
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
