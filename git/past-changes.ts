/** What the history did to files, by the ids of their contents. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import type { Repository } from './repository.ts';

/** One file in one commit; blob ids, null where the file was not or is no more. */
export interface PastChange {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Commits that are looked at: each changed one of the paths. */
const LIMIT = 500;

/** The changes of these paths in the history of a commit; `isCut` when the clone lacks a part of it. */
export async function pastChanges(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<{ readonly changes: readonly PastChange[]; readonly isCut: boolean }> {
  const args = ['log', '--full-history', '--format=', '--raw', '-z', '--no-abbrev', '--no-renames', `--max-count=${LIMIT}`];
  const { stdout } = await git(['--literal-pathspecs', ...args, requireObjectId(commit), '--', ...paths], { gitDir: repository.gitDir });
  const fields = stdout.split('\0');
  const changes: PastChange[] = [];
  for (const [index, field] of fields.entries()) {
    const [, from, to] = /^\n?:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*$/.exec(field) ?? [];
    const path = fields[index + 1];
    if (from !== undefined && to !== undefined && path !== undefined) changes.push({ path, from: blob(from), to: blob(to) });
  }
  const isCut = await stat(join(repository.commonDir, 'shallow')).then(
    () => true,
    () => false,
  );
  return { changes, isCut };
}

function blob(id: string): string | null {
  return /^0+$/.test(id) ? null : id;
}
