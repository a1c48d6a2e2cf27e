/** Starts tools of Python: those of the environment in the checkout, else those of the machine. */
import { existsSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckReport } from './check.ts';
import { reportSkipped } from './check-report.ts';
import type { PythonContext } from './python-roots.ts';
import { pinnedVersions } from './python-setup.ts';
import type { PythonTool } from './python-setup.ts';

/** A tool that can be started. */
export interface PythonCommand {
  readonly argv: readonly [string, ...string[]];
  /** Whether it has what the repository depends on beside it. */
  readonly isOwn: boolean;
}

/** The tool, or the report that says what is missing. */
export async function findPythonTool(
  context: PythonContext,
  tool: PythonTool,
): Promise<{ readonly command: PythonCommand } | { readonly missing: CheckReport }> {
  for (const command of candidates(context, tool)) {
    const result = await runPython(context, command, ['--version']);
    if (result.end !== 'exited' || result.exitCode !== 0) continue;
    const version = /\d+\.\d+(\.\d+)*/.exec(result.stdout + result.stderr)?.[0] ?? '';
    const own = await pinnedVersions(context.project, tool);
    const pinned = own.size === 0 && context.dir !== '' ? await pinnedVersions(context.whole, tool) : own;
    // Another version of a formatter or a linter has other opinions.
    if (command.isOwn || tool === 'pytest' || pinned.size === 0 || pinned.has(version)) return { command };
    const wanted = [...pinned].join(' or ');
    const hint = `The repository asks for ${tool} ${wanted}, and this machine has ${version}: install it into .venv, or on the PATH.`;
    return { missing: reportSkipped('tool-missing', hint) };
  }
  return {
    missing: reportSkipped(
      'tool-missing',
      `${tool} is neither in .venv or venv of the checkout nor on this machine: install it there, for example with pip install ${tool}.`,
    ),
  };
}

/** Calls it in the worktree; what is imported is the worktree's, also where the environment knows the checkout. */
export function runPython(
  context: PythonContext,
  { argv, reportFile }: PythonCommand & { readonly reportFile?: string },
  args: readonly string[],
): Promise<ToolResult> {
  const { root } = context;
  const path = [root, join(root, 'src')].filter(existsSync).join(process.platform === 'win32' ? ';' : ':');
  const env = { PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8', MYPY_CACHE_DIR: devNull };
  return context.runTool({ argv: [...argv, ...args], cwd: root, env, ...(reportFile === undefined ? {} : { reportFile }) });
}

function candidates({ top, dir }: PythonContext, tool: PythonTool): PythonCommand[] {
  const checkout = checkoutOf(top);
  const folders = [...new Set([join(checkout, dir), checkout])];
  const names = process.platform === 'win32' ? [join('Scripts', `${tool}.exe`)] : [join('bin', tool)];
  const own = folders
    .flatMap((folder) => ['.venv', 'venv'].map((environment) => join(folder, environment)))
    .flatMap((environment) => names.map((name) => join(environment, name)))
    .filter(existsSync);
  const machine: [string, ...string[]][] = [[tool], ['python3', '-m', tool]];
  return [
    ...own.map((path): PythonCommand => ({ argv: [path], isOwn: true })),
    ...machine.map((argv): PythonCommand => ({ argv, isOwn: false })),
  ];
}

/** The folder that people work in: a worktree of ours names the repository that it belongs to. */
function checkoutOf(root: string): string {
  try {
    const gitDir = /^gitdir: (.+)$/m.exec(readFileSync(join(root, '.git'), 'utf8'))?.[1]?.trim();
    if (gitDir === undefined) return root;
    const folder = resolve(root, gitDir);
    return dirname(resolve(folder, readFileSync(join(folder, 'commondir'), 'utf8').trim()));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return root;
    throw error;
  }
}
