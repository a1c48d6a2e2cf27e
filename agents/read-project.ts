/** Reads a Project from Git's objects: one listing, one batch for the manifests, and batched reads on demand. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Repository } from '../git/repository.ts';
import { listTree, readBlobs } from '../git/tree.ts';
import type { TreeEntry } from '../git/tree.ts';
import { parseManifest } from './parse-manifest.ts';
import type { PackageManager, PackageManifest, Project } from './project.ts';

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** A project together with the listing it was read from. */
export interface ReadProject extends Project {
  readonly entries: readonly TreeEntry[];
}

/** Reads the project at `commit`. Costs two git processes, whatever its size. */
export async function readProject(repository: Repository, commit: string): Promise<ReadProject> {
  const entries = (await listTree(repository, commit)).filter((entry) => entry.type === 'blob');
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const read = batchedReader(repository, byPath);
  const files = entries.map((entry) => entry.path).sort();
  const manifestPaths = files.filter((path) => posix.basename(path) === 'package.json' && !/(^|\/)node_modules\//.test(path));
  const broken: { path: string; message: string }[] = [];
  const packages: PackageManifest[] = [];
  for (const [path, text] of await Promise.all(manifestPaths.map(async (path) => [path, await read(path)] as const))) {
    const manifest = parseManifest(path, text ?? '');
    if ('message' in manifest) broken.push(manifest);
    else packages.push(manifest);
  }
  packages.sort((a, b) => a.dir.localeCompare(b.dir, 'en'));
  const lock = LOCKFILES.find(([path]) => byPath.has(path));
  return {
    commit,
    entries,
    files,
    has: (path) => byPath.has(path),
    read,
    packages,
    broken,
    packageManager: lock?.[1] ?? namedManager(packages[0]) ?? (packages.length > 0 ? 'npm' : null),
    lockfile: lock?.[0] ?? null,
    workspaces: workspacesOf(packages, await read('pnpm-workspace.yaml')),
  };
}

/** Reads that are asked for in the same turn of the event loop share one `git cat-file --batch`. */
function batchedReader(repository: Repository, byPath: ReadonlyMap<string, TreeEntry>): Project['read'] {
  const known = new Map<string, Promise<string | null>>();
  let waiting = new Map<string, PromiseWithResolvers<string | null>>();
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = new Map();
    try {
      const blobs = await readBlobs(repository, [...batch.keys()]);
      for (const [oid, { resolve }] of batch) resolve(blobs.get(oid)?.toString('utf8') ?? null);
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    }
  };
  return (path) => {
    const oid = byPath.get(path)?.oid;
    if (oid === undefined) return Promise.resolve(null);
    let content = known.get(oid);
    if (content === undefined) {
      if (waiting.size === 0) setImmediate(() => void flush());
      const asked = Promise.withResolvers<string | null>();
      waiting.set(oid, asked);
      content = asked.promise;
      known.set(oid, content);
    }
    return content;
  };
}

function namedManager(root: PackageManifest | undefined): PackageManager | null {
  const named = root?.dir === '' ? root.json['packageManager'] : undefined;
  const name = typeof named === 'string' ? named.split('@')[0] : undefined;
  return name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : null;
}

/**
 * The root and the packages that its `workspaces` or pnpm-workspace.yaml name; where there is no root,
 * the packages in the folders right below it (`client/`, `server/`), each installed by itself.
 */
function workspacesOf(packages: readonly PackageManifest[], pnpmWorkspace: string | null): readonly PackageManifest[] {
  const root = packages.find((manifest) => manifest.dir === '');
  if (root === undefined && pnpmWorkspace === null) return packages.filter((manifest) => !manifest.dir.includes('/'));
  const patterns = [...npmPatterns(root?.json['workspaces']), ...(pnpmWorkspace === null ? [] : pnpmPatterns(pnpmWorkspace))];
  const clean = (pattern: string): string => pattern.replace(/^\.\//, '').replace(/\/$/, '');
  // `./` names the root, which is there anyway; an empty pattern none.
  const wanted = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map(clean)
    .filter(Boolean);
  const unwanted = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => clean(pattern.slice(1)))
    .filter(Boolean);
  const isMember = wanted.length === 0 ? () => false : picomatch(wanted, unwanted.length === 0 ? {} : { ignore: unwanted });
  return packages.filter((manifest) => manifest.dir === '' || isMember(manifest.dir));
}

function npmPatterns(workspaces: unknown): string[] {
  const list = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | null | undefined)?.packages;
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

/** The `packages:` list of pnpm-workspace.yaml: a flat YAML list, read without loading a YAML parser on the critical path. */
function pnpmPatterns(text: string): string[] {
  const block = /^packages:[ \t]*\r?\n((?:[ \t]*(?:-.*|#.*)?\r?\n?)*)/m.exec(`${text}\n`)?.[1] ?? '';
  return [...block.matchAll(/^[ \t]*-[ \t]*(['"]?)(.+?)\1[ \t]*(?:#.*)?$/gm)].map((match) => match[2] ?? '');
}
