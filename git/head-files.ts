/** HEAD as its files have it: two reads instead of a process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the files say, word for word. */
export interface HeadFiles {
  /** The whole of HEAD: "ref: refs/heads/main", or the id of a commit. */
  readonly head: string;
  /** The line that begins with the id of the commit. */
  readonly line: string;
}

/** Null where it takes git to find out: no commit yet, no Git directory there, refs in another format. */
export function readHeadFiles(gitDir: string): HeadFiles | null {
  const head = textOf(join(gitDir, 'HEAD'));
  if (head === null) return null;
  const ref = /^ref: (refs\/heads\/.+)\n$/.exec(head)?.[1];
  if (ref === undefined) return { head, line: head };
  const loose = textOf(join(gitDir, ref));
  if (loose !== null) return { head, line: loose };
  const line = textOf(join(gitDir, 'packed-refs'))
    ?.split('\n')
    .find((text) => text.endsWith(` ${ref}`));
  return line === undefined ? null : { head, line };
}

/** The commit of HEAD, or null where it takes git to find out. */
export function headCommit(gitDir: string): string | null {
  return /^([0-9a-f]{40}|[0-9a-f]{64})(?:\s|$)/.exec(readHeadFiles(gitDir)?.line ?? '')?.[1] ?? null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // absent
  }
}
