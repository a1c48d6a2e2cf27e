/** Whether a repository has madge look for import cycles. */
import type { Project } from '../project.ts';
import { scriptCalls, targetsOf } from './script-targets.ts';

/** The repository's own setup. */
export interface CycleRules {
  /** `madge`: cycles are errors; null: nothing is set up. */
  readonly tool: 'madge' | null;
  /** Files and folders that its scripts name; empty: all. */
  readonly targets: readonly string[];
  /** What shows it. */
  readonly why: string;
}

/** Whether a path is or would be such a setup. */
export function isCycleConfig(path: string): boolean {
  return /^\.madgerc(\.json)?$/.test(path);
}

/** Looks for madge in configuration files and scripts. */
export function findCycleRules(project: Project): CycleRules {
  const calls = scriptCalls(project).filter(
    ({ command }) => command.tool === 'madge' && command.args.some((arg) => /^(-c|--circular)$/.test(arg)),
  );
  const rc = project.files.find((path) => path === '.madgerc' || path === '.madgerc.json');
  if (calls.length > 0 || rc !== undefined) {
    return {
      tool: 'madge',
      targets: targetsOf(project, calls),
      why: rc ?? 'the scripts call madge --circular',
    };
  }
  return { tool: null, targets: [], why: 'no rule of its own: cycles of imports, as warnings' };
}
