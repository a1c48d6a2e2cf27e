/** What the six agents say of a scaffold, by the real command line. */
import { runJson } from '../../support/run-agent-command.ts';
import type { RunDocument } from '../../support/run-agent-command.ts';
import type { TestRepository } from '../../support/git-repository.ts';

type Check = RunDocument['runs'][number]['checks'][number];
export type Told = Check['findings'][number] & { readonly agent: string; readonly check: string };

export interface ScaffoldReport {
  readonly document: RunDocument;
  readonly findings: readonly Told[];
  /** `<agent> <check> <reason>` of the checks that could not be carried out. */
  readonly errored: readonly string[];
  readonly stderr: string;
}

/** Runs the six agents; with `fix` their repairs end up on the branch. */
export async function askAgents(
  repository: TestRepository,
  { fix, env }: { fix: boolean; env: Readonly<Record<string, string>> },
): Promise<ScaffoldReport> {
  const args = fix ? ['--delivery', 'local'] : ['--no-fix', '--delivery', 'none'];
  const { document, stderr } = await runJson(repository.path, ['--force', ...args], env);
  const checks = document.runs.flatMap((run) => run.checks.map((check) => ({ ...check, agent: run.agent })));
  return {
    document,
    findings: checks.flatMap(({ agent, check, findings }) => findings.map((finding) => ({ ...finding, agent, check }))),
    errored: checks
      .filter(({ outcome }) => outcome === 'errored')
      .map(({ agent, check, reason }) => `${agent} ${check} ${reason ?? 'without a reason'}`),
    stderr,
  };
}

/** One line about a finding. */
export function describeFinding({ agent, check, path, line, rule, severity, message, fixed }: Told): string {
  return `${agent} ${check} ${fixed ? 'fixed' : severity} ${path ?? '-'}:${line ?? '-'} ${rule} ${message}`;
}
