/** Whether a repository has set up a rule about import cycles, and what it says. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import { commandsIn } from '../tools/script-commands.ts';

/** The repository's own setup. */
export interface CycleRules {
  /** `dependency-cruiser`: its rules are run; `madge`: cycles are errors; null: nothing is set up. */
  readonly tool: 'dependency-cruiser' | 'madge' | null;
  /** Configuration file of dependency-cruiser. */
  readonly config: string | null;
  readonly knownViolations: string | null;
  /** Files and folders that its scripts name; empty: all. */
  readonly targets: readonly string[];
  /** What shows it. */
  readonly why: string;
}

const CONFIG = /^\.dependency-cruiser\.([cm]?js|json)$/;

/** Whether a path is or would be such a setup. */
export function isCycleConfig(path: string): boolean {
  return CONFIG.test(path) || /^(\.madgerc(\.json)?|\.dependency-cruiser-known-violations\.json)$/.test(path);
}

/** Looks for dependency-cruiser and madge in configuration files and scripts. */
export function findCycleRules(project: Project): CycleRules {
  const commands = project.workspaces.flatMap((manifest) =>
    Object.values(manifest.scripts)
      .flatMap(commandsIn)
      .map((command) => ({ command, dir: manifest.dir })),
  );
  const config = project.files.find((path) => CONFIG.test(path)) ?? null;
  if (config !== null) {
    const calls = commands.filter(
      ({ command, dir }) => dir === '' && /^(depcruise|dependency-cruise|dependency-cruiser)$/.test(command.tool),
    );
    const known = '.dependency-cruiser-known-violations.json';
    return {
      tool: 'dependency-cruiser',
      config,
      knownViolations: project.has(known) ? known : null,
      targets: targetsOf(project, calls),
      why: config,
    };
  }
  const calls = commands.filter(({ command }) => command.tool === 'madge' && command.args.some((arg) => /^(-c|--circular)$/.test(arg)));
  const rc = project.files.find((path) => path === '.madgerc' || path === '.madgerc.json');
  if (calls.length > 0 || rc !== undefined) {
    return {
      tool: 'madge',
      config: null,
      knownViolations: null,
      targets: targetsOf(project, calls),
      why: rc ?? 'the scripts call madge --circular',
    };
  }
  return { tool: null, config: null, knownViolations: null, targets: [], why: 'no rule of its own: cycles of imports, as warnings' };
}

/** The operands of the calls that are files or folders of the repository. */
function targetsOf(
  project: Project,
  calls: readonly { readonly command: { readonly args: readonly string[] }; readonly dir: string }[],
): string[] {
  const targets = calls.flatMap(({ command, dir }) =>
    command.args.filter((arg) => !arg.startsWith('-')).map((arg) => posix.normalize(posix.join(dir, arg)).replace(/\/$/, '')),
  );
  return [...new Set(targets)].filter((target) => project.has(target) || project.files.some((file) => file.startsWith(`${target}/`)));
}
