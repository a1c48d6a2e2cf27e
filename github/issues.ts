/** Issues as escalations need them: listed by label, made with what GitHub takes, changed. */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

export interface Issue {
  readonly number: number;
  /** Its page. */
  readonly url: string;
  readonly body: string;
  readonly isOpen: boolean;
  readonly closedAt: Date | null;
  /** How many it has. */
  readonly comments: number;
  readonly labels: readonly string[];
  /** Written by a program or by somebody who belongs to the repository: what it says of itself is believed. */
  readonly isTrusted: boolean;
}

export interface IssueDraft {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
}

/** Lists are read up to so many pages of a hundred, the newest first. */
const MOST_PAGES = 10;
const LABEL_COLOR = 'd93f0b';
const TRUSTED: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/** Issues in every state, the oldest first; without a label only the newest hundred. Throws GitHubError. */
export async function listIssues({ owner, repo, rest, paginate }: GitHub, label: string | null): Promise<Issue[]> {
  const issues: Issue[] = [];
  let pages = 0;
  const ask = { owner, repo, state: 'all', sort: 'created', direction: 'desc', per_page: 100 } as const;
  for await (const { data } of paginate.iterator(rest.issues.listForRepo, label === null ? ask : { ...ask, labels: label })) {
    // The list has pull requests among issues.
    issues.push(...data.filter((one) => one.pull_request === undefined).map(seen));
    pages += 1;
    if (pages === (label === null ? 1 : MOST_PAGES)) break;
  }
  return issues.sort((a, b) => a.number - b.number);
}

/** The newest hundred that are open, by one request, and whether these are all. Throws GitHubError. */
export async function listOpenIssues({ owner, repo, rest }: GitHub, label: string | null): Promise<{ issues: Issue[]; isAll: boolean }> {
  const ask = { owner, repo, state: 'open', sort: 'created', direction: 'desc', per_page: 100 } as const;
  const { data } = await rest.issues.listForRepo(label === null ? ask : { ...ask, labels: label });
  return { issues: data.filter((one) => one.pull_request === undefined).map(seen), isAll: data.length < ask.per_page };
}

/** The issue, or null when it is gone, was moved elsewhere or is a pull request. Throws GitHubError. */
export async function readIssue({ owner, repo, rest }: GitHub, number: number): Promise<Issue | null> {
  try {
    const { data } = await rest.issues.get({ owner, repo, issue_number: number });
    return data.number === number && data.pull_request === undefined ? seen(data) : null;
  } catch (error) {
    if (error instanceof GitHubError && (error.code === 'not-found' || error.code === 'disabled')) return null;
    throw error;
  }
}

/** The labels that issues can have: those that are not known are made. Sentences say which cannot. Throws GitHubError of outages. */
export async function ensureLabels(
  { owner, repo, rest }: GitHub,
  ask: { readonly labels: readonly string[]; readonly known: readonly string[] },
): Promise<{ usable: string[]; notes: string[] }> {
  const usable: string[] = [];
  const notes: string[] = [];
  for (const name of ask.labels) {
    if (hasLabel(ask.known, name)) usable.push(name);
    else
      try {
        await rest.issues.createLabel({ owner, repo, name, color: LABEL_COLOR, description: 'Opened by Upkeep' });
        usable.push(name);
      } catch (error) {
        if (!(error instanceof GitHubError) || error.isTransient) throw error;
        if (error.code === 'invalid' && error.message.includes('already_exists')) usable.push(name);
        else notes.push(`the label ${JSON.stringify(name)} cannot be made: ${error.message}`);
      }
  }
  return { usable, notes };
}

/** Opens an issue; assignees that GitHub does not take are left out with a sentence. Throws GitHubError. */
export async function createIssue(github: GitHub, draft: IssueDraft): Promise<{ issue: Issue; notes: string[] }> {
  try {
    return await create(github, draft, draft.assignees);
  } catch (error) {
    if (!(error instanceof GitHubError) || error.code !== 'invalid' || draft.assignees.length === 0) throw error;
    return create(github, draft, await assignable(github, draft.assignees));
  }
}

/** Changes an issue and returns it as it is then. Throws GitHubError. */
export async function updateIssue(
  { owner, repo, rest }: GitHub,
  number: number,
  change: { readonly body?: string; readonly state?: 'open' | 'closed'; readonly state_reason?: 'completed' | 'not_planned' | 'reopened' },
): Promise<Issue> {
  return seen((await rest.issues.update({ owner, repo, issue_number: number, ...change })).data);
}

export function hasLabel(labels: readonly string[], name: string): boolean {
  return labels.some((label) => label.toLowerCase() === name.toLowerCase());
}

async function create(
  { owner, repo, rest }: GitHub,
  draft: IssueDraft,
  assignees: readonly string[],
): Promise<{ issue: Issue; notes: string[] }> {
  const { title, body, labels } = draft;
  const { data } = await rest.issues.create({ owner, repo, title, body, labels: [...labels], assignees: [...assignees] });
  const taken = new Set(data.assignees?.map(({ login }) => login.toLowerCase()));
  const left = draft.assignees.filter((login) => !taken.has(login.toLowerCase()));
  const notes = left.map((login) => `#${data.number} could not be assigned to ${login}: only people with access to the repository can be`);
  return { issue: seen(data), notes };
}

async function assignable({ owner, repo, rest }: GitHub, assignees: readonly string[]): Promise<string[]> {
  const able: string[] = [];
  for (const assignee of assignees) {
    try {
      await rest.issues.checkUserCanBeAssigned({ owner, repo, assignee });
      able.push(assignee);
    } catch (error) {
      if (!(error instanceof GitHubError) || error.isTransient) throw error;
    }
  }
  return able;
}

interface Answered {
  readonly number: number;
  readonly html_url: string;
  readonly body?: string | null;
  readonly state: string;
  readonly closed_at: string | null;
  readonly comments: number;
  readonly labels: readonly (string | { readonly name?: string })[];
  readonly user: { readonly type: string } | null;
  readonly author_association?: string;
}

function seen(data: Answered): Issue {
  return {
    number: data.number,
    url: data.html_url,
    body: data.body ?? '',
    isOpen: data.state === 'open',
    closedAt: data.closed_at === null ? null : new Date(data.closed_at),
    comments: data.comments,
    labels: data.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    isTrusted: data.user?.type === 'Bot' || TRUSTED.has(data.author_association ?? ''),
  };
}
