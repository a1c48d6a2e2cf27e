/** Workflows: those of the default branch, their runs, and what they may by default. */
import { notFound, pageUrl, repositoryUrl, stamp, text, unprocessable } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import type { WorkflowRun } from '../state.ts';
import { repositoryShape, userShape } from './shapes.ts';

const FOLDER = '.github/workflows';

interface Workflow {
  readonly id: number;
  readonly file: string;
  readonly text: string;
}

export const actionsOperations: Readonly<Record<string, Handler>> = {
  'actions/list-repo-workflows': async (call) => ({
    status: 200,
    list: (await workflowsOf(call)).map((workflow) => workflowShape(call, workflow)),
    wrap: 'workflows',
  }),
  'actions/get-workflow': async (call) => ({ status: 200, body: workflowShape(call, await theWorkflow(call)) }),
  'actions/create-workflow-dispatch': async (call) => {
    const { repository, body } = call;
    const workflow = await theWorkflow(call);
    const ref = text(body['ref']);
    if (!/^\s*workflow_dispatch\b|\bworkflow_dispatch\b/m.test(workflow.text))
      throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
    const isThere = (await repository.git.resolve(`refs/heads/${ref.replace(/^refs\/heads\//, '')}`)) !== null;
    if (!isThere) throw unprocessable(`No ref found for: ${ref}`);
    repository.dispatches.push({
      workflow: workflow.file,
      ref,
      eventType: null,
      inputs: (body['inputs'] ?? {}) as Record<string, unknown>,
    });
    return { status: 204 };
  },
  'actions/list-workflow-runs': async (call) => {
    const { file } = await theWorkflow(call);
    return { status: 200, list: runsOf(call, (run) => run.workflow === file), wrap: 'workflow_runs' };
  },
  'actions/list-workflow-runs-for-repo': (call) => ({ status: 200, list: runsOf(call, () => true), wrap: 'workflow_runs' }),
  'actions/get-workflow-run': (call) => {
    const run = call.repository.workflowRuns.find(({ id }) => id === Number(call.path['run_id']));
    if (run === undefined) throw notFound();
    return { status: 200, body: runShape(call, run) };
  },
  'actions/get-github-actions-permissions-repository': ({ repository }) => ({
    status: 200,
    body: { enabled: repository.settings.actionsEnabled, allowed_actions: 'all' },
  }),
  'actions/get-github-actions-default-workflow-permissions-repository': ({ repository: { settings } }) => ({
    status: 200,
    body: { default_workflow_permissions: settings.workflowPermissions, can_approve_pull_request_reviews: settings.workflowsMayPropose },
  }),
};

async function workflowsOf({ repository }: Call): Promise<Workflow[]> {
  const { git, settings } = repository;
  const listing = await git.git(['ls-tree', '--name-only', settings.defaultBranch, '--', `${FOLDER}/`]);
  const files = listing.split('\n').filter((path) => /\.ya?ml$/.test(path));
  return Promise.all(
    files.map(async (path, index) => ({
      id: repository.id * 100 + index,
      file: path.slice(FOLDER.length + 1),
      text: await git.git(['show', `${settings.defaultBranch}:${path}`]),
    })),
  );
}

async function theWorkflow(call: Call): Promise<Workflow> {
  const asked = call.path['workflow_id'];
  const found = (await workflowsOf(call)).find(({ id, file }) => file === asked || String(id) === asked);
  if (found === undefined) throw notFound();
  return found;
}

function workflowShape({ world, repository }: Call, { id, file }: Workflow): Record<string, unknown> {
  return {
    id,
    node_id: `W_${id}`,
    name: file,
    path: `${FOLDER}/${file}`,
    state: 'active',
    url: `${repositoryUrl(world, repository)}/actions/workflows/${id}`,
    html_url: `${pageUrl(world, repository)}/blob/${repository.settings.defaultBranch}/${FOLDER}/${file}`,
  };
}

function runsOf(call: Call, isWanted: (run: WorkflowRun) => boolean): unknown[] {
  const { repository, query } = call;
  const asked = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  return repository.workflowRuns
    .filter((run) => isWanted(run) && asked('branch', run.branch) && asked('event', run.event) && asked('head_sha', run.sha))
    .filter((run) => query.get('status') === null || query.get('status') === run.status || query.get('status') === run.conclusion)
    .reverse()
    .map((run) => runShape(call, run));
}

function runShape({ world, repository, login }: Call, run: WorkflowRun): Record<string, unknown> {
  return {
    id: run.id,
    node_id: `WFR_${run.id}`,
    name: run.workflow,
    path: `${FOLDER}/${run.workflow}`,
    head_branch: run.branch,
    head_sha: run.sha,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    run_number: run.id,
    run_attempt: run.attempt,
    created_at: stamp(run.createdAt),
    updated_at: stamp(run.createdAt),
    url: `${repositoryUrl(world, repository)}/actions/runs/${run.id}`,
    html_url: `${pageUrl(world, repository)}/actions/runs/${run.id}`,
    repository: repositoryShape(world, repository, login),
    head_repository: repositoryShape(world, repository, login),
    actor: userShape(world, login),
  };
}
