/** Issues and their assignees. */
import { hasRole } from '../access.ts';
import { invalid, notFound, optionalText, Refusal, text, tooLong } from '../reply.ts';
import type { Call, Handler } from '../reply.ts';
import { issueOf } from '../state.ts';
import type { Issue } from '../state.ts';
import { issueShape, labelOf, userShape } from './shapes.ts';

export const LONGEST_BODY = 65_536;
const LONGEST_TITLE = 256;
const LONGEST_LABEL = 50;

export const issueOperations: Readonly<Record<string, Handler>> = {
  'issues/list-for-repo': (call) => {
    const { repository, query } = call;
    const state = query.get('state') ?? 'open';
    const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
    const since = query.get('since');
    const found = repository.issues.filter(
      (issue) =>
        (state === 'all' || issue.state === state) &&
        labels.every((name) => issue.labels.some((has) => has.toLowerCase() === name.toLowerCase())) &&
        (since === null || issue.updatedAt >= new Date(since)) &&
        isEqualOrUnasked(query.get('creator'), [issue.author]) &&
        isEqualOrUnasked(query.get('assignee'), issue.assignees) &&
        // With issues turned off the list holds pull requests only.
        (repository.settings.hasIssues || issue.pull !== null),
    );
    const by = query.get('sort') === 'updated' ? (issue: Issue) => issue.updatedAt.getTime() : (issue: Issue) => issue.number;
    const sign = query.get('direction') === 'asc' ? 1 : -1;
    found.sort((a, b) => sign * (by(a) - by(b) || a.number - b.number));
    return { status: 200, list: found.map((issue) => issueShape(call.world, repository, issue)) };
  },
  'issues/get': (call) => ({ status: 200, body: issueShape(call.world, call.repository, theIssue(call)) }),
  'issues/create': (call) => {
    if (!call.repository.settings.hasIssues) throw new Refusal(410, 'Issues has been disabled in this repository.');
    const { world, repository, body, login } = call;
    const issue = newIssue(call, { title: text(body['title']), body: optionalText(body['body']) });
    issue.labels = labelsOf(call, body['labels']);
    issue.assignees = assigneesOf(call, [body['assignees'] ?? body['assignee'] ?? []].flat());
    assertFields(issue);
    repository.issues.push(issue);
    userShape(world, login);
    return { status: 201, body: issueShape(world, repository, issue) };
  },
  'issues/update': (call) => {
    const { world, repository, body } = call;
    const issue = theIssue(call);
    const changed: Issue = { ...issue };
    if (body['title'] !== undefined && body['title'] !== null) changed.title = text(body['title']);
    if (body['body'] !== undefined) changed.body = optionalText(body['body']);
    if (body['labels'] !== undefined) changed.labels = labelsOf(call, body['labels']);
    if (body['assignees'] !== undefined) changed.assignees = assigneesOf(call, body['assignees'] as unknown[]);
    assertFields(changed);
    Object.assign(issue, changed);
    if (body['state'] !== undefined)
      setState(call, issue, { state: body['state'] as Issue['state'], reason: optionalText(body['state_reason']) });
    issue.updatedAt = world.now();
    return { status: 200, body: issueShape(world, repository, issue) };
  },
  'issues/lock': (call) => {
    theIssue(call).locked = true;
    return { status: 204 };
  },
  'issues/unlock': (call) => {
    theIssue(call).locked = false;
    return { status: 204 };
  },
  'issues/add-assignees': (call) => {
    const issue = theIssue(call);
    // Names of people who cannot be assigned are passed over without a word.
    const able = (call.body['assignees'] as string[]).filter((login) => isAssignable(call, login));
    issue.assignees = [...new Set([...issue.assignees, ...able])];
    return { status: 201, body: issueShape(call.world, call.repository, issue) };
  },
  'issues/remove-assignees': (call) => {
    const issue = theIssue(call);
    const gone = new Set(call.body['assignees'] as string[]);
    issue.assignees = issue.assignees.filter((login) => !gone.has(login));
    return { status: 200, body: issueShape(call.world, call.repository, issue) };
  },
  'issues/list-assignees': ({ world, repository }) => ({
    status: 200,
    list: [repository.owner, ...repository.collaborators.keys()].map((login) => userShape(world, login)),
  }),
  'issues/check-user-can-be-assigned': (call) => {
    if (!isAssignable(call, call.path['assignee'] ?? '')) throw notFound();
    return { status: 204 };
  },
};

