/** Compares yarn.lock, of yarn 1 and of yarn 2 and later, with the manifests. */
import { posix } from 'node:path';
import { compareSpecs, overriddenNames, recordOf, specsOf } from './manifest-specs.ts';
import type { LockComparison, LockInput, Mismatch, Specs } from './manifest-specs.ts';

/** `yarn install --frozen-lockfile` or `--immutable` would fail when one of these is there. */
export async function compareYarnLock(input: LockInput): Promise<LockComparison> {
  if (/^<{7}|^={7}$|^>{7}/m.test(input.text)) return { ok: false, problem: 'it holds the marks of a merge conflict' };
  return /^__metadata:/m.test(input.text) ? compareBerry(input) : compareClassic(input);
}

/** Yarn 1 lists every range that is asked for; what it holds besides does no harm. */
function compareClassic({ text, manifests }: LockInput): LockComparison {
  const patterns = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (!/^\S.*:$/.test(line) || line.startsWith('#')) continue;
    for (const pattern of line.slice(0, -1).split(/,\s*/)) patterns.add(pattern.replace(/^"|"$/g, ''));
  }
  if (patterns.size === 0 && !text.includes('yarn lockfile v1')) return { ok: false, problem: 'it is no lockfile of yarn' };
  const overridden = overriddenNames(manifests);
  const own = new Set(manifests.map((manifest) => manifest.name));
  const mismatches: Mismatch[] = [];
  for (const manifest of manifests) {
    for (const [name, ranges] of specsOf(manifest.json, ['dependencies', 'devDependencies', 'optionalDependencies'])) {
      if (
        own.has(name) ||
        overridden.has(name) ||
        ranges.some((range) => /^(link|portal|workspace):/.test(range) || patterns.has(`${name}@${range}`))
      )
        continue;
      const other = [...patterns].find((pattern) => pattern.startsWith(`${name}@`));
      mismatches.push({
        dir: manifest.dir,
        name,
        wanted: ranges[0] ?? '',
        locked: other === undefined ? null : other.slice(name.length + 1),
      });
    }
  }
  return { ok: true, mismatches };
}

/** Later versions hold a copy of each workspace's dependencies. */
async function compareBerry({ text, manifests, dir }: LockInput): Promise<LockComparison> {
  const { parse } = await import('yaml');
  let lock: Readonly<Record<string, unknown>>;
  try {
    lock = recordOf(parse(text, { maxAliasCount: 100 }));
  } catch (error) {
    return { ok: false, problem: (error as Error).message.split('\n')[0] ?? '' };
  }
  const workspaces = new Map<string, Readonly<Record<string, unknown>>>();
  for (const [key, entry] of Object.entries(lock)) {
    for (const descriptor of key.split(/,\s*/)) {
      const at = /@workspace:([^~^*\d].*|\.)$/.exec(descriptor)?.[1];
      if (at !== undefined) workspaces.set(at, recordOf(entry));
    }
    const at = /@workspace:(.+)$/.exec(String(recordOf(entry)['resolution']))?.[1];
    if (at !== undefined) workspaces.set(at, recordOf(entry));
  }
  const overridden = overriddenNames(manifests);
  const mismatches: Mismatch[] = [];
  for (const manifest of manifests) {
    const wanted = withoutProtocol(specsOf(manifest.json, ['dependencies', 'devDependencies', 'optionalDependencies']));
    const entry = workspaces.get(posix.relative(dir, manifest.dir) || '.');
    if (entry === undefined) {
      if (wanted.size > 0)
        mismatches.push({ dir: manifest.dir, name: manifest.name ?? manifest.path, wanted: 'a workspace', locked: null });
      continue;
    }
    const locked = withoutProtocol(specsOf(entry, ['dependencies', 'optionalDependencies']));
    mismatches.push(
      ...compareSpecs(manifest.dir, wanted, locked).filter(
        (one) => !overridden.has(one.name) && !/^patch:/.test(`${one.wanted}`) && !/^patch:/.test(`${one.locked}`),
      ),
    );
  }
  return { ok: true, mismatches };
}

/** Yarn 4 writes `npm:^1.0.0` where the manifest says `^1.0.0`. */
function withoutProtocol(specs: Specs): Specs {
  return new Map([...specs].map(([name, ranges]) => [name, ranges.map((range) => range.replace(/^npm:/, ''))]));
}
