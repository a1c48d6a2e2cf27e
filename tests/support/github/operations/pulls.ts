/** Pull requests between branches of one repository; their commits are those of the bare repository. */
import { notFound, optionalText, pageUrl, Refusal, repositoryUrl, stamp, text } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import { issueOf } from '../state.ts';
import type { Issue, Pull, Repository, World } from '../state.ts';
import { commitShape } from './commits.ts';
import { assertFields, newIssue, setState } from './issues.ts';
import { issueShape, nodeIdOf, repositoryShape, userShape } from './shapes.ts';

export type PullIssue = Issue & { readonly pull: Pull };

export const pullOperations: Readonly<Record<string, Handler>> = {
  'pulls/list': async (call) => {
    const { repository, query } = call;
    await followBranches(call);
    const [headOwner, headBranch] = split(query.get('head') ?? '');
    const found = pullsOf(repository).filter(
      ({ state, pull }) =>
        ((query.get('state') ?? 'open') === 'all' || state === (query.get('state') ?? 'open')) &&
        (query.get('base') ?? pull.base) === pull.base &&
        // GitHub passes over a head that names no owner.
        (headBranch === null || (headOwner.toLowerCase() === repository.owner.toLowerCase() && headBranch === pull.head)),
    );
    const sign =
      query.get('direction') === 'asc' || (query.get('direction') === null && query.has('sort') && query.get('sort') !== 'created')
        ? 1
        : -1;
    found.sort((a, b) => sign * (a.number - b.number));
    return { status: 200, list: found.map((issue) => pullShape(call.world, repository, { issue, login: call.login })) };
  },
  'pulls/get': async (call) => {
    await followBranches(call);
    const issue = thePull(call);
    const mergeable = issue.state === 'open' ? await isMergeable(call.repository, issue.pull) : null;
    return { status: 200, body: { ...pullShape(call.world, call.repository, { issue, login: call.login }), mergeable } };
  },
  'pulls/create': async (call) => {
    const { world, repository, body, token } = call;
    if (token?.kind === 'workflow' && !repository.settings.workflowsMayPropose) {
      throw new Refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.');
    }
    await followBranches(call);
    const [owner, branch] = split(text(body['head']));
    const head = branch ?? owner;
    const base = text(body['base']);
    const [headSha, baseSha] = await Promise.all([
      repository.git.resolve(`refs/heads/${head}`),
      repository.git.resolve(`refs/heads/${base}`),
    ]);
    if (headSha === null || (branch !== null && owner.toLowerCase() !== repository.owner.toLowerCase())) throw invalidPull('head');
    if (baseSha === null) throw invalidPull('base');
    if ((await repository.git.between(baseSha, headSha)).length === 0) throw refusedPull(`No commits between ${base} and ${head}`);
    // Last, and without a pause before it is there: of two that ask at once one is second.
    if (pullsOf(repository).some(({ state, pull }) => state === 'open' && pull.head === head && pull.base === base)) {
      throw refusedPull(`A pull request already exists for ${repository.owner}:${head}.`);
    }
    const pull: Pull = {
      head,
      base,
      headSha,
      baseSha,
      draft: body['draft'] === true,
      merged: null,
      autoMerge: null,
      requestedReviewers: [],
    };
    const issue = newIssue(call, { title: text(body['title'] ?? ''), body: optionalText(body['body']), pull });
    assertFields(issue);
    repository.issues.push(issue);
    return { status: 201, body: pullShape(world, repository, { issue: issue as PullIssue, login: call.login }) };
  },
  'pulls/update': async (call) => {
    await followBranches(call);
    const { body, repository, world } = call;
    const issue = thePull(call);
    const changed = {
      title: body['title'] === undefined ? issue.title : text(body['title']),
      body: body['body'] === undefined ? issue.body : optionalText(body['body']),
    };
    assertFields({ ...issue, ...changed });
    if (body['state'] === 'open' && issue.state === 'closed') {
      if (issue.pull.merged !== null) throw refusedPull('state cannot be changed. The pull request was merged.');
      if ((await repository.git.resolve(`refs/heads/${issue.pull.head}`)) === null) {
        throw refusedPull(`state cannot be changed. The ${issue.pull.head} branch has been deleted.`);
      }
    }
    Object.assign(issue, changed);
    if (body['base'] !== undefined) issue.pull.base = text(body['base']);
    if (body['state'] !== undefined) setState(call, issue, { state: body['state'] as Issue['state'], reason: null });
    issue.updatedAt = world.now();
    return { status: 200, body: pullShape(world, repository, { issue, login: call.login }) };
  },
  'pulls/list-commits': async (call) => {
    await followBranches(call);
    const { pull } = thePull(call);
    const shas = await call.repository.git.between(pull.baseSha, pull.headSha);
    return { status: 200, list: await Promise.all([...shas].reverse().map((sha) => commitShape(call.world, call.repository, sha))) };
  },
  'pulls/list-files': async (call) => {
    await followBranches(call);
    const { pull } = thePull(call);
    const changes = await call.repository.git.git(['diff', '--name-status', '--no-renames', '-z', `${pull.baseSha}...${pull.headSha}`]);
    const words = changes.split('\0');
    const status = { A: 'added', M: 'modified', D: 'removed' } as Record<string, string>;
    const files = words.flatMap((word, index) =>
      index % 2 === 0 && word !== '' ? [{ status: status[word], filename: words[index + 1] }] : [],
    );
    return { status: 200, list: files.map((file) => ({ ...file, sha: pull.headSha })) };
  },
  'pulls/check-if-merged': (call) => {
    if (thePull(call).pull.merged === null) throw notFound();
    return { status: 204 };
  },
  'pulls/request-reviewers': (call) => {
    const issue = thePull(call);
    issue.pull.requestedReviewers = [...new Set([...issue.pull.requestedReviewers, ...((call.body['reviewers'] ?? []) as string[])])];
    return { status: 201, body: pullShape(call.world, call.repository, { issue, login: call.login }) };
  },
  'pulls/merge': async (call) => {
    await followBranches(call);
    const issue = thePull(call);
    const { pull } = issue;
    if (issue.state === 'closed' || !(await isMergeable(call.repository, pull))) throw new Refusal(405, 'Pull Request is not mergeable');
    if (call.body['sha'] !== undefined && call.body['sha'] !== pull.headSha) {
      throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
    }
    const sha = await mergeNow(call, issue);
    return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
  },
};

