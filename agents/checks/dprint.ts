/** The repository's own dprint, only where it is set up. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ResolvedTool } from '../tools/resolve-tool.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia } from './fixable-path.ts';
import { unformatted, unparsed } from './format-report.ts';
import { detectRoots, fixRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
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
export const dprint: Check = {
  id: 'dprint',
  title: 'dprint',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path)),
  inspect: (context) => inspectRoots(context, { id: 'dprint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 90,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['fmt', ...ALWAYS, '--allow-no-files', ...invocation.flags, '--'],
        failure: (result) =>
          failureOf(result, 'dprint') ?? (result.exitCode === 0 || problemsIn(result).length > 0 ? null : otherEnd(result)),
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const targets = call.invocation.targets.filter((target) => target !== '.');
  const args = ['check', ...ALWAYS, '--list-different', ...call.invocation.flags, ...(targets.length === 0 ? [] : ['--', ...targets])];
  const result = await context.runTool(toolCall(call, args));
  const where = { call, context };
  const broken = unparsed(problemsIn(result), where);
  const listed = unformatted(result.stdout, where);
  const drafts = [...(listed ?? []), ...broken];
  return {
    drafts,
    command: rootLine(context, call, { tool: 'dprint', args: ['check'], drafts }),
    log: result.stderr,
    failure: failureIn(result, { listed: listed?.length ?? null, broken: broken.length }),
  };
}

/** 0: all formatted, 20: some are not, 1: something could not be read. */
function failureIn(
  result: ToolResult,
  { listed, broken }: { readonly listed: number | null; readonly broken: number },
): PartFailure | null {
  const ended = failureOf(result, 'dprint');
  if (ended !== null) return ended;
  const isAnswer = result.exitCode === 0 || (result.exitCode === 20 && listed !== 0) || (result.exitCode === 1 && broken > 0);
  if (!isAnswer) return otherEnd(result);
  return listed === null ? nonsenseOf(result.stdout, 'dprint') : null;
}

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
function problemsIn({ stderr }: ToolResult) {
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
