/** What a build made for browsers: how large its scripts and styles are when compressed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface BundleSize {
  /** Bytes of all scripts and styles, each compressed by itself as a server would. */
  readonly bytes: number;
  /** The largest: `assets/index.js 90.0 kB, …`. */
  readonly largest: string;
}

const LOADED = /\.(m?js|css)$/;
/** Files beyond these are not counted: then it is no bundle, or not one that anybody compares. */
const MOST_FILES = 2_000;
const MOST_BYTES = 200 * 1024 * 1024;
const TOLD = 3;

/** Of the first folder that holds something which was written since `from` (milliseconds since 1970); null where none does. */
export function bundleSize(root: string, folders: readonly string[], from: number): BundleSize | null {
  for (const folder of folders) {
    const files = loadedFiles(join(root, folder), from);
    if (files === null || files.length === 0) continue;
    const sizes = files.map((path) => ({
      name: plainName(relative(join(root, folder), path)),
      bytes: gzipSync(readFileSync(path)).byteLength,
    }));
    sizes.sort((a, b) => b.bytes - a.bytes);
    const largest = sizes.slice(0, TOLD).map(({ name, bytes }) => `${name} ${(bytes / 1000).toFixed(1)} kB`);
    return { bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0), largest: largest.join(', ') };
  }
  return null;
}

/** Null where there is no such folder, or too much in it. */
function loadedFiles(folder: string, from: number): string[] | null {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return null;
  }
  const files: string[] = [];
  let bytes = 0;
  for (const name of names) {
    if (!LOADED.test(name) || /(^|\/)(node_modules|server)\//.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < from) continue;
    bytes += size;
    if (files.push(path) > MOST_FILES || bytes > MOST_BYTES) return null;
  }
  return files;
}

/** Without the hash that changes with the content. */
function plainName(name: string): string {
  return name.replace(/([-.])[\w-]{8,}(?=\.(m?js|css)$)/, (hash, mark: string) => (/\d|[A-Z]/.test(hash) ? `${mark}*` : hash));
}
