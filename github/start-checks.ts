/**
 * GitHub starts no workflow for what a job's own token pushes, so that no loop arises. Checks that a branch requires would then
 * be waited for without end; they are started by workflow_dispatch where that is possible.
 */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

/** A workflow of the repository, as far as it matters here. */
export interface WorkflowFacts {
  /** `ci.yml`. */
  readonly file: string;
  /** Names under which its jobs show up as checks; `*` stands for what an expression makes. */
  readonly checks: readonly string[];
  /** Whether it has the trigger workflow_dispatch without an input that somebody has to fill in. */
  readonly canBeStarted: boolean;
  /** Whether it runs agents itself: it is never started on their own commits. */
  readonly isOurs: boolean;
}

export interface StartPlan {
  readonly files: readonly string[];
  /** Required checks that nothing starts, each with the workflow that has it. */
  readonly hanging: readonly { readonly check: string; readonly file: string; readonly why: 'no-trigger' | 'ours' }[];
}

/** Which workflows have the required checks. A check that no workflow has is somebody else's, who hears of pushes himself. Pure. */
export function planStart(required: readonly string[], workflows: readonly WorkflowFacts[]): StartPlan {
  const files = new Set<string>();
  const hanging: StartPlan['hanging'][number][] = [];
  for (const check of required) {
    const having = workflows.filter(({ checks }) => checks.some((name) => isNamed(check, name)));
    const startable = having.find(({ canBeStarted, isOurs }) => canBeStarted && !isOurs);
    if (startable !== undefined) files.add(startable.file);
    else if (having[0] !== undefined) hanging.push({ check, file: having[0].file, why: having[0].isOurs ? 'ours' : 'no-trigger' });
  }
  return { files: [...files], hanging };
}

/** `build` is also that of `build (20, ubuntu)` and of `build / test` in a workflow that it calls. */
function isNamed(check: string, name: string): boolean {
  const pattern = name
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}(?: \\(.*\\)| / .*)?$`).test(check);
}

export interface StartRequest {
  readonly plan: StartPlan;
  /** Short names of the branches that the commits are on. */
  readonly branches: readonly string[];
}

/** Sentences about what was started and what was not. Never throws GitHubError. */
export async function startChecks({ owner, repo, rest }: GitHub, { plan, branches }: StartRequest): Promise<string[]> {
  const sentences: string[] = [];
  const started = new Set<string>();
  try {
    for (const ref of branches) {
      for (const workflow_id of plan.files) {
        await rest.actions.createWorkflowDispatch({ owner, repo, workflow_id, ref });
        started.add(workflow_id);
      }
    }
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const left = plan.files.filter((file) => !started.has(file)).join(', ');
    sentences.push(`${left} could not be started on ${branches.join(', ')}, whose required checks wait for it: ${adviceOn(error)}`);
  }
  if (started.size > 0)
    sentences.unshift(`started ${[...started].join(', ')} on ${branches.join(', ')}: pushes with a job's own token start none`);
  return [...sentences, ...plan.hanging.map(hangingSentence)];
}

function adviceOn(error: GitHubError): string {
  if (error.code === 'forbidden') return "give the job `actions: write`, or push with an App's token (UPKEEP_GITHUB_TOKEN)";
  return error.message;
}

function hangingSentence({ check, file, why }: StartPlan['hanging'][number]): string {
  const wait = `the required check "${check}" waits without end on commits of a job's own token`;
  return why === 'ours'
    ? `${wait}: ${file} runs the agents themselves, so do not require it, or push with an App's token (UPKEEP_GITHUB_TOKEN)`
    : `${wait}: give ${file} the trigger workflow_dispatch, or push with an App's token (UPKEEP_GITHUB_TOKEN)`;
}
