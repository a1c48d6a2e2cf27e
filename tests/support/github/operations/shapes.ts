/** Stored things as GitHub words them; what is left out here is filled in by the description. */
import { pageUrl, repositoryUrl, stamp } from '../reply.ts';
import { fullName, userOf } from '../state.ts';
import type { Comment, Issue, Label, Repository, World } from '../state.ts';
import { roleOf } from '../access.ts';

export function userShape(world: World, login: string): Record<string, unknown> {
  const user = userOf(world, login);
  const url = `${world.url}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    type: user.type,
    url,
    html_url: `${new URL(world.url).origin}/${user.login}`,
    site_admin: false,
  };
}

export function repositoryShape(world: World, repository: Repository, login: string): Record<string, unknown> {
  const { settings } = repository;
  const role = roleOf(repository, login);
  const has = (...roles: string[]): boolean => roles.includes(role);
  return {
    id: repository.id,
    node_id: `R_${repository.id}`,
    name: repository.name,
    full_name: fullName(repository),
    owner: userShape(world, repository.owner),
    private: settings.private,
    visibility: settings.private ? 'private' : 'public',
    html_url: pageUrl(world, repository),
    url: repositoryUrl(world, repository),
    default_branch: settings.defaultBranch,
    archived: settings.archived,
    has_issues: settings.hasIssues,
    allow_auto_merge: settings.allowsAutoMerge,
    permissions: {
      admin: has('admin'),
      maintain: has('admin', 'maintain'),
      push: has('admin', 'maintain', 'write'),
      triage: has('admin', 'maintain', 'write', 'triage'),
      pull: role !== 'none',
    },
  };
}

export function labelShape(world: World, repository: Repository, label: Label): Record<string, unknown> {
  return {
    id: label.id,
    node_id: `LA_${label.id}`,
    name: label.name,
    color: label.color,
    description: label.description,
    default: false,
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
  };
}

/** The label of that name, whatever its case; made when it is not there, as GitHub does with labels of an issue. */
export function labelOf(world: World, repository: Repository, name: string): Label {
  const known = repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  const label = { id: world.nextId(), name, color: 'ededed', description: null };
  repository.labels.push(label);
  return label;
}

export function commentShape(
  world: World,
  repository: Repository,
  { issue, comment }: { issue: Issue; comment: Comment },
): Record<string, unknown> {
  const url = repositoryUrl(world, repository);
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    body: comment.body,
    user: userShape(world, comment.author),
    created_at: stamp(comment.createdAt),
    updated_at: stamp(comment.updatedAt),
    issue_url: `${url}/issues/${issue.number}`,
    url: `${url}/issues/comments/${comment.id}`,
    html_url: `${issuePage(world, repository, issue)}#issuecomment-${comment.id}`,
    author_association: associationOf(repository, comment.author),
  };
}

/** How the author belongs to the repository; programs do not. */
function associationOf(repository: Repository, login: string): string {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return 'OWNER';
  return repository.collaborators.has(login.toLowerCase()) ? 'COLLABORATOR' : 'NONE';
}

export function issuePage(world: World, repository: Repository, issue: Issue): string {
  return `${pageUrl(world, repository)}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`;
}

export function issueShape(world: World, repository: Repository, issue: Issue): Record<string, unknown> {
  const url = `${repositoryUrl(world, repository)}/issues/${issue.number}`;
  const page = issuePage(world, repository, issue);
  return {
    id: issue.id,
    node_id: nodeIdOf(issue),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    user: userShape(world, issue.author),
    labels: issue.labels.map((name) => labelShape(world, repository, labelOf(world, repository, name))),
    assignee: issue.assignees[0] === undefined ? null : userShape(world, issue.assignees[0]),
    assignees: issue.assignees.map((login) => userShape(world, login)),
    milestone: null,
    locked: issue.locked,
    comments: issue.comments.length,
    created_at: stamp(issue.createdAt),
    updated_at: stamp(issue.updatedAt),
    closed_at: stamp(issue.closedAt),
    closed_by: issue.closedBy === null ? null : userShape(world, issue.closedBy),
    url,
    html_url: page,
    repository_url: repositoryUrl(world, repository),
    author_association: associationOf(repository, issue.author),
    ...(issue.pull === null
      ? {}
      : {
          pull_request: {
            url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: stamp(issue.pull.merged?.at ?? null),
          },
        }),
  };
}

export function nodeIdOf(issue: Issue): string {
  return `${issue.pull === null ? 'I' : 'PR'}_${issue.id}`;
}
