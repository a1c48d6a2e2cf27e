/** Finds the files of events in a commit of the ledger, also in one that lacks some of its objects. */
import { git } from '../git/exec-git.ts';
import { readObjects } from './objects.ts';
import type { Ledger } from './store.ts';

/** A file below `events/`. */
export interface EventFile {
  readonly path: string;
  readonly oid: string;
}

/** The files, and whether some of the folders could not be read. */
export interface EventTree {
  readonly files: readonly EventFile[];
  readonly damaged: boolean;
}

/** Lists the files below `events/` of a commit. */
export async function listEventFiles(ledger: Ledger, commit: string): Promise<EventTree> {
  const { stdout, exitCode } = await git(['ls-tree', '-r', '-z', '--full-tree', commit, '--', 'events/'], {
    gitDir: ledger.gitDir,
    okCodes: [0, 1, 128],
  });
  if (exitCode !== 0) return walkReadable(ledger, commit);
  const files = stdout.split('\0').flatMap((line) => {
    const [, oid, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return oid === undefined || path === undefined ? [] : [{ oid, path }];
  });
  return { files, damaged: false };
}

/** ls-tree gives up at the first folder that is missing; this goes around it. */
async function walkReadable(ledger: Ledger, commit: string): Promise<EventTree> {
  const files: EventFile[] = [];
  let folders = [{ path: 'events', request: `${commit}:events` }];
  while (folders.length > 0) {
    const trees = await readObjects(
      ledger,
      folders.map((folder) => folder.request),
    );
    const next: typeof folders = [];
    for (const [index, tree] of trees.entries()) {
      const folder = folders[index]?.path ?? '';
      if (tree?.type !== 'tree') continue;
      for (const entry of parseTree(tree.content, tree.oid.length / 2)) {
        const path = `${folder}/${entry.name}`;
        if (entry.mode === '40000') next.push({ path, request: entry.oid });
        else files.push({ path, oid: entry.oid });
      }
    }
    folders = next;
  }
  return { files, damaged: true };
}

function parseTree(content: Buffer, idBytes: number): { mode: string; name: string; oid: string }[] {
  const entries = [];
  let position = 0;
  while (position < content.length) {
    const space = content.indexOf(0x20, position);
    const nul = content.indexOf(0, space);
    if (space < 0 || nul < 0) break;
    const oid = content.toString('hex', nul + 1, nul + 1 + idBytes);
    entries.push({ mode: content.toString('utf8', position, space), name: content.toString('utf8', space + 1, nul), oid });
    position = nul + 1 + idBytes;
  }
  return entries;
}
