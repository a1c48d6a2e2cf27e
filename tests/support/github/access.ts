/** What an operation takes: GitHub's permissions of Apps and fine-grained tokens, and the roles of people. */
import type { Operation } from './api-description.ts';
import { Refusal } from './reply.ts';
import { fullName, type Permissions, type Repository, type Role, type Token } from './state.ts';

const ROLES: readonly Role[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** Alternatives, each enough by itself; empty: no permission is asked for. */
export function acceptedPermissions({ id, method }: Operation): readonly Permissions[] {
  const level = method === 'GET' ? 'read' : 'write';
  const [group = '', name = ''] = id.split('/');
  switch (group) {
    case 'issues':
      return /^(create|list-for-repo|create-label|update-label)$/.test(name)
        ? [{ issues: level }]
        : [{ issues: level }, { pull_requests: level }];
    case 'reactions':
      return [{ issues: level }, { pull_requests: level }];
    case 'pulls':
      return name === 'merge' ? [{ contents: 'write' }] : [{ pull_requests: level }];
    case 'checks':
      return [{ checks: level }];
    case 'git':
      return [{ contents: level }];
    case 'actions':
      return /permissions/.test(name) ? [{ administration: level }] : [{ actions: level }];
    case 'repos':
      return [{ [repositoryPermission(name)]: level }];
    default:
      return [];
  }
}

function repositoryPermission(name: string): string {
  if (/protection|create-repo-ruleset/.test(name)) return 'administration';
  if (/^(get|get-branch-rules|get-repo-rulesets?|get-collaborator-permission-level|check-collaborator|list-collaborators)$/.test(name))
    return 'metadata';
  if (/status/.test(name)) return 'statuses';
  if (/webhook/.test(name)) return 'repository_hooks';
  return name === 'list-pull-requests-associated-with-commit' ? 'pull_requests' : 'contents';
}

/** As GitHub writes `x-accepted-github-permissions`: `issues=write; pull_requests=write`. */
export function writePermissions(alternatives: readonly Permissions[]): string {
  return alternatives
    .map((set) =>
      Object.entries(set)
        .map(([name, level]) => `${name}=${level}`)
        .join(','),
    )
    .join('; ');
}

export function roleOf(repository: Repository, login: string): Role {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return 'admin';
  return repository.collaborators.get(login.toLowerCase()) ?? (repository.settings.private ? 'none' : 'read');
}

export function hasRole(repository: Repository, login: string, least: Role): boolean {
  return ROLES.indexOf(roleOf(repository, login)) >= ROLES.indexOf(least);
}

/** Whether the token sees the repository at all. */
export function maySee(repository: Repository, token: Token | null): boolean {
  if (token?.repositories !== null && token?.repositories !== undefined && !token.repositories.includes(fullName(repository))) {
    return !repository.settings.private;
  }
  if (!repository.settings.private) return true;
  if (token === null) return false;
  return token.kind === 'workflow' || token.kind === 'installation' || hasRole(repository, token.login, 'read');
}

/** Throws the refusal that GitHub would answer with. */
export function assertMay(operation: Operation, repository: Repository, token: Token | null): void {
  const accepted = acceptedPermissions(operation);
  const isRead = operation.method === 'GET';
  const isPublicRead =
    isRead && !repository.settings.private && accepted.every((set) => !('administration' in set) && !('repository_hooks' in set));
  if (isPublicRead || accepted.length === 0) return;
  if (token === null) throw new Refusal(isRead ? 404 : 401, isRead ? 'Not Found' : 'Requires authentication');
  if (token.kind !== 'classic' && !accepted.some((set) => includes(token.permissions, set))) {
    throw new Refusal(403, `Resource not accessible by ${token.kind === 'fine-grained' ? 'personal access token' : 'integration'}`);
  }
  if (token.kind === 'workflow' || token.kind === 'installation') return;
  if (
    token.kind === 'classic' &&
    !token.scopes.includes('repo') &&
    !(token.scopes.includes('public_repo') && !repository.settings.private)
  ) {
    throw new Refusal(404, 'Not Found');
  }
  const least = accepted.some((set) => 'administration' in set) ? 'admin' : isRead || isOpenToReaders(operation) ? 'read' : 'write';
  if (!hasRole(repository, token.login, least))
    throw new Refusal(403, `Must have ${least === 'admin' ? 'admin rights' : 'push access'} to Repository.`);
}

function isOpenToReaders({ id }: Operation): boolean {
  return /^(issues\/(create|create-comment|update-comment|update)|reactions\/.*|pulls\/create)$/.test(id);
}

function includes(has: Permissions, needs: Permissions): boolean {
  return Object.entries(needs).every(([name, level]) => name === 'metadata' || has[name] === 'write' || has[name] === level);
}
