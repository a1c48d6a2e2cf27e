/** What commits brought on the way to the checked one, and it no longer has. */
import { pastFiles, readPastFiles } from '../git/past-files.ts';
import { resolveRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import type { PastContents } from './checks/check.ts';
import type { ReadProject } from './read-project.ts';

const MOST_FILES = 2_000;
const MOST_BYTES = 1024 * 1024;

/** Null where nobody knows which commits are new, or this clone does not have the one before them. */
export async function contentsSince(
  repository: Repository,
  { since, project }: { readonly since: string | null; readonly project: ReadProject },
): Promise<PastContents | null> {
  if (since === null || (await resolveRef(repository, since)) === null) return null;
  const except = new Set(project.entries.map(({ oid }) => oid));
  const all = await pastFiles(repository, { base: since, tip: project.commit, except });
  const files = all.slice(0, MOST_FILES);
  const texts = await readPastFiles(repository, files, MOST_BYTES);
  const read = files.flatMap(({ commit, path }, index) => {
    const text = texts[index] ?? null;
    return text === null ? [] : [{ commit, path, text }];
  });
  return { files: read, unread: all.length - read.length };
}