/** Merges by a merge commit, past every rule. */
export async function mergeNow(
  { world, repository, login }: Pick<Call, 'world' | 'repository' | 'login'>,
  issue: PullIssue,
): Promise<string> {
  const { git } = repository;
  const { pull } = issue;
  const tree = (await git.git(['merge-tree', '--write-tree', pull.baseSha, pull.headSha])).trim();
  const identity = ['-c', 'user.name=GitHub', '-c', 'user.email=noreply@github.test'];
  const message = `Merge pull request #${issue.number} from ${repository.owner}/${pull.head}`;
  const sha = (await git.git([...identity, 'commit-tree', tree, '-p', pull.baseSha, '-p', pull.headSha, '-m', message])).trim();
  await git.git(['update-ref', `refs/heads/${pull.base}`, sha, pull.baseSha]);
  pull.merged = { at: world.now(), by: login, sha };
  setState({ world, login }, issue, { state: 'closed', reason: null });
  return sha;
}

/** Pushes go straight to Git: before pull requests are looked at, they follow what happened to their branches. */
export async function followBranches({ world, repository }: Pick<Call, 'world' | 'repository'>): Promise<void> {
  const open = pullsOf(repository).filter(({ state }) => state === 'open');
  if (open.length === 0) return;
  const branches = new Map((await repository.git.branches()).map(({ name, sha }) => [name, sha]));
  for (const issue of open) {
    const { pull } = issue;
    const head = branches.get(pull.head);
    pull.baseSha = branches.get(pull.base) ?? pull.baseSha;
    if (head === undefined) {
      setState({ world, login: 'ghost' }, issue, { state: 'closed', reason: null });
      continue;
    }
    if (head !== pull.headSha) issue.updatedAt = world.now();
    pull.headSha = head;
    // GitHub calls a pull request merged once its commits are on the base, however they came there.
    if ((await repository.git.between(pull.baseSha, head)).length > 0) continue;
    pull.merged = { at: world.now(), by: 'ghost', sha: pull.baseSha };
    setState({ world, login: 'ghost' }, issue, { state: 'closed', reason: null });
  }
}

export function pullsOf(repository: Repository): PullIssue[] {
  return repository.issues.filter((issue): issue is PullIssue => issue.pull !== null);
}

function thePull({ repository, path }: Call): PullIssue {
  const issue = issueOf(repository, path['pull_number']);
  if (issue === undefined || issue.pull === null) throw notFound();
  return issue as PullIssue;
}

async function isMergeable(repository: Repository, pull: Pull): Promise<boolean> {
  return repository.git.git(['merge-tree', '--write-tree', pull.baseSha, pull.headSha]).then(
    () => true,
    () => false,
  );
}

export function pullShape(
  world: World,
  repository: Repository,
  { issue, login }: { issue: PullIssue; login: string },
): Record<string, unknown> {
  const { pull } = issue;
  const page = `${pageUrl(world, repository)}/pull/${issue.number}`;
  const side = (ref: string, sha: string): Record<string, unknown> => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: userShape(world, repository.owner),
    repo: repositoryShape(world, repository, login),
  });
  const { pull_request: _link, ...common } = issueShape(world, repository, issue);
  return {
    ...common,
    // Here, unlike in issues, GitHub's description knows no label without words.
    labels: (common['labels'] as { description: string | null }[]).map((label) => ({ ...label, description: label.description ?? '' })),
    node_id: nodeIdOf(issue),
    url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
    issue_url: `${repositoryUrl(world, repository)}/issues/${issue.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    head: side(pull.head, pull.headSha),
    base: side(pull.base, pull.baseSha),
    draft: pull.draft,
    merged: pull.merged !== null,
    merged_at: stamp(pull.merged?.at ?? null),
    merged_by: pull.merged === null ? null : userShape(world, pull.merged.by),
    merge_commit_sha: pull.merged?.sha ?? null,
    mergeable_state: 'unknown',
    requested_reviewers: pull.requestedReviewers.map((reviewer) => userShape(world, reviewer)),
    auto_merge: pull.autoMerge === null ? null : { enabled_by: userShape(world, pull.autoMerge.by), merge_method: pull.autoMerge.method },
  };
}

/** `owner:branch`; the branch is null when there is no colon. */
function split(head: string): [string, string | null] {
  const colon = head.indexOf(':');
  return colon < 0 ? [head, null] : [head.slice(0, colon), head.slice(colon + 1)];
}

function invalidPull(field: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
}

function refusedPull(message: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);
}
