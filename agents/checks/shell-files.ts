/** Which files are scripts for sh or bash, by their names and their first lines. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isForeign } from './bundled-files.ts';

const SCRIPT = /\.(sh|bash)$|(^|\/)\.husky\/[\w-]+$/;
/** Names of scripts without an extension, which their first line tells. */
const NAMELESS = /(^|\/)[\w-]+$/;
const PASSED_OVER = /(^|\/)(\.husky\/_|\.yarn)\/|(^|\/)gradlew$/;
const SHELL = /^#!\s*(\/usr)?(\/local)?\/bin\/(env\s+(-S\s+)?)?(sh|bash|dash)\b/;
const FIRST_BYTES = 200;

/** Whether a path can be a script; one without an extension is one only by its first line. */
export function maybeShell(path: string): boolean {
  return (
    !isForeign(path) && !PASSED_OVER.test(path) && (SCRIPT.test(path) || (NAMELESS.test(path) && !posix.basename(path).startsWith('.')))
  );
}

/** Whether its name says that it is one. */
export function isShellName(path: string): boolean {
  return !isForeign(path) && !PASSED_OVER.test(path) && SCRIPT.test(path);
}

/** Those of the files that are scripts for sh or bash. */
export function shellFiles(root: string, files: readonly string[]): string[] {
  return files.filter((path) => {
    if (!maybeShell(path)) return false;
    const first = firstLine(join(root, path));
    // Without a word of its own it is for the shell that its name tells; zsh, ksh and fish are others.
    return first !== null && (first.startsWith('#!') ? SHELL.test(first) : SCRIPT.test(path));
  });
}

function firstLine(path: string): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(FIRST_BYTES);
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, FIRST_BYTES, 0));
    return text.includes('\0') ? null : (text.split('\n')[0] ?? '');
  } catch {
    // Absent, a link to nowhere, a folder.
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
