/** After a delivery with a job's own token: the checks that the branch requires are started, or it is explained why they wait. */
import type { RunReport } from '../../agents/run-report.ts';
import type { GitDirectory } from '../../git/repository.ts';
import { GitHubError } from '../../github/github-error.ts';
import type { GitHubAccess, OpenOptions } from './github-access.ts';

export interface StartRequiredChecks {
  readonly repository: GitDirectory;
  readonly access: GitHubAccess;
  readonly report: RunReport;
  /** Whether GitHub starts nothing for what this token pushes. */
  readonly isJobsToken: boolean;
  readonly open: OpenOptions;
}

/** Sentences for the report. Asks GitHub only when commits were delivered. */
export async function startRequiredChecks(ask: StartRequiredChecks): Promise<string[]> {
  const { access, report, repository } = ask;
  const target = report.delivery.branch;
  const branches = deliveredTo(report);
  if (access.kind === 'none' || !ask.isJobsToken || target === null || branches.length === 0) return [];
  const [{ requiredChecks }, { planStart, startChecks }, { workflowsAt }] = await Promise.all([
    import('../../github/required-checks.ts'),
    import('../../github/start-checks.ts'),
    import('./workflow-facts.ts'),
  ]);
  try {
    const github = await access.open(ask.open);
    const required = await requiredChecks(github, target);
    if (required.length === 0) return [];
    const plan = planStart(required, await workflowsAt(repository, report.base));
    return await startChecks(github, { plan, branches });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [`whether ${target} requires checks could not be asked, so none were started: ${error.message}`];
  }
}

/** The branches that have new commits of agents. */
function deliveredTo({ delivery }: RunReport): string[] {
  const pushed = delivery.outcome === 'pushed' && delivery.commits.length > 0 && delivery.branch !== null ? [delivery.branch] : [];
  const proposed = delivery.proposals.filter(({ state }) => state === 'opened' || state === 'reopened' || state === 'updated');
  return [...pushed, ...proposed.map(({ branch }) => branch)];
}
