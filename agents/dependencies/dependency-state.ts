/** Whether what is installed in a checkout answers what the commit's lockfile asks for. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { compareWithYarnRecord } from './yarn-state.ts';

export type DependencyState = { readonly inStep: true } | OutOfStep;

export interface OutOfStep {
  readonly inStep: false;
  /** A clause. */
  readonly why: string;
  /** What to do, as a clause. */
  readonly advice: string;
}

const INSTALL = 'install the dependencies, or pass --install';

/** Compares the checkout at `root` with `project`; reads files only. */
export async function dependencyState(root: string, project: Project): Promise<DependencyState> {
  if (!asksForPackages(project)) return { inStep: true };
  if (project.lockfile === 'package-lock.json' || project.lockfile === 'npm-shrinkwrap.json') {
    const npm = await npmState(root, project, project.lockfile);
    if (npm !== null) return npm;
  }
  if (project.lockfile === 'pnpm-lock.yaml') {
    const pnpm = await pnpmState(root, project);
    if (pnpm !== null) return pnpm;
  }
  if (project.lockfile === 'yarn.lock') {
    const yarn = await yarnState(root, project);
    if (yarn !== null) return yarn;
  }
  if (project.lockfile === 'bun.lock') {
    const bun = await bunState(root, project);
    if (bun !== null) return bun;
  }
  return everyDirectDependency(root, project);
}

/** Whether any of the packages that are installed together depends on something. */
export function asksForPackages(project: Project): boolean {
  return project.workspaces.some((manifest) => directDependencies(manifest).length > 0);
}

/** The folders that have a node_modules to link: the root and every workspace member. */
export function dependencyFolders(project: Project): string[] {
  return [...new Set(['', ...project.workspaces.map((manifest) => manifest.dir)])];
}

interface NpmLock {
  readonly packages?: Readonly<
    Record<string, { version?: string; link?: boolean; optional?: boolean; peer?: boolean; dev?: boolean; devOptional?: boolean }>
  >;
}

/** npm writes what it installed to node_modules/.package-lock.json; null when either file cannot tell. */
async function npmState(root: string, project: Project, lockfile: string): Promise<DependencyState | null> {
  const locked = parse<NpmLock>(await project.read(lockfile))?.packages;
  const installed = parse<NpmLock>(await text(join(root, 'node_modules', '.package-lock.json')))?.packages;
  if (locked === undefined || installed === undefined) return null;
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.includes('node_modules/') || entry.link === true || entry.version === undefined) continue;
    const version = installed[path]?.version;
    if (version === undefined && (entry.optional === true || entry.devOptional === true || entry.peer === true)) continue;
    if (version === undefined) return outOfStep(`${nameIn(path)} ${entry.version} of ${lockfile} is not installed`);
    if (version !== entry.version) return outOfStep(`${nameIn(path)} is ${version}, ${lockfile} says ${entry.version}`);
  }
  for (const [path, entry] of Object.entries(installed)) {
    // Below a package it hides the one that the lockfile means; in the root it hides none.
    if (path.lastIndexOf('node_modules/') > 0 && entry.link !== true && locked[path] === undefined)
      return outOfStep(`${nameIn(path)} ${entry.version ?? ''} is installed in ${path}, where ${lockfile} has none`);
  }
  return { inStep: true };
}

/** pnpm keeps the lockfile it installed from, up to version 10 without `dependenciesMeta`; null when it is not there. */
async function pnpmState(root: string, project: Project): Promise<DependencyState | null> {
  const installed = await text(join(root, 'node_modules', '.pnpm', 'lock.yaml'));
  if (installed === null) return null;
  const locked = await project.read('pnpm-lock.yaml');
  const essence = (lock: string): string =>
    lock
      .replace(/\r\n/g, '\n')
      .replace(/^( +)dependenciesMeta:\n(?:\1 +.*\n)*/gm, '')
      .trim();
  if (locked !== null && essence(locked) === essence(installed)) return { inStep: true };
  return outOfStep('node_modules was installed from another pnpm-lock.yaml');
}

/** Yarn says in node_modules what it installed; null when it did not. */
async function yarnState(root: string, project: Project): Promise<DependencyState | null> {
  const compared = await compareWithYarnRecord(root, (await project.read('yarn.lock')) ?? '');
  if (compared !== null) return compared.same ? { inStep: true } : outOfStep(compared.why);
  const found = await Promise.all(['.pnp.cjs', '.pnp.js'].map((name) => stat(join(root, name)).catch(() => null)));
  if (found.every((file) => file === null)) return null;
  return {
    inStep: false,
    why: 'Yarn Plug’n’Play (.pnp.cjs) keeps packages in archives, where the tools of a worktree do not find them',
    advice: 'pass --install, which installs them into a node_modules of our own, or set nodeLinker to node-modules',
  };
}

/** Bun leaves no record: what the packages themselves ask for is compared; null for its binary lockfile. */
async function bunState(root: string, project: Project): Promise<DependencyState | null> {
  const lock = await project.read('bun.lock');
  if (lock === null) return null;
  const locked = new Map([...lock.matchAll(/^ {4}"([^"]+)": \["[^"]+@(\d[^"]*)"/gm)].map(([, key = '', version = '']) => [key, version]));
  for (const manifest of project.workspaces) {
    for (const name of directDependencies(manifest)) {
      const wanted = locked.get(`${manifest.name}/${name}`) ?? locked.get(name);
      if (wanted === undefined) continue;
      const version = await installedVersion(root, manifest.dir, name);
      if (version === null) return outOfStep(`${name} of ${manifest.path} is not installed`);
      if (version !== wanted) return outOfStep(`${name} is ${version}, bun.lock says ${wanted}`);
    }
  }
  return { inStep: true };
}

async function installedVersion(root: string, dir: string, name: string): Promise<string | null> {
  for (const place of new Set([dir, ''])) {
    const manifest = parse<{ version?: string }>(await text(join(root, place, 'node_modules', name, 'package.json')));
    if (manifest !== null) return manifest.version ?? '';
  }
  return null;
}

async function everyDirectDependency(root: string, project: Project): Promise<DependencyState> {
  const own = new Set(project.workspaces.map((manifest) => manifest.name));
  for (const manifest of project.workspaces) {
    for (const name of directDependencies(manifest)) {
      if (own.has(name)) continue;
      if (!(await isInstalled(root, manifest.dir, name))) {
        return outOfStep(`${name} of ${manifest.path} is not installed`);
      }
    }
  }
  return { inStep: true };
}

async function isInstalled(root: string, dir: string, name: string): Promise<boolean> {
  const places = dir === '' ? [''] : [dir, ''];
  for (const place of places) {
    const found = await stat(join(root, place, 'node_modules', name)).catch(() => null);
    if (found !== null) return true;
  }
  return false;
}

function directDependencies(manifest: PackageManifest): string[] {
  const section = (key: string): string[] => Object.keys(manifest.json[key] ?? {});
  return [...section('dependencies'), ...section('devDependencies')];
}

function outOfStep(why: string): OutOfStep {
  return { inStep: false, why, advice: INSTALL };
}

function nameIn(lockPath: string): string {
  return lockPath.slice(lockPath.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

async function text(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function parse<T>(json: string | null): T | null {
  if (json === null) return null;
  try {
    return JSON.parse(json) as T;
  } catch {
    return null;
  }
}
