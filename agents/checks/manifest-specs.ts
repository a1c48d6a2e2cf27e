/** What a package.json asks for, in the form in which lockfiles are compared with it. */
import type { PackageManifest } from '../project.ts';

export type DependencySection = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies';

/** Name → the ranges that the sections give it (one, as a rule). */
export type Specs = ReadonlyMap<string, readonly string[]>;

/** One name on which manifest and lockfile differ; null on the side that does not have it. */
export interface Mismatch {
  readonly dir: string;
  readonly name: string;
  readonly wanted: string | null;
  readonly locked: string | null;
}

/** What comparing came to, or in words why the lockfile cannot be read. */
export type LockComparison =
  { readonly ok: true; readonly mismatches: readonly Mismatch[] } | { readonly ok: false; readonly problem: string };

/** A lockfile with the manifests that it covers. */
export interface LockInput {
  readonly text: string;
  /** Repository-relative folder of the lockfile. */
  readonly dir: string;
  readonly manifests: readonly PackageManifest[];
}

/** The ranges of some sections of a package.json-like object. */
export function specsOf(json: Readonly<Record<string, unknown>>, sections: readonly DependencySection[]): Specs {
  const specs = new Map<string, string[]>();
  for (const section of sections) {
    for (const [name, range] of Object.entries(recordOf(json[section]))) {
      if (typeof range === 'string') specs.set(name, [...(specs.get(name) ?? []), range]);
    }
  }
  return specs;
}

/** Names whose ranges differ, are missing in the lockfile, or are only there. */
export function compareSpecs(dir: string, wanted: Specs, locked: Specs): Mismatch[] {
  const mismatches: Mismatch[] = [];
  for (const [name, ranges] of wanted) {
    const found = locked.get(name);
    if (found === undefined) mismatches.push({ dir, name, wanted: ranges[0] ?? '', locked: null });
    else if (!ranges.some((range) => found.includes(range)))
      mismatches.push({ dir, name, wanted: ranges[0] ?? '', locked: found[0] ?? '' });
  }
  for (const [name, ranges] of locked) if (!wanted.has(name)) mismatches.push({ dir, name, wanted: null, locked: ranges[0] ?? '' });
  return mismatches;
}

/** An object, or an empty one. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Names that the root overrides, whose locked ranges are therefore not those of the manifests. */
export function overriddenNames(manifests: readonly PackageManifest[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { json } of manifests) {
    for (const overrides of [json['overrides'], json['resolutions'], recordOf(json['pnpm'])['overrides']]) {
      for (const key of Object.keys(recordOf(overrides))) names.add(overriddenName(key));
    }
  }
  return names;
}

/** `a>b@^1`, `**` + `/b`, `@s/b@npm:1` → `b`, `b`, `@s/b`. */
export function overriddenName(key: string): string {
  const last =
    key
      .split('>')
      .at(-1)
      ?.replace(/^(\*\*\/)+/, '') ?? key;
  const plain = /^(?:.*\/)?(@[^/@]+\/[^/@]+|[^/@]+)(?:@.*)?$/.exec(last)?.[1];
  return plain ?? last;
}
