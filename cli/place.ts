/** Whether a file or a folder can be made at a path: found out by trying, before the work whose result goes there. */
import { closeSync, lstatSync, mkdtempSync, openSync, rmdirSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDiskFullError } from '../git/disk-room.ts';

/** What keeps a file from being written at this absolute path, as a clause without the path; null when nothing does. Throws on a full disk. */
export function whyNoFile(path: string): string | null {
  const there = look(path);
  if (typeof there === 'string') return there;
  if (there === null) return whyNothingBelow(dirname(path));
  if (there.isDirectory()) return 'a file is expected, and this is a folder';
  // What is no plain file, as /dev/stdout, may wait for a reader when it is opened.
  return there.isFile() ? tried(() => closeSync(openSync(path, 'a'))) : null;
}

/** What keeps files from being written in a folder of this absolute path, or the folder from being made; null when nothing does. Throws on a full disk. */
export function whyNoFolder(path: string): string | null {
  const there = look(path);
  if (typeof there === 'string') return there;
  if (there === null) return whyNothingBelow(dirname(path));
  return there.isDirectory() ? whyNothingIn(path) : 'a folder is expected, and this is a file';
}

/** Folders that are absent are made when the time comes; what counts is the first that is there. */
function whyNothingBelow(folder: string): string | null {
  const there = look(folder);
  if (typeof there === 'string') return there;
  if (there === null) return whyNothingBelow(dirname(folder));
  return there.isDirectory() ? whyNothingIn(folder) : `${folder} is a file and no folder`;
}

/** Rights do not tell: some file systems, as /proc, take no new file whoever asks. */
function whyNothingIn(folder: string): string | null {
  const why = tried(() => rmdirSync(mkdtempSync(join(folder, '.upkeep-'))));
  return why === null ? null : `nothing can be written in ${folder} (${why})`;
}

/** Null when there is nothing; a text when that cannot be found out. */
function look(path: string): Stats | string | null {
  try {
    return statSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR') return null;
    if (code !== 'ENOENT') return code;
  }
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : 'it is a link that leads nowhere';
}

function tried(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (isDiskFullError(error)) throw error;
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
