import { posix } from 'node:path';
import type { Project } from '../../project.ts';
import { shellLine } from '../shell-line.ts';
import { toolLine } from '../tool-line.ts';
import type { TestPackage, TestStep } from './find-test-packages.ts';

/** What stands behind the name of a runner, where it would not run and end without. */
const RUN_WORDS: Readonly<Record<string, readonly string[]>> = { vitest: ['run'], playwright: ['test'] };

/** One line with which a person runs the tests of a step, or those in `files`. */
export function stepLine(
  project: Project,
  about: { pack: TestPackage; step: TestStep; files: readonly (string | null | undefined)[] },
): string {
  const { dir } = about.pack.manifest;
  const files = [...new Set(about.files.filter((file): file is string => typeof file === 'string' && !/\p{Cc}/u.test(file)))];
  const { tool } = about.step.command;
  if (tool !== 'node') return toolLine({ manager: project.packageManager, dir, tool, args: RUN_WORDS[tool] ?? [], files });
  const line = shellLine(['node', '--test', ...files.slice(0, 5).map((file) => posix.relative(dir, file))]);
  return dir === '' ? line : `(cd ${shellLine([dir])} && ${line})`;
}

/** One line with which a person runs a script of a package. */
export function scriptLine(project: Project, { dir, script }: { readonly dir: string; readonly script: string }): string {
  const line = shellLine([project.packageManager ?? 'npm', ...(script === 'test' ? [] : ['run']), script]);
  return dir === '' ? line : `(cd ${shellLine([dir])} && ${line})`;
}
