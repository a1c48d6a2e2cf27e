/** The mutations and queries of GraphQL that the double knows. */
import type { GraphqlOperation, Selection } from '../graphql-document.ts';
import { pageUrl, repositoryUrl, stamp } from '../reply.ts';
import { fullName } from '../state.ts';
import type { Permissions, Repository, Token, World } from '../state.ts';
import { followBranches, pullsOf } from './pulls.ts';
import type { PullIssue } from './pulls.ts';
import { nodeIdOf } from './shapes.ts';

/** What GraphQL answers instead of a field: the status stays 200. */
export class GraphqlProblem extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

interface Asker {
  readonly world: World;
  readonly token: Token;
}

type Node = Readonly<Record<string, unknown>>;

/** The `data` of the answer. Throws GraphqlProblem. */
export async function answerGraphql(asker: Asker, operation: GraphqlOperation): Promise<Node> {
  const data: Record<string, unknown> = {};
  for (const field of operation.fields) {
    const resolve = RESOLVERS[field.name];
    if (resolve === undefined) throw new GraphqlProblem('INTERNAL', `the double does not know ${field.name}`);
    data[field.alias] = pick(await resolve(asker, field.args), field.fields);
  }
  return data;
}

const RESOLVERS: Readonly<Record<string, (asker: Asker, args: Node) => Promise<Node>>> = {
  repository: async (asker, args) => {
    const repository = repositoryOf(asker.world, `${args['owner'] as string}/${args['name'] as string}`);
    await followBranches({ ...asker, repository });
    return repositoryNode(asker.world, repository);
  },
  createCommitOnBranch: async ({ world, token }, args) => {
    const input = args['input'] as CommitInput;
    const { branch, expectedHeadOid } = input;
    const repository = repositoryOf(world, branch.repositoryNameWithOwner ?? '');
    assertMay(token, { contents: 'write' });
    const name = (branch.branchName ?? '').replace(/^refs\/heads\//, '');
    const { git } = repository;
    const head = await git.resolve(`refs/heads/${name}`);
    if (head === null) throw new GraphqlProblem('NOT_FOUND', `No ref found for branch ${name}`);
    if (head !== expectedHeadOid) {
      throw new GraphqlProblem('STALE_DATA', `Expected branch to point to "${expectedHeadOid}" but it did not.  Pull and try again.`);
    }
    if (repository.protections.get(name)?.requiresPullRequest === true) {
      throw new GraphqlProblem('UNPROCESSABLE', 'Changes must be made through a pull request.');
    }
    const additions = (input.fileChanges?.additions ?? []).map(({ path, contents }) => [path, Buffer.from(contents, 'base64')] as const);
    const deletions = (input.fileChanges?.deletions ?? []).map(({ path }) => [path, null] as const);
    const workflow = [...additions, ...deletions].find(([path]) => path.startsWith('.github/workflows/'));
    if (workflow !== undefined && token.kind !== 'classic' && token.permissions['workflows'] !== 'write') {
      throw new GraphqlProblem('FORBIDDEN', 'refusing to allow a GitHub App to create or update workflow without `workflows` permission');
    }
    const sha = await git.commit({
      branch: name,
      message: [input.message.headline, ...(input.message.body === undefined ? [] : ['', input.message.body])].join('\n'),
      files: Object.fromEntries([...additions, ...deletions]),
      author: { name: token.login, email: `${token.login}@users.noreply.github.test` },
      committer: { name: 'GitHub', email: 'noreply@github.test' },
      at: Math.floor(world.now().getTime() / 1000),
    });
    // GitHub signs what it makes itself.
    const signature = { isValid: true, state: 'VALID', wasSignedByGitHub: true };
    return { commit: { ...commitNode(world, repository, sha), signature }, ref: { name, id: `REF_${name}`, prefix: 'refs/heads/' } };
  },
  enablePullRequestAutoMerge: async (asker, args) => {
    const input = args['input'] as { pullRequestId: string; mergeMethod?: string };
    const { repository, issue } = await thePull(asker, input.pullRequestId);
    if (!repository.settings.allowsAutoMerge)
      throw new GraphqlProblem('UNPROCESSABLE', 'Pull request Auto merge is not allowed for this repository');
    const protection = repository.protections.get(issue.pull.base);
    // Nothing to wait for: GitHub wants it merged at once instead.
    if (protection === undefined) throw new GraphqlProblem('UNPROCESSABLE', 'Pull request Pull request is in clean status');
    issue.pull.autoMerge = { method: (input.mergeMethod ?? 'MERGE').toLowerCase(), by: asker.token.login };
    return { pullRequest: pullNode(asker.world, repository, issue) };
  },
  disablePullRequestAutoMerge: async (asker, args) => {
    const { repository, issue } = await thePull(asker, (args['input'] as { pullRequestId: string }).pullRequestId);
    issue.pull.autoMerge = null;
    return { pullRequest: pullNode(asker.world, repository, issue) };
  },
};

interface CommitInput {
  readonly branch: { readonly repositoryNameWithOwner?: string; readonly branchName?: string };
  readonly message: { readonly headline: string; readonly body?: string };
  readonly expectedHeadOid: string;
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[];
    readonly deletions?: readonly { readonly path: string }[];
  };
}

