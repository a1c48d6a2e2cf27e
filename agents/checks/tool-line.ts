import { posix } from 'node:path';
import type { PackageManager } from '../project.ts';
import { shellLine } from './shell-line.ts';

/** Files named in one line; more than that says less. */
const MOST_FILES = 5;

/** How people call an installed tool with this package manager. */
export function toolPrefix(manager: PackageManager | null): string[] {
  if (manager === 'pnpm') return ['pnpm', 'exec'];
  if (manager === 'yarn') return ['yarn'];
  return [manager === 'bun' ? 'bunx' : 'npx'];
}

/** A call of a tool as it is shown to a person. */
export interface ShownCall {
  readonly manager: PackageManager | null;
  /** Repository-relative folder it is run in. */
  readonly dir: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** Repository-relative paths that it is about. */
  readonly files?: readonly string[];
  /** What is named instead of files when there are none or too many. */
  readonly fallback?: readonly string[];
}

/** One line that calls a tool as we did; names with control characters are not put into it. */
export function toolLine(call: ShownCall): string {
  const files = [...new Set(call.files ?? [])];
  const showsFiles = files.length > 0 && files.length <= MOST_FILES && files.every((file) => !/\p{Cc}/u.test(file));
  const operands = showsFiles ? files.map((file) => safeOperand(posix.relative(call.dir, file))) : (call.fallback ?? []);
  const line = shellLine([...toolPrefix(call.manager), call.tool, ...call.args, ...operands]);
  return call.dir === '' ? line : `(cd ${shellLine([safeOperand(call.dir)])} && ${line})`;
}

/** A path that no tool can take for an option. */
export function safeOperand(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
