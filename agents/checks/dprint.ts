/** The repository's own dprint, only where it is set up. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { crashOf, firstLine } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { formatCheck } from './format-check.ts';
import type { FormatProblem } from './format-check.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'dprint',
  tool: 'dprint',
  config: /^\.?dprint\.jsonc?$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  program: nativeProgram,
  options: {
    keepFlags: ['--no-gitignore', '--allow-node-modules'],
    keepWithValue: ['-c', '--config', '--config-discovery', '--excludes', '--excludes-override', '--includes-override', '--plugins'],
    dropWithValue: ['-L', '--log-level', '--diff-format', '--stdin'],
  },
};

/** Without what it remembers of earlier runs in the person's cache. */
const ALWAYS = ['--incremental=false'];

/** The check `dprint`. */
export const dprint = formatCheck({
  id: 'dprint',
  setup,
  list: ({ flags, targets }) => {
    const given = targets.filter((target) => target !== '.');
    return ['check', ...ALWAYS, '--list-different', ...flags, ...(given.length === 0 ? [] : ['--', ...given])];
  },
  write: () => ['fmt', ...ALWAYS, '--allow-no-files'],
  shown: ['check'],
  foundExit: 20,
  brokenExit: 1,
  problems: problemsIn,
  failure: otherEnd,
});

/** Its exit codes are documented: 11 configuration, 12 plugins, 13 no plugin, 14 no file. */
function otherEnd(result: ToolResult): PartFailure {
  const said = firstLine(result.stderr);
  switch (result.exitCode) {
    case 11:
    case 13:
      return { reason: 'configuration', hint: `dprint cannot use its configuration: ${said}` };
    case 12:
      return /download|https?:/i.test(result.stderr)
        ? { reason: 'network', hint: `dprint could not fetch a plugin, which needs the network or a copy in its cache: ${said}` }
        : { reason: 'dependencies-missing', hint: `dprint has not the plugin that its configuration names: ${said}` };
    case 14:
      return { reason: 'nothing-read', hint: 'dprint found no file to read: look at its includes and excludes.' };
    default:
      return crashOf(result.stderr + result.stdout, 'dprint');
  }
}

/** `Error formatting /…/src/c.js. Message: Expression expected at file:///…/src/c.js:1:7` */
function problemsIn({ stderr }: ToolResult): FormatProblem[] {
  return [...stderr.matchAll(/^Error formatting (.+?)\. Message: (.*)$/gm)].map(([, file = '', text = '']) => {
    const [, message = text, line, column] = /^(.*?) at (?:file:|\/).*:(\d+):(\d+)$/.exec(text) ?? [];
    return { file: file.startsWith('file:') ? fileURLToPath(file) : file, line, column, message };
  });
}

/**
 * Its program. The script in front of it would copy one into its package, which may be the person's own through a link.
 * Null when the package has none for this machine.
 */
function nativeProgram(tool: ResolvedTool): ResolvedTool | null {
  const name = process.platform === 'win32' ? 'dprint.exe' : 'dprint';
  const beside = join(dirname(realpathSync(tool.folder)), '@dprint');
  const platform = `${process.platform}-${process.arch}`;
  const folders = [tool.folder, ...[platform, `${platform}-glibc`, `${platform}-musl`].map((each) => join(beside, each))];
  const program = folders.map((folder) => join(folder, name)).find(isProgram);
  return program === undefined ? null : { ...tool, argv: [program] };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
