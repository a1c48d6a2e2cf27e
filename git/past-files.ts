/** Files as commits had them that a tree no longer has: what was added and taken out again on the way. */
import { batchObjects } from './batch-objects.ts';
import { git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

/** One content that a commit brought. */
export interface PastFile {
  readonly commit: string;
  readonly path: string;
  readonly oid: string;
}

/** Contents of files that commits beyond `base` brought, each once, by the oldest commit that did; without `except`. Merges bring nothing of their own. */
export async function pastFiles(
  repository: GitDirectory,
  { base, tip, except }: { readonly base: string; readonly tip: string; readonly except: ReadonlySet<string> },
): Promise<PastFile[]> {
  const range = [requireObjectId(tip), `^${requireObjectId(base)}`, '--'];
  const args = ['log', '--reverse', '--raw', '-z', '--no-abbrev', '--no-renames', '--no-show-signature', '--format=commit %H', ...range];
  const { stdout } = await git(args, { gitDir: repository.gitDir });
  const found = new Map<string, PastFile>();
  let commit = '';
  const fields = stdout.split('\0');
  for (const [index, field] of fields.entries()) {
    const head = /^\n?commit ([0-9a-f]{40,64})/.exec(field);
    if (head !== null) commit = head[1] ?? '';
    // A file, neither a link nor a submodule, that is there after the commit.
    const [, oid] = /(?:^|\n):\d{6} 100\d{3} [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(field) ?? [];
    const path = fields[index + 1];
    if (oid === undefined || path === undefined || /^0+$/.test(oid) || except.has(oid) || found.has(oid)) continue;
    found.set(oid, { commit, path, oid });
  }
  return [...found.values()];
}

/** Contents of `files`; null for what is not there, is no text, or is longer than `mostBytes`. */
export async function readPastFiles(
  repository: GitDirectory,
  files: readonly PastFile[],
  mostBytes: number,
): Promise<readonly (string | null)[]> {
  const sizes = await sizesOf(repository, files);
  const wanted = files.filter(({ oid }) => (sizes.get(oid) ?? Infinity) <= mostBytes);
  const objects = await batchObjects(
    wanted.map(({ oid }) => oid),
    { gitDir: repository.gitDir },
  );
  const texts = new Map(objects.flatMap((object) => (object === null ? [] : [[object.oid, object.content] as const])));
  return files.map(({ oid }) => {
    const content = texts.get(oid);
    return content === undefined || content.subarray(0, 8000).includes(0) ? null : content.toString('utf8');
  });
}

async function sizesOf({ gitDir }: GitDirectory, files: readonly PastFile[]): Promise<ReadonlyMap<string, number>> {
  if (files.length === 0) return new Map();
  const input = `${files.map(({ oid }) => oid).join('\n')}\n`;
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname) %(objectsize)'], { gitDir, input });
  return new Map(
    stdout
      .split('\n')
      .flatMap((line) => (/^[0-9a-f]+ \d+$/.test(line) ? [[line.split(' ')[0] ?? '', Number(line.split(' ')[1])] as const] : [])),
  );
}
