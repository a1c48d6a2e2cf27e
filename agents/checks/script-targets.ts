/** What the repository's scripts have a tool read, whether a package.json names the tool or not. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import { commandsIn } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';

/** A command of a script, and the repository-relative folder that it runs in. */
export interface ScriptCall {
  readonly command: ScriptCommand;
  readonly dir: string;
}

/** The commands of all scripts of the workspaces. */
export function scriptCalls(project: Project): ScriptCall[] {
  return project.workspaces.flatMap(({ scripts, dir }) =>
    Object.values(scripts)
      .flatMap(commandsIn)
      .map((command) => ({ command, dir })),
  );
}

/** The operands of the calls that are files or folders of the repository. */
export function targetsOf(project: Project, calls: readonly ScriptCall[]): string[] {
  const targets = calls.flatMap(({ command, dir }) =>
    command.args.filter((arg) => !arg.startsWith('-')).map((arg) => posix.normalize(posix.join(dir, arg)).replace(/\/$/, '')),
  );
  return [...new Set(targets)].filter((target) => project.has(target) || project.files.some((file) => file.startsWith(`${target}/`)));
}
