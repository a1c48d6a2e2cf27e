/** What the checks that come with us look at in a repository: some of its files, and never those of others, of tests and of templates. */
import type { Project } from '../project.ts';
import type { Detection } from './check.ts';

const FOREIGN = /(^|\/)(node_modules|vendor|third[-_]party|fixtures?|__fixtures__|test-?data|_?templates?)\//;

/** Whether a path is of other people's files, test data, or templates that something fills in. */
export function isForeign(path: string): boolean {
  return FOREIGN.test(path);
}

/** A check applies where one of the files is there, and depends on nothing else. `why`: given how many there are, in words. */
export function detectFiles(
  project: Project,
  reads: (path: string) => boolean,
  words: { readonly none: string; readonly why: (count: number) => string },
): Detection {
  const count = project.files.filter(reads).length;
  if (count === 0) return { applies: false, why: words.none };
  return { applies: true, why: words.why(count), origin: 'bundled', needsDependencies: false, reads };
}

/** `1 file`, `2 files`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
