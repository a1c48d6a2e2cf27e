/** Compares package-lock.json and npm-shrinkwrap.json, and bun.lock, with the manifests. */
import { posix } from 'node:path';
import { compareSpecs, recordOf, specsOf } from './manifest-specs.ts';
import type { DependencySection, LockComparison, LockInput, Mismatch } from './manifest-specs.ts';

const SECTIONS: readonly DependencySection[] = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
const MISSING_TOLD = 20;

/** `npm ci` would fail when one of these is there. */
export function compareNpmLock(input: LockInput): LockComparison {
  let lock: unknown;
  try {
    lock = JSON.parse(input.text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { ok: false, problem: (error as Error).message };
  }
  const packages = recordOf(recordOf(lock)['packages']);
  if (Object.keys(packages).length === 0) return compareVersion1(input, recordOf(lock));
  const mismatches: Mismatch[] = [];
  for (const manifest of input.manifests) {
    const at = posix.relative(input.dir, manifest.dir);
    const entry = packages[at];
    const wanted = specsOf(manifest.json, SECTIONS);
    if (entry === undefined) {
      if (wanted.size > 0)
        mismatches.push({ dir: manifest.dir, name: manifest.name ?? manifest.path, wanted: 'a workspace', locked: null });
      continue;
    }
    mismatches.push(...compareSpecs(manifest.dir, wanted, specsOf(recordOf(entry), SECTIONS)));
  }
  return { ok: true, mismatches: [...mismatches, ...missingEntries(packages, input.dir)] };
}

/** Packages that others in the lockfile need and that it does not hold: npm leaves them out in silence and `npm ci` refuses them. */
function missingEntries(packages: Readonly<Record<string, unknown>>, dir: string): Mismatch[] {
  const missing = new Map<string, Mismatch>();
  for (const [at, value] of Object.entries(packages)) {
    const entry = recordOf(value);
    if (entry['link'] === true || entry['inBundle'] === true || entry['extraneous'] === true) continue;
    const bundled = entry['bundleDependencies'] ?? entry['bundledDependencies'];
    const isBundled = (name: string): boolean => bundled === true || (Array.isArray(bundled) && bundled.includes(name));
    for (const [name, ranges] of specsOf(entry, [
      'dependencies',
      'optionalDependencies',
      ...(isProject(at) ? (['devDependencies'] as const) : []),
    ])) {
      if (isBundled(name) || missing.size >= MISSING_TOLD || resolves(packages, at, name)) continue;
      if (!missing.has(name)) missing.set(name, { dir, name, wanted: ranges[0] ?? '', locked: null });
    }
  }
  return [...missing.values()];
}

function isProject(at: string): boolean {
  return !at.split('/').includes('node_modules');
}

/** Whether `name` is found from `at` as Node would look for it. */
function resolves(packages: Readonly<Record<string, unknown>>, at: string, name: string): boolean {
  for (let folder = at; ; folder = parentOf(folder)) {
    if (packages[posix.join(folder, 'node_modules', name)] !== undefined) return true;
    if (folder === '') return false;
  }
}

function parentOf(folder: string): string {
  const dir = posix.dirname(folder);
  return dir === '.' || dir.startsWith('..') ? '' : dir;
}

/** Version 1 has no copy of the manifest, only what is installed. */
function compareVersion1({ manifests, dir }: LockInput, lock: Readonly<Record<string, unknown>>): LockComparison {
  if (typeof lock['lockfileVersion'] !== 'number') return { ok: false, problem: 'it has no lockfileVersion' };
  const locked = recordOf(lock['dependencies']);
  const wanted = specsOf(manifests.find((manifest) => manifest.dir === dir)?.json ?? {}, [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
  ]);
  const mismatches = [...wanted]
    .filter(([name]) => locked[name] === undefined)
    .map(([name, ranges]): Mismatch => ({ dir, name, wanted: ranges[0] ?? '', locked: null }));
  return { ok: true, mismatches };
}

/** bun.lock is JSON with comments; `workspaces` holds a copy of each manifest. */
export async function compareBunLock(input: LockInput): Promise<LockComparison> {
  const { parse } = await import('jsonc-parser');
  const errors: unknown[] = [];
  const lock: unknown = parse(input.text, errors as never, { allowTrailingComma: true });
  const workspaces = recordOf(recordOf(lock)['workspaces']);
  if (errors.length > 0 || Object.keys(workspaces).length === 0) return { ok: false, problem: 'it is no lockfile of bun' };
  const mismatches = input.manifests.flatMap((manifest) => {
    const entry = workspaces[posix.relative(input.dir, manifest.dir)];
    return compareSpecs(manifest.dir, specsOf(manifest.json, SECTIONS), specsOf(recordOf(entry), SECTIONS));
  });
  return { ok: true, mismatches };
}
