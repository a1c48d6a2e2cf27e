import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Reads lines of the files of one tree, each file once. */
export interface SourceLines {
  /** The trimmed text of a line (1-based), or undefined when there is none. */
  lineOf(path: string, line: number | null | undefined): string | undefined;
}

/** Lines of the files below `root`; what cannot be read has none. */
export function openSourceLines(root: string): SourceLines {
  const files = new Map<string, readonly string[]>();
  return {
    lineOf(path, line) {
      if (line === null || line === undefined) return undefined;
      let lines = files.get(path);
      if (lines === undefined) {
        lines = readLines(join(root, path));
        files.set(path, lines);
      }
      return lines[line - 1]?.trim() || undefined;
    },
  };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r\n|[\n\r\u2028\u2029]/);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}

/** Makes the function that turns paths as tools print them (absolute, or relative to `cwd`) into repository-relative ones; null for what lies outside. */
export function repositoryPaths(root: string): (cwd: string, path: string) => string | null {
  const roots = [...new Set([resolve(root), realpathSync(root)])];
  return (cwd, path) => {
    const full = isAbsolute(path) ? path : resolve(cwd, path);
    for (const base of roots) {
      const below = relative(base, full);
      if (below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)) return below.split(sep).join('/');
    }
    return null;
  };
}
