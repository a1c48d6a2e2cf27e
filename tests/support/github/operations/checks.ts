/** Check runs and commit statuses. */
import { notFound, optionalText, pageUrl, Refusal, repositoryUrl, stamp, text, unprocessable } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import type { Annotation, CheckRun, CommitStatus, Repository, World } from '../state.ts';
import { theCommit } from './commits.ts';
import { repositoryShape, userShape } from './shapes.ts';

const LONGEST_DESCRIPTION = 140;

export const checkOperations: Readonly<Record<string, Handler>> = {
  'checks/create': async (call) => {
    const { world, repository, body } = call;
    assertApp(call);
    const sha = await fullSha(call, text(body['head_sha']));
    const run: CheckRun = {
      id: world.nextId(),
      sha,
      name: '',
      status: 'queued',
      conclusion: null,
      externalId: '',
      detailsUrl: pageUrl(world, repository),
      title: null,
      summary: null,
      text: null,
      annotations: [],
      startedAt: world.now(),
      completedAt: null,
    };
    change(call, run);
    repository.checkRuns.push(run);
    return { status: 201, body: checkShape(world, repository, run) };
  },
  'checks/update': (call) => {
    assertApp(call);
    const run = theCheckRun(call);
    change(call, run);
    return { status: 200, body: checkShape(call.world, call.repository, run) };
  },
  'checks/get': (call) => ({ status: 200, body: checkShape(call.world, call.repository, theCheckRun(call)) }),
  'checks/list-annotations': (call) => ({ status: 200, list: theCheckRun(call).annotations.map((annotation) => ({ ...annotation })) }),
  'checks/list-for-ref': async ({ world, repository, path, query }) => {
    const sha = await theCommit(repository, path['ref'] ?? '');
    const found = repository.checkRuns
      .filter(
        (run) =>
          run.sha === sha && run.name === (query.get('check_name') ?? run.name) && run.status === (query.get('status') ?? run.status),
      )
      .reverse();
    const latest = found.filter((run, index) => found.findIndex(({ name }) => name === run.name) === index);
    const runs = query.get('filter') === 'all' ? found : latest;
    return { status: 200, list: runs.map((run) => checkShape(world, repository, run)), wrap: 'check_runs' };
  },
  'repos/create-commit-status': async (call) => {
    const { world, repository, path, body, login } = call;
    const sha = await fullSha(call, path['sha'] ?? '');
    const description = optionalText(body['description']);
    if ((description ?? '').length > LONGEST_DESCRIPTION) {
      throw unprocessable(`Validation failed: Description is too long (maximum is ${LONGEST_DESCRIPTION} characters)`);
    }
    const status: CommitStatus = {
      id: world.nextId(),
      sha,
      state: text(body['state']),
      context: optionalText(body['context']) ?? 'default',
      description,
      targetUrl: optionalText(body['target_url']),
      author: login,
      createdAt: world.now(),
    };
    repository.statuses.push(status);
    return { status: 201, body: statusShape(world, repository, status) };
  },
  'repos/list-commit-statuses-for-ref': async ({ world, repository, path }) => {
    const sha = await theCommit(repository, path['ref'] ?? '');
    const found = repository.statuses.filter((status) => status.sha === sha).reverse();
    return { status: 200, list: found.map((status) => statusShape(world, repository, status)) };
  },
  'repos/get-combined-status-for-ref': async (call) => {
    const { world, repository, path } = call;
    const sha = await theCommit(repository, path['ref'] ?? '');
    const found = repository.statuses.filter((status) => status.sha === sha).reverse();
    const latest = found.filter((status, index) => found.findIndex(({ context }) => context === status.context) === index);
    const states = latest.map(({ state }) => state);
    const isBad = states.some((state) => state === 'failure' || state === 'error');
    return {
      status: 200,
      body: {
        state: isBad ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success',
        statuses: latest.map((status) => statusShape(world, repository, status)),
        sha,
        total_count: latest.length,
        repository: repositoryShape(world, repository, call.login),
      },
    };
  },
};

/** Check runs belong to Apps; GITHUB_TOKEN is one's. */
function assertApp({ token }: Call): void {
  if (token?.kind === 'classic' || token?.kind === 'fine-grained') throw new Refusal(403, 'You must authenticate via a GitHub App.');
}

async function fullSha({ repository }: Call, sha: string): Promise<string> {
  const found = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.resolve(sha) : null;
  if (found === null) throw unprocessable(`No commit found for SHA: ${sha}`);
  return found;
}

function change({ world, body }: Call, run: CheckRun): void {
  const output = body['output'] as { title?: string; summary?: string; text?: string; annotations?: Annotation[] } | undefined;
  if (body['name'] !== undefined) run.name = text(body['name']);
  if (body['external_id'] !== undefined) run.externalId = text(body['external_id']);
  if (body['details_url'] !== undefined) run.detailsUrl = text(body['details_url']);
  if (body['started_at'] !== undefined) run.startedAt = new Date(text(body['started_at']));
  if (body['status'] !== undefined) run.status = text(body['status']);
  if (body['conclusion'] !== undefined) {
    run.conclusion = text(body['conclusion']);
    run.status = 'completed';
  }
  if (run.status === 'completed') {
    if (run.conclusion === null) throw unprocessable('Invalid request.\n\nMissing conclusion for a completed check run.');
    run.completedAt = body['completed_at'] === undefined ? (run.completedAt ?? world.now()) : new Date(text(body['completed_at']));
  }
  if (output === undefined) return;
  run.title = output.title ?? run.title;
  run.summary = output.summary ?? run.summary;
  run.text = output.text ?? run.text;
  // Each request adds its annotations to those that are there.
  run.annotations.push(...(output.annotations ?? []));
}

function theCheckRun({ repository, path }: Call): CheckRun {
  const run = repository.checkRuns.find(({ id }) => id === Number(path['check_run_id']));
  if (run === undefined) throw notFound();
  return run;
}

function checkShape(world: World, repository: Repository, run: CheckRun): Record<string, unknown> {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.sha,
    name: run.name,
    status: run.status,
    conclusion: run.conclusion,
    external_id: run.externalId,
    details_url: run.detailsUrl,
    url,
    html_url: `${pageUrl(world, repository)}/runs/${run.id}`,
    started_at: stamp(run.startedAt),
    completed_at: stamp(run.completedAt),
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: null,
    app: null,
    pull_requests: [],
  };
}

function statusShape(world: World, repository: Repository, status: CommitStatus): Record<string, unknown> {
  return {
    id: status.id,
    node_id: `SC_${status.id}`,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    avatar_url: null,
    creator: userShape(world, status.author),
    created_at: stamp(status.createdAt),
    updated_at: stamp(status.createdAt),
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
  };
}