function repositoryOf(world: World, name: string): Repository {
  const found = world.repositories.find((repository) => fullName(repository).toLowerCase() === name.toLowerCase());
  const moved = world.formerNames.get(name.toLowerCase());
  if (found === undefined && moved === undefined) {
    throw new GraphqlProblem('NOT_FOUND', `Could not resolve to a Repository with the name '${name}'.`);
  }
  const repository = (found ?? moved) as Repository;
  if (repository.settings.archived) throw new GraphqlProblem('FORBIDDEN', 'Repository was archived so is read-only.');
  return repository;
}

function assertMay(token: Token, needs: Permissions): void {
  const has =
    token.kind === 'classic'
      ? token.scopes.includes('repo')
      : Object.entries(needs).every(([name, level]) => token.permissions[name] === level);
  if (!has) throw new GraphqlProblem('FORBIDDEN', 'Resource not accessible by integration');
}

async function thePull({ world, token }: Asker, id: string): Promise<{ repository: Repository; issue: PullIssue }> {
  for (const repository of world.repositories) {
    const issue = pullsOf(repository).find((pull) => nodeIdOf(pull) === id);
    if (issue === undefined) continue;
    assertMay(token, { pull_requests: 'write', contents: 'write' });
    await followBranches({ world, repository });
    return { repository, issue };
  }
  throw new GraphqlProblem('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}

function repositoryNode(world: World, repository: Repository): Node {
  return {
    id: `R_${repository.id}`,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    url: pageUrl(world, repository),
    isArchived: repository.settings.archived,
    isPrivate: repository.settings.private,
    hasIssuesEnabled: repository.settings.hasIssues,
    autoMergeAllowed: repository.settings.allowsAutoMerge,
    pullRequest: (args: Node) => {
      const issue = pullsOf(repository).find(({ number }) => number === args['number']);
      if (issue === undefined)
        throw new GraphqlProblem('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${String(args['number'])}.`);
      return pullNode(world, repository, issue);
    },
  };
}

function pullNode(world: World, repository: Repository, issue: PullIssue): Node {
  const { autoMerge } = issue.pull;
  return {
    id: nodeIdOf(issue),
    number: issue.number,
    title: issue.title,
    url: `${pageUrl(world, repository)}/pull/${issue.number}`,
    state: issue.pull.merged === null ? issue.state.toUpperCase() : 'MERGED',
    isDraft: issue.pull.draft,
    headRefName: issue.pull.head,
    headRefOid: issue.pull.headSha,
    baseRefName: issue.pull.base,
    autoMergeRequest: autoMerge === null ? null : { mergeMethod: autoMerge.method.toUpperCase(), enabledAt: stamp(world.now()) },
  };
}

function commitNode(world: World, repository: Repository, sha: string): Node {
  return {
    id: `C_${sha}`,
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    url: `${pageUrl(world, repository)}/commit/${sha}`,
    commitUrl: `${repositoryUrl(world, repository)}/commits/${sha}`,
  };
}

/** Only what was asked for. Throws for a field that the double does not know, so that no test passes by luck. */
function pick(node: Node, fields: readonly Selection[]): Node {
  return Object.fromEntries(
    fields.map(({ alias, name, args, fields: inner }) => {
      if (!(name in node)) throw new GraphqlProblem('INTERNAL', `the double does not know ${name}`);
      const value = node[name];
      const found = typeof value === 'function' ? (value as (args: Node) => Node)(args) : value;
      return [alias, inner.length === 0 || found === null ? found : pick(found as Node, inner)];
    }),
  );
}
