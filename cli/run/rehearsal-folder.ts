/** The folder of `--rehearse`: what an earlier rehearsal wrote there is removed, other people's files are never touched. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoFolder } from '../place.ts';

/** Names the files that a rehearsal wrote, each by its path below the folder, one a line. */
const MANIFEST = '.upkeep-rehearsal';

/** What keeps a rehearsal from being written at this absolute path, as a clause; null when nothing does. Throws on a full disk. */
export function whyNoRehearsal(folder: string): string | null {
  const why = whyNoFolder(folder);
  if (why !== null) return why;
  const names = namesIn(folder);
  const isFree = names.length === 0 || names.includes(MANIFEST);
  return isFree ? null : 'it holds files that no rehearsal wrote';
}

/** Begins anew in a folder that can take a rehearsal. The answer is called at the end of the run. */
export function beginRehearsal(folder: string): { end(): void } {
  mkdirSync(folder, { recursive: true });
  for (const path of listed(folder)) rmSync(join(folder, path), { force: true });
  const foreign = new Set(filesBelow(folder));
  write(folder, []);
  return {
    end: () =>
      write(
        folder,
        filesBelow(folder).filter((path) => !foreign.has(path)),
      ),
  };
}

/** The files of the earlier rehearsal that are still there; what would lead out of the folder is none. */
function listed(folder: string): string[] {
  if (!namesIn(folder).includes(MANIFEST)) return [];
  const there = new Set(filesBelow(folder));
  return readFileSync(join(folder, MANIFEST), 'utf8')
    .split('\n')
    .filter((path) => there.has(path));
}

function write(folder: string, paths: readonly string[]): void {
  writeFileSync(join(folder, MANIFEST), paths.map((path) => `${path}\n`).join(''));
}

/** Plain files, links not followed: Node's own recursive listing follows them. */
function filesBelow(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory()) return filesBelow(folder, path);
    return entry.isFile() && path !== MANIFEST ? [path] : [];
  });
}

function namesIn(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}
