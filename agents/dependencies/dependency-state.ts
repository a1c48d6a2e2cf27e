/** Whether what is installed in a checkout answers what the commit's lockfile asks for. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';

export type DependencyState = { readonly inStep: true } | { readonly inStep: false; readonly why: string };

/** Compares the checkout at `root` with `project`; reads files only. */
export async function dependencyState(root: string, project: Project): Promise<DependencyState> {
  const wanted = project.workspaces.filter((manifest) => directDependencies(manifest).length > 0);
  if (wanted.length === 0) return { inStep: true };
  if (project.lockfile === 'package-lock.json' || project.lockfile === 'npm-shrinkwrap.json') {
    const npm = await npmState(root, project, project.lockfile);
    if (npm !== null) return npm;
  }
  if (project.lockfile === 'pnpm-lock.yaml') {
    const pnpm = await pnpmState(root, project);
    if (pnpm !== null) return pnpm;
  }
  return everyDirectDependency(root, project, wanted);
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
    if (version === undefined) return { inStep: false, why: `${nameIn(path)} ${entry.version} of ${lockfile} is not installed` };
    if (version !== entry.version) return { inStep: false, why: `${nameIn(path)} is ${version}, ${lockfile} says ${entry.version}` };
  }
  return { inStep: true };
}

/** pnpm keeps the lockfile it installed from; null when it is not there. */
async function pnpmState(root: string, project: Project): Promise<DependencyState | null> {
  const installed = await text(join(root, 'node_modules', '.pnpm', 'lock.yaml'));
  if (installed === null) return null;
  const locked = await project.read('pnpm-lock.yaml');
  const same = (a: string): string => a.replace(/\r\n/g, '\n').trim();
  if (locked !== null && same(locked) === same(installed)) return { inStep: true };
  return { inStep: false, why: 'node_modules was installed from another pnpm-lock.yaml' };
}

async function everyDirectDependency(root: string, project: Project, manifests: readonly PackageManifest[]): Promise<DependencyState> {
  const own = new Set(project.workspaces.map((manifest) => manifest.name));
  for (const manifest of manifests) {
    for (const name of directDependencies(manifest)) {
      if (own.has(name)) continue;
      if (!(await isInstalled(root, manifest.dir, name))) {
        return { inStep: false, why: `${name} of ${manifest.path} is not installed` };
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
