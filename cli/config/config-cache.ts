/** Remembers validated configurations below the Git directory, so that a run with nothing to do validates nothing. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadSource } from './extend-config.ts';
import type { ValidatedConfig } from './origins.ts';

/** Raise it when the meaning of a key changes without a new version of the package. */
const FORMAT = 4;
const KEPT_ENTRIES = 20;

/** A validated configuration and the hashes of the files that it came from. */
export interface CachedConfig extends ValidatedConfig {
  readonly sources: readonly { readonly place: ReadSource['place']; readonly path: string; readonly hash: string }[];
}

/** Hex SHA-256 of everything that decides the result besides the files that are extended. */
export function configHash(parts: readonly unknown[]): string {
  return hashOf(JSON.stringify([FORMAT, ...parts]));
}

/** Hex SHA-256 of a text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The cached result whose extended files are unchanged, or null. */
export async function readCache(
  folder: string,
  hash: string,
  read: (source: Pick<ReadSource, 'place' | 'path'>) => Promise<string | null>,
): Promise<CachedConfig | null> {
  const text = await readFile(entryPath(folder, hash), 'utf8').catch(() => null);
  const cached = text === null ? null : parse(text);
  if (!cached) return null;
  for (const source of cached.sources) {
    const now = await read(source);
    if (now === null || hashOf(now) !== source.hash) return null;
  }
  return cached;
}

/** Writes an entry whole or not at all. A folder that cannot be written costs time, nothing else, so that is not an error. */
export async function writeCache(folder: string, hash: string, entry: CachedConfig): Promise<void> {
  const path = entryPath(folder, hash);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, JSON.stringify(entry));
    await rename(temporary, path);
    await dropOldest(folder);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function dropOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^config-[0-9a-f]{32}\.json$/.test(name));
  if (names.length <= KEPT_ENTRIES) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.time - a.time);
  for (const { name } of aged.slice(KEPT_ENTRIES)) await rm(join(folder, name), { force: true });
}

function entryPath(folder: string, hash: string): string {
  return join(folder, `config-${hash.slice(0, 32)}.json`);
}

function parse(text: string): CachedConfig | null {
  try {
    const entry = JSON.parse(text) as Partial<CachedConfig>;
    const isWhole = Array.isArray(entry.sources) && typeof entry.config === 'object' && typeof entry.origins === 'object';
    return isWhole ? { sources: entry.sources, config: entry.config, origins: entry.origins } : null;
  } catch {
    // A torn file of a run that was killed: validate again and overwrite it.
    return null;
  }
}
