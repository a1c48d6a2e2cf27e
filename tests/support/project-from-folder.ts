import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import picomatch from 'picomatch';
import { parseManifest } from '../../agents/parse-manifest.ts';
import type { PackageManager, PackageManifest, Project } from '../../agents/project.ts';

/** A `Project` as the files of a folder make it: for tests of checks, which need no commit. */
export function projectFromFolder(root: string): Project {
  const files = listFiles(root, '').sort();
  const set = new Set(files);
  const broken: { path: string; message: string }[] = [];
  const packages: PackageManifest[] = [];
  for (const path of files) {
    if (posix.basename(path) !== 'package.json') continue;
    const manifest = parseManifest(path, readFileSync(join(root, path), 'utf8'));
    if ('message' in manifest) broken.push(manifest);
    else packages.push(manifest);
  }
  packages.sort((a, b) => (a.dir < b.dir ? -1 : 1));
  const globs = workspaceGlobs(
    packages[0],
    files.includes('pnpm-workspace.yaml') ? readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8') : null,
  );
  const isMember = globs.length === 0 ? () => false : picomatch(globs.filter(Boolean));
  const lockfile = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'].find((name) => set.has(name)) ?? null;
  return {
    commit: '0'.repeat(40),
    files,
    has: (path) => set.has(path),
    read: async (path) => (set.has(path) ? readFileSync(join(root, path), 'utf8') : null),
    packages,
    broken,
    packageManager: managerOf(lockfile),
    lockfile,
    workspaces: packages.filter((manifest) => manifest.dir === '' || isMember(manifest.dir)),
  };
}

function listFiles(root: string, dir: string): string[] {
  if (!existsSync(join(root, dir))) return [];
  return readdirSync(join(root, dir)).flatMap((name) => {
    if (name === '.git' || name === 'node_modules') return [];
    const path = dir === '' ? name : `${dir}/${name}`;
    return lstatSync(join(root, path)).isDirectory() ? listFiles(root, path) : [path];
  });
}

function workspaceGlobs(top: PackageManifest | undefined, pnpm: string | null): string[] {
  if (pnpm !== null) return [...pnpm.matchAll(/^\s*-\s*['"]?([^'"\n]+)['"]?$/gm)].map((match) => match[1] ?? '');
  const workspaces = top?.json.workspaces;
  if (Array.isArray(workspaces)) return workspaces as string[];
  return ((workspaces as { packages?: string[] } | undefined)?.packages ?? []).slice();
}

function managerOf(lockfile: string | null): PackageManager | null {
  if (lockfile === 'pnpm-lock.yaml') return 'pnpm';
  if (lockfile === 'yarn.lock') return 'yarn';
  return lockfile === 'package-lock.json' ? 'npm' : null;
}
