/** Whether a disk is full. Git and other programs that meet one often say something else, or nothing. */
import { realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { GitError } from './git-error.ts';

/** Less is no room: the smallest step of a run needs about as much. */
const LEAST_BYTES = 1024 * 1024;

export interface FullDisk {
  /** A clause for people: which disk, and how much is left on it. */
  readonly words: string;
}

/** The first of these paths whose disk has no room left; null when all have some or the system does not tell. */
export function fullDisk(paths: readonly string[]): FullDisk | null {
  for (const path of paths) {
    try {
      const full = fullDiskOf(nearestFolder(path));
      if (full !== null) return full;
    } catch {
      // A folder that may not be entered, or that goes at this moment: nobody can tell.
    }
  }
  return null;
}

function fullDiskOf(folder: string): FullDisk | null {
  const room = roomAt(folder);
  if (room === null || (room.bytes >= LEAST_BYTES && room.files !== 0)) return null;
  const left = room.bytes < LEAST_BYTES ? `${Math.floor(room.bytes / 1024)} KB free` : 'it can hold no more files';
  return { words: `no space left on the disk at ${mountPoint(folder)} (${left})` };
}

interface Room {
  readonly bytes: number;
  /** Null where files are not counted. */
  readonly files: number | null;
}

/** A file system without limits tells sizes of zero. */
function roomAt(folder: string): Room | null {
  const { bsize, blocks, bavail, bfree, files, ffree } = statfsSync(folder);
  // What is reserved for the superuser is no room for others.
  const free = process.getuid?.() === 0 ? bfree : bavail;
  return blocks === 0 ? null : { bytes: free * bsize, files: files === 0 ? null : ffree };
}

function nearestFolder(path: string): string {
  let at = path;
  while (dirname(at) !== at && statSync(at, { throwIfNoEntry: false })?.isDirectory() !== true) at = dirname(at);
  return at;
}

/** The folder under which people know the disk that a path is on, or would be; null when the system does not tell. */
export function diskOf(path: string): string | null {
  try {
    return mountPoint(nearestFolder(path));
  } catch {
    return null; // gone, or not ours to look at
  }
}

function mountPoint(folder: string): string {
  const { dev } = statSync(folder);
  let at = realpathSync(folder);
  while (dirname(at) !== at && statSync(dirname(at)).dev === dev) at = dirname(at);
  return at;
}

/** Whether a text tells of a full disk or a used-up quota. */
export function saysDiskFull(text: string): boolean {
  return /\bENOSPC\b|\bEDQUOT\b|No space left on device|Out of diskspace|Disk quota exceeded/i.test(text);
}

/** The error that tells of a full disk: this one, what caused it, or one that it hides; null when none does. */
export function diskFullError(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof GitError && error.code === 'disk-full') return error;
  if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) return error;
  const hidden: unknown[] = error instanceof SuppressedError ? [error.suppressed, error.error] : [];
  for (const other of [error.cause, ...hidden]) {
    const found = diskFullError(other);
    if (found !== null) return found;
  }
  return null;
}

/** Whether any of them does. */
export function isDiskFullError(error: unknown): boolean {
  return diskFullError(error) !== null;
}
