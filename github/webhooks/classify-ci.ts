/** What CI says: workflows and suites of others that ended, checks of ours that people want again. Pure. */
import type { z } from 'zod';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { checkName } from '../check-facts.ts';
import { isOwnBranch, isOwnMessage } from './own-change.ts';
import type { checkRunSchema, checkSuiteSchema, workflowRunSchema } from './payload-schema.ts';
import type { Verdict } from './trigger.ts';
import { about, elsewhere, ignored, isOurs, refusal, trigger, type Ours } from './verdict.ts';

/** The app behind GitHub's workflows: its suites are told of by workflow_run. */
const ACTIONS = 'github-actions';

export function classifyWorkflowRun(payload: z.output<typeof workflowRunSchema>, ours: Ours): Verdict {
  const { action, workflow, workflow_run: run, repository } = payload;
  const refused = refusal(payload, ours);
  if (refused !== null) return refused;
  if (action !== 'completed') return ignored('not-finished');
  if (workflow?.path !== undefined && ours.workflows.includes(workflow.path.replace(/@.*$/, ''))) return ignored('own-workflow');
  if (run.head_branch === null) return ignored('no-branch');
  if (isOwnBranch(run.head_branch)) return ignored('own-branch');
  if (isOwnMessage(run.head_commit?.message ?? '')) return ignored('own-commits');
  const home = run.head_repository?.full_name ?? null;
  return trigger({
    kind: 'ci-finished',
    ...about(payload),
    by: 'workflow',
    name: run.name || (workflow?.path ?? ''),
    conclusion: run.conclusion,
    branch: run.head_branch,
    sha: run.head_sha,
    isFork: home?.toLowerCase() !== repository.full_name.toLowerCase(),
  });
}

export function classifyCheckSuite(payload: z.output<typeof checkSuiteSchema>, ours: Ours): Verdict {
  const { action, check_suite: suite } = payload;
  const refused = elsewhere(payload, ours);
  if (refused !== null) return refused;
  if (action === 'requested') return ignored('told-by-push');
  if (action !== 'completed' && action !== 'rerequested') return ignored('nothing-follows');
  // GitHub names no branch for the suites of pull requests from forks.
  if (suite.head_branch === null) return ignored('no-branch');
  const at = { branch: suite.head_branch, sha: suite.head_sha };
  // GitHub sends this to the app whose suite it is, and names the app's own bot as the sender.
  if (action === 'rerequested') return trigger({ kind: 'check-again', ...about(payload), agent: null, ...at });
  if (suite.app?.slug === ACTIONS) return ignored('told-by-workflow-run');
  if (isOurs(payload.sender?.login, ours) || isOurs(`${suite.app?.slug ?? ''}[bot]`, ours)) return ignored('own-actor');
  if (isOwnBranch(suite.head_branch)) return ignored('own-branch');
  if (isOwnMessage(suite.head_commit?.message ?? '')) return ignored('own-commits');
  return trigger({
    kind: 'ci-finished',
    ...about(payload),
    by: 'check-suite',
    name: suite.app?.name ?? '',
    conclusion: suite.conclusion,
    ...at,
    isFork: false,
  });
}

/** Only "Re-run" on one of our checks leads to something. */
export function classifyCheckRun(payload: z.output<typeof checkRunSchema>, ours: Ours): Verdict {
  const { action, check_run: run } = payload;
  const refused = elsewhere(payload, ours);
  if (refused !== null) return refused;
  if (action !== 'rerequested') return ignored('nothing-follows');
  const agent = AGENT_IDS.find((id) => run.name === checkName(id));
  if (agent === undefined) return ignored('not-our-check');
  const branch = run.check_suite?.head_branch ?? null;
  if (branch === null) return ignored('no-branch');
  return trigger({ kind: 'check-again', ...about(payload), agent, branch, sha: run.head_sha });
}
