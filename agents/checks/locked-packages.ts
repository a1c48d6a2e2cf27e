/** Which packages of a registry a lockfile holds, in which versions, whichever manager wrote it. */
import { posix } from 'node:path';
import { recordOf } from './manifest-specs.ts';

/** Name → versions. */
export type LockedPackages = ReadonlyMap<string, ReadonlySet<string>>;

const NAME = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~_][\w.~-]*$/i;
const VERSION = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;
/** Packages that do not come from a registry. */
const ELSEWHERE = /^(git[+:@]|git\+|github:|file:|link:|portal:|workspace:|patch:|exec:)|\.git(#|$)/;

/** Names of the lockfiles that can be read here. */
export const READABLE_LOCK = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock)$/;

/** What the lockfile at `path` holds; null when it cannot be read. What comes from elsewhere than a registry is left out. */
export async function lockedPackages(path: string, text: string): Promise<LockedPackages | null> {
  const found = new Map<string, Set<string>>();
  const add = (name: string, version: unknown): void => {
    if (typeof version !== 'string' || !NAME.test(name) || !VERSION.test(version)) return;
    found.set(name, (found.get(name) ?? new Set()).add(version));
  };
  try {
    switch (posix.basename(path)) {
      case 'pnpm-lock.yaml':
        await readPnpm(text, add);
        break;
      case 'yarn.lock':
        await (/^__metadata:/m.test(text) ? readBerry(text, add) : readClassic(text, add));
        break;
      case 'bun.lock':
        await readBun(text, add);
        break;
      default:
        readNpm(JSON.parse(text.replace(/^\uFEFF/, '')), add);
    }
  } catch {
    return null;
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

type AddPackage = (name: string, version: unknown) => void;

function readNpm(lock: unknown, add: AddPackage): void {
  const { packages, dependencies } = recordOf(lock);
  for (const [at, value] of Object.entries(recordOf(packages))) {
    const entry = recordOf(value);
    const folder = at.lastIndexOf('node_modules/');
    if (folder === -1 || entry['link'] === true || ELSEWHERE.test(textOf(entry['resolved']))) continue;
    add(typeof entry['name'] === 'string' ? entry['name'] : at.slice(folder + 'node_modules/'.length), entry['version']);
  }
  if (packages === undefined) readVersion1(recordOf(dependencies), add);
}

function readVersion1(dependencies: Readonly<Record<string, unknown>>, add: AddPackage): void {
  for (const [name, value] of Object.entries(dependencies)) {
    const { version, dependencies: inner } = recordOf(value);
    // `npm:real@1.0.0` of an alias.
    const alias = /^npm:(.+)@([^@]+)$/.exec(textOf(version));
    add(alias?.[1] ?? name, alias?.[2] ?? version);
    readVersion1(recordOf(inner), add);
  }
}

async function readPnpm(text: string, add: AddPackage): Promise<void> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text);
  const lock = recordOf(Array.isArray(documents) ? documents.at(-1)?.toJS({ maxAliasCount: 100 }) : null);
  for (const [key, value] of Object.entries(recordOf(lock['packages']))) {
    const resolution = recordOf(recordOf(value)['resolution']);
    if (resolution['type'] !== undefined || resolution['repo'] !== undefined || resolution['directory'] !== undefined) continue;
    // Version 9 `name@1.0.0`, 6 `/name@1.0.0(peer@2)`, 5 `/name/1.0.0_peer`.
    const plain = key.replace(/^\//, '').replace(/\(.*$/, '');
    const parts = /^((?:@[^/]+\/)?[^/@]+)\/(\d[^_]*)(?:_.*)?$/.exec(plain) ?? /^(.+)@([^@]+)$/.exec(plain);
    if (parts !== null) add(parts[1] ?? '', parts[2]);
  }
}

function readClassic(text: string, add: AddPackage): void {
  for (const block of text.split(/\r?\n(?=\S)/)) {
    const pattern = /^([^#\s].*):$/m.exec(block)?.[1]?.split(/,\s*/)[0]?.replace(/^"|"$/g, '') ?? '';
    const name = nameOfPattern(pattern);
    const resolved = /^ {2}resolved "?([^"\n]+)"?$/m.exec(block)?.[1] ?? '';
    if (name !== null && !ELSEWHERE.test(resolved)) add(name, /^ {2}version "?([^"\n]+)"?$/m.exec(block)?.[1]);
  }
}

/** `name@^1`, `alias@npm:name@^1` → `name`; null for what is no package of a registry. */
function nameOfPattern(pattern: string): string | null {
  const parts = /^(@?[^@]+)@(.*)$/.exec(pattern);
  if (parts === null) return null;
  const range = parts[2] ?? '';
  const alias = /^npm:(@?[^@]+)(@.*)?$/.exec(range);
  return ELSEWHERE.test(range) ? null : (alias?.[1] ?? parts[1] ?? null);
}

async function readBerry(text: string, add: AddPackage): Promise<void> {
  const { parse } = await import('yaml');
  for (const entry of Object.values(recordOf(parse(text, { maxAliasCount: 100 })))) {
    const { resolution, version } = recordOf(entry);
    const parts = /^(@?[^@]+)@npm:/.exec(textOf(resolution));
    if (parts !== null) add(parts[1] ?? '', version);
  }
}

/** An entry is a list whose first item is `name@version`. */
async function readBun(text: string, add: AddPackage): Promise<void> {
  const { parse } = await import('jsonc-parser');
  for (const entry of Object.values(recordOf(recordOf(parse(text, [], { allowTrailingComma: true }))['packages']))) {
    const parts = /^(.+)@([^@]+)$/.exec(Array.isArray(entry) ? textOf(entry[0]) : '');
    if (parts !== null) add(parts[1] ?? '', parts[2]);
  }
}