/** The issue in the path, or the answer of GitHub when it cannot be had. */
export function theIssue({ repository, path }: Call): Issue {
  const issue = issueOf(repository, path['issue_number']);
  if (issue === undefined) throw notFound();
  if (!repository.settings.hasIssues && issue.pull === null) throw new Refusal(410, 'Issues has been disabled in this repository.');
  return issue;
}

export function newIssue(
  { world, repository, login }: Pick<Call, 'world' | 'repository' | 'login'>,
  words: { title: string; body: string | null; pull?: Issue['pull'] },
): Issue {
  const now = world.now();
  return {
    id: world.nextId(),
    number: repository.issues.length + 1,
    author: login,
    title: words.title,
    body: words.body,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    locked: false,
    comments: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: words.pull ?? null,
  };
}

export function setState(
  { world, login }: Pick<Call, 'world' | 'login'>,
  issue: Issue,
  to: { state: Issue['state']; reason: string | null },
): void {
  if (to.state === issue.state) {
    if (to.reason !== null && to.state === 'closed') issue.stateReason = to.reason;
    return;
  }
  issue.state = to.state;
  if (issue.pull === null) issue.stateReason = to.state === 'open' ? 'reopened' : (to.reason ?? 'completed');
  issue.closedAt = to.state === 'open' ? null : world.now();
  issue.closedBy = to.state === 'open' ? null : login;
}

/** Throws what GitHub answers about words that are missing or too long. */
export function assertFields({ title, body, pull }: Pick<Issue, 'title' | 'body' | 'pull'>): void {
  const resource = pull === null ? 'Issue' : 'PullRequest';
  if (title.trim() === '') throw invalid(resource, 'title', 'missing_field');
  if (title.length > LONGEST_TITLE) throw tooLong(resource, 'title', LONGEST_TITLE);
  assertBody(resource, body);
}

export function assertBody(resource: string, body: string | null): void {
  if ((body ?? '').length > LONGEST_BODY) throw tooLong(resource, 'body', LONGEST_BODY);
}

/** Names of labels, made where they are missing; passed over for people who may not label. */
export function labelsOf(call: Call, value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const isPerson = call.token?.kind === 'classic' || call.token?.kind === 'fine-grained';
  if (isPerson && !hasRole(call.repository, call.login, 'triage')) return [];
  const names = value.map((entry: unknown) => (typeof entry === 'string' ? entry : text((entry as { name?: unknown }).name ?? '')));
  for (const name of names) assertLabel(name);
  return [...new Set(names.map((name) => labelOf(call.world, call.repository, name).name))];
}

export function assertLabel(name: string): void {
  if (name.trim() === '') throw invalid('Label', 'name', 'missing_field');
  if (name.length > LONGEST_LABEL) throw tooLong('Label', 'name', LONGEST_LABEL);
}

function assigneesOf(call: Call, value: readonly unknown[]): string[] {
  const logins = value.map(text);
  const wrong = logins.find((login) => !isAssignable(call, login));
  if (wrong !== undefined)
    throw new Refusal(422, 'Validation Failed', [{ value: wrong, resource: 'Issue', field: 'assignees', code: 'invalid' }]);
  return logins;
}

function isAssignable({ repository }: Call, login: string): boolean {
  return login.toLowerCase() === repository.owner.toLowerCase() || repository.collaborators.has(login.toLowerCase());
}

function isEqualOrUnasked(asked: string | null, has: readonly string[]): boolean {
  if (asked === null || asked === '*') return true;
  return asked === 'none' ? has.length === 0 : has.some((login) => login.toLowerCase() === asked.toLowerCase());
}
