/** Compares pnpm-lock.yaml (versions 5 to 9) with the manifests and the catalogs. */
import { posix } from 'node:path';
import { compareSpecs, overriddenName, overriddenNames, recordOf, specsOf } from './manifest-specs.ts';
import type { LockComparison, LockInput, Mismatch, Specs } from './manifest-specs.ts';

/** pnpm-workspace.yaml, where there is one. */
export interface PnpmLockInput extends LockInput {
  readonly workspaceText: string | null;
}

/** `pnpm install --frozen-lockfile` would fail when one of these is there. */
export async function comparePnpmLock(input: PnpmLockInput): Promise<LockComparison> {
  const { parse, parseAllDocuments } = await import('yaml');
  let lock: Readonly<Record<string, unknown>>;
  let workspace: Readonly<Record<string, unknown>>;
  try {
    // pnpm 11 may put a document about itself before the lockfile.
    const documents = parseAllDocuments(input.text);
    const broken = Array.isArray(documents) ? documents.flatMap((document) => document.errors)[0] : undefined;
    if (broken !== undefined) return { ok: false, problem: broken.message.split('\n')[0] ?? '' };
    lock = recordOf(Array.isArray(documents) ? documents.at(-1)?.toJS({ maxAliasCount: 100 }) : null);
    workspace = recordOf(parse(input.workspaceText ?? '', { maxAliasCount: 100 }));
  } catch (error) {
    return { ok: false, problem: (error as Error).message.split('\n')[0] ?? '' };
  }
  if (lock['lockfileVersion'] === undefined) return { ok: false, problem: 'it has no lockfileVersion' };
  const importers = lock['importers'] === undefined ? { '.': lock } : recordOf(lock['importers']);
  const overridden = new Set([...overriddenNames(input.manifests), ...Object.keys(recordOf(workspace['overrides'])).map(overriddenName)]);
  const left = new Set([lock['ignoredOptionalDependencies']].flat().map(String));
  const mismatches: Mismatch[] = [];
  for (const manifest of input.manifests) {
    const wanted = specsOf(manifest.json, ['dependencies', 'devDependencies', 'optionalDependencies']);
    const entry = importers[posix.relative(input.dir, manifest.dir) || '.'];
    if (entry === undefined) {
      if (wanted.size > 0)
        mismatches.push({ dir: manifest.dir, name: manifest.name ?? manifest.path, wanted: 'a workspace', locked: null });
      continue;
    }
    // Peers are locked too where pnpm installs them by itself.
    const peers = recordOf(manifest.json['peerDependencies']);
    const found = compareSpecs(manifest.dir, wanted, lockedSpecs(recordOf(entry)));
    mismatches.push(
      ...found.filter(
        ({ name, wanted: range }) => !overridden.has(name) && !left.has(name) && !(range === null && peers[name] !== undefined),
      ),
    );
  }
  return { ok: true, mismatches: [...mismatches, ...compareCatalogs(input.dir, workspace, recordOf(lock['catalogs']))] };
}

/** Since version 6 `{ specifier, version }`, before that a list of `specifiers`. */
function lockedSpecs(entry: Readonly<Record<string, unknown>>): Specs {
  if (entry['specifiers'] !== undefined) return specsOf({ dependencies: entry['specifiers'] }, ['dependencies']);
  const sections = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
  const flat = sections.map((section) => [
    section,
    Object.fromEntries(Object.entries(recordOf(entry[section])).map(([name, locked]) => [name, recordOf(locked)['specifier']])),
  ]);
  return specsOf(Object.fromEntries(flat) as Record<string, unknown>, sections);
}

function compareCatalogs(dir: string, workspace: Readonly<Record<string, unknown>>, locked: Readonly<Record<string, unknown>>): Mismatch[] {
  const wanted: Readonly<Record<string, unknown>> = { default: workspace['catalog'], ...recordOf(workspace['catalogs']) };
  return Object.entries(locked).flatMap(([catalog, entries]) =>
    Object.entries(recordOf(entries)).flatMap(([name, entry]) => {
      const range = recordOf(wanted[catalog])[name];
      const specifier = recordOf(entry)['specifier'];
      return range === specifier
        ? []
        : [{ dir, name: `${name} (catalog ${catalog})`, wanted: typeof range === 'string' ? range : null, locked: String(specifier) }];
    }),
  );
}
