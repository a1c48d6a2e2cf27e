/** Runs a workflow's jobs on this machine as a runner of GitHub would: fresh workspaces, GitHub's own expressions, real shells. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../git-repository.ts';
import { expressionsIn, type Scalar, type Status } from './expressions.ts';
import { runSteps, type ActionStandIn, type Step, type StepResult } from './run-steps.ts';

export interface WorkflowRequest {
  /** Text of the workflow. */
  readonly workflow: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The `github` context besides event and token: `ref`, `sha`, `repository`, `server_url`, `api_url` … */
  readonly github: Readonly<Record<string, string>>;
  /** A token for a job with these permissions: what the job does not ask for, it may not. */
  tokenFor(permissions: Readonly<Record<string, string>>): string;
  /** What stands for an action, by its name without the version: `actions/checkout`. */
  readonly actions: Readonly<Record<string, ActionStandIn>>;
  /** Files of the repository that has `./` actions. */
  readonly localActions?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface JobResult {
  readonly result: 'success' | 'failure' | 'skipped';
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepResult[];
  /** Pages of its steps, one after another. */
  readonly summary: string;
}

export type WorkflowResult = Readonly<Record<string, JobResult>>;

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: Scalar;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, Scalar>>;
  readonly outputs?: Readonly<Record<string, Scalar>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name?: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, Scalar>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The jobs in the order of their needs. Throws when the event does not start the workflow, or a job needs one that is not there. */
export async function runWorkflow(request: WorkflowRequest): Promise<WorkflowResult> {
  const workflow = parse(request.workflow) as Workflow;
  if (!(request.event in workflow.on)) throw new Error(`${request.event} does not start ${workflow.name ?? 'the workflow'}`);
  const results: Record<string, JobResult> = {};
  const waiting = new Map(Object.entries(workflow.jobs));
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, job]) => [job.needs ?? []].flat().every((name) => name in results));
    if (ready === undefined) throw new Error(`jobs wait for each other: ${[...waiting.keys()].join(', ')}`);
    const [id, job] = ready;
    waiting.delete(id);
    results[id] = await runJob(request, { workflow, id, job, results });
  }
  return results;
}

async function runJob(
  request: WorkflowRequest,
  about: { workflow: Workflow; id: string; job: Job; results: Readonly<Record<string, JobResult>> },
): Promise<JobResult> {
  const { workflow, id, job, results } = about;
  const needed = [job.needs ?? []].flat();
  const needs = Object.fromEntries(needed.map((name) => [name, { result: results[name]?.result, outputs: results[name]?.outputs ?? {} }]));
  const token = request.tokenFor(job.permissions ?? workflow.permissions ?? {});
  const { path: folder } = await temporaryFolder();
  const [workspace, temp] = [join(folder, 'workspace'), join(folder, 'temp')];
  await mkdir(workspace);
  await mkdir(temp);
  const eventPath = join(temp, 'event.json');
  await writeFile(eventPath, JSON.stringify(request.payload));
  const github = {
    ...request.github,
    event: request.payload,
    event_name: request.event,
    event_path: eventPath,
    job: id,
    token,
    workflow: workflow.name ?? '',
    workspace,
  };
  const inputs = (request.payload['inputs'] as Readonly<Record<string, unknown>> | undefined) ?? {};
  const shared = { github, needs, inputs, vars: request.vars ?? {}, secrets: { ...request.secrets, GITHUB_TOKEN: token } };
  const before = (): Status => (needed.every((name) => results[name]?.result === 'success') ? 'success' : 'failure');
  if (!expressionsIn(shared, before).holds(job.if)) return { result: 'skipped', outputs: {}, steps: [], summary: '' };
  const ran = await runSteps(job.steps, {
    contexts: shared,
    env: { ...workflow.env, ...job.env },
    outside: runnerEnvironment(request, { github, temp, workspace }),
    workspace,
    temp,
    actions: request.actions,
    readLocal: async (path) => readFile(join(request.localActions ?? workspace, path), 'utf8'),
  });
  const after = expressionsIn({ ...shared, steps: ran.contexts }, () => ran.status);
  const outputs = Object.fromEntries(Object.entries(job.outputs ?? {}).map(([name, source]) => [name, after.text(source)]));
  return { result: ran.status === 'success' ? 'success' : 'failure', outputs, steps: ran.steps, summary: ran.summary };
}

/** What a process on a runner finds in its environment; no token is among it. */
function runnerEnvironment(
  request: WorkflowRequest,
  { github, temp, workspace }: { github: Readonly<Record<string, unknown>>; temp: string; workspace: string },
): Record<string, string> {
  const told = Object.entries(github).filter(([name, value]) => typeof value === 'string' && name !== 'token');
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: temp,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: temp,
    GITHUB_WORKSPACE: workspace,
    ...Object.fromEntries(told.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)])),
    ...request.env,
  };
}
