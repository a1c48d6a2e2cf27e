/** The files of a package that hold its tests. */
import type { Project } from '../../project.ts';
import { readTextFile } from '../read-text-file.ts';
import { isInside } from '../tool-setup.ts';
import type { RunnerCall } from './test-runner.ts';

const TEST_FILE =
  /(^|\/)(tests?|specs?|__tests__)\/.*\.[cm]?[jt]sx?$|[._-](test|spec)\.[cm]?[jt]sx?$|(^|\/)(test|spec)([._-][^/]*)?\.[cm]?[jt]sx?$/;
const MOST_BYTES = 1024 * 1024;

/** Paths of the test files below a folder. */
export function testFilesIn(project: Project, dir: string): string[] {
  return project.files.filter((path) => isInside(dir, path) && TEST_FILE.test(path));
}

/** Makes the function that finds a text in test files; they are read when it is first asked. */
export function openTestFiles(root: string, paths: readonly string[]): RunnerCall['placesOf'] {
  let texts: { path: string; lines: readonly string[] }[] | undefined;
  return (text) => {
    texts ??= paths.map((path) => ({ path, lines: (readTextFile(root, path, MOST_BYTES) ?? '').split('\n') }));
    return texts.flatMap(({ path, lines }) => lines.flatMap((line, at) => (line.includes(text) ? [{ path, line: at + 1 }] : [])));
  };
}

/** The first of these files that an output names, by its path or its address. */
export function fileNamedIn(output: string, files: readonly { readonly path: string; readonly full: string }[]): string | null {
  let first: { path: string; at: number } | null = null;
  for (const { path, full } of files) {
    for (const form of [full, encodeURI(full)]) {
      const at = output.indexOf(form);
      if (at !== -1 && (first === null || at < first.at)) first = { path, at };
    }
  }
  return first?.path ?? null;
}
