/** What a bundler said, without its stack, frames and headings, and where. Pure. */
import { posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const PATH = String.raw`[^\s"'${'`'}()[\]{}<>|]+\.(?:[cm]?[jt]sx?|vue|svelte|astro|s?css|less|html?|mdx?)`;
const PLACE = new RegExp(String.raw`(${PATH})(?::|\()(\d+)(?:[:,](\d+))?`, 'g');
const FILE = new RegExp(String.raw`(${PATH})(?![\w/])`, 'g');
const STACK = /^\s*(at |\||[│╭╰╷╵├─┌└]|\d+\s*[│|]|npm (warn|error|notice)|> |errors: \[|\}|\]|$)/i;
const HEADING = /build failed (in|with)|error during build|^(✓|transforming|rendering|vite v|building|compiled)|^Failed to compile\.?$/i;
const TELLING = /error|fail|cannot|can't|could not|unexpected|not found|unresolved|invalid|missing|\[plugin/i;
const LINES = 4;

/** The lines that tell what is wrong; empty where none does. */
export function buildMessage(log: string): string {
  const lines = stripVTControlCharacters(log)
    .split('\n')
    .filter((line) => !STACK.test(line) && !HEADING.test(line.trim()));
  const first = lines.findIndex((line) => TELLING.test(line));
  return first === -1
    ? ''
    : lines
        .slice(first, first + LINES)
        .map((line) => line.trim())
        .join(' ');
}

export interface BuildPlace {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** The first place in a file of the repository, or the first such file; null where none is named. `dir`: where the build ran. */
export function buildPlace(log: string, dir: string, has: (path: string) => boolean): BuildPlace | null {
  // A stack names files as well, and a finished step the pages that it made.
  const told = stripVTControlCharacters(log)
    .split('\n')
    .filter((line) => !/^\s*at |^npm |^dist\//.test(line))
    .join('\n');
  const found = (written: string): string | undefined => [posix.join(dir, written), posix.normalize(written)].find(has);
  for (const [, written = '', line, column] of told.matchAll(PLACE)) {
    const path = found(written);
    if (path !== undefined) return { path, line: Number(line), column: column === undefined ? null : Number(column) };
  }
  for (const [, written = ''] of told.matchAll(FILE)) {
    const path = found(written);
    if (path !== undefined) return { path, line: null, column: null };
  }
  return null;
}
