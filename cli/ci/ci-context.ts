/** What the event that started a workflow asks of the agents. Pure: environment and payload come in; both are untrusted. */
import { areOwnCommits, isOwnBranch } from '../../github/webhooks/own-change.ts';
import { parseCommands } from '../../github/comment-command.ts';
import type { Trigger } from '../../ledger/outcome.ts';
import type { GitHubActions } from '../environment.ts';
import type { EventPayload } from './event-payload.ts';

/** Commits that a push brought: what differs between the two is what it touched. */
export interface PushRange {
  /** Null when the branch is new. */
  readonly before: string | null;
  readonly after: string;
  readonly isForced: boolean;
  /** Whether a program pushed nothing but commits of agents: no agent has to look because of them. */
  readonly isOwn: boolean;
}

export interface CommentFacts {
  readonly id: number;
  /** Of the issue or pull request that it stands under. */
  readonly number: number;
  readonly author: string;
  readonly body: string;
}

export interface CiContext {
  /** `push`, `schedule`, `workflow_dispatch` … */
  readonly event: string;
  readonly trigger: Trigger;
  /** Whether only agents are asked whose schedule has a slot. */
  readonly isDueOnly: boolean;
  /** Short name of the branch that is looked after; null for tags and pull requests. */
  readonly branch: string | null;
  /** Short name of the branch that a pull request goes to, else null. */
  readonly base: string | null;
  /** Null when the event is about no range of commits, or does not tell it. */
  readonly range: PushRange | null;
  /** Whether the commits come from another repository, or from nobody knows where. */
  readonly isFork: boolean;
  /** Findings and a patch: no push, neither of the branch nor of the ledger. */
  readonly isReadOnly: boolean;
  readonly pullRequest: number | null;
  readonly comment: CommentFacts | null;
  /** What a person or a program asked for; names as they were given. */
  readonly inputs: { readonly agents: readonly string[]; readonly force: boolean };
  readonly actor: string | null;
  /** Page of this run, or null. */
  readonly runUrl: string | null;
  /** 1-based. */
  readonly attempt: number;
  /** One sentence when nothing follows from the event, else null. */
  readonly nothingFollows: string | null;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** Events about a pull request, or about the merge of one that is only tried out. */
const ABOUT_PULL_REQUESTS: ReadonlySet<string> = new Set([
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'merge_group',
]);
const MOST_COMMITS = 2048;
const MOST_AGENTS = 20;

/** Reads the event. */
export function ciContext(github: GitHubActions, payload: EventPayload): CiContext {
  const event = github.eventName ?? 'unknown';
  const isAboutPullRequest = ABOUT_PULL_REQUESTS.has(event);
  const isTag = github.refType === 'tag' || (github.ref?.startsWith('refs/tags/') ?? false);
  return {
    event,
    trigger: triggerOf(event),
    isDueOnly: event === 'schedule',
    branch: isAboutPullRequest || isTag ? null : branchOf(github),
    base: payload.text('pull_request', 'base', 'ref'),
    range: rangeOf(event, github, payload),
    isFork: isAboutPullRequest && event !== 'merge_group' && isFork(github, payload),
    isReadOnly: isAboutPullRequest || isTag,
    pullRequest: isAboutPullRequest ? (payload.count('pull_request', 'number') ?? payload.count('number')) : commentedPullRequest(payload),
    comment: event === 'issue_comment' ? commentOf(payload) : null,
    inputs: inputsOf(event, github, payload),
    actor: github.actor ?? payload.text('sender', 'login'),
    runUrl: runUrlOf(github),
    attempt: attemptOf(github),
    nothingFollows: nothingFollows(event, github, payload),
    notes: payload.problem === null ? [] : [`${payload.problem}: the run goes by the environment alone`],
  };
}

function triggerOf(event: string): Trigger {
  switch (event) {
    case 'push':
      return 'push';
    case 'schedule':
      return 'schedule';
    case 'workflow_dispatch':
      return 'manual';
    case 'issue_comment':
      return 'comment';
    default:
      return ABOUT_PULL_REQUESTS.has(event) ? 'pull-request' : 'webhook';
  }
}

function branchOf({ ref, refName, refType }: GitHubActions): string | null {
  if (ref !== null) return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
  return refType === 'branch' ? refName : null;
}

function rangeOf(event: string, github: GitHubActions, payload: EventPayload): PushRange | null {
  if (event === 'push') {
    const after = objectId(payload.text('after'));
    if (after === null || !payload.has('before')) return null;
    const before = payload.flag('created') === true ? null : objectId(payload.text('before'));
    return { before, after, isForced: payload.flag('forced') === true, isOwn: isOwnPush(github, payload) };
  }
  if (!ABOUT_PULL_REQUESTS.has(event)) return null;
  const before = objectId(payload.text('pull_request', 'base', 'sha') ?? payload.text('merge_group', 'base_sha'));
  const after = objectId(github.sha);
  return before === null || after === null ? null : { before, after, isForced: false, isOwn: false };
}

/** The id of a commit; zeros name none. */
function objectId(text: string | null): string | null {
  return text !== null && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) && !/^0+$/.test(text) ? text : null;
}

/** Whatever is not plainly from this repository is taken for a fork's. */
function isFork(github: GitHubActions, payload: EventPayload): boolean {
  const head = payload.text('pull_request', 'head', 'repo', 'full_name')?.toLowerCase();
  return head === undefined || head !== github.repository?.toLowerCase();
}

function commentedPullRequest(payload: EventPayload): number | null {
  return payload.has('issue', 'pull_request') ? payload.count('issue', 'number') : null;
}

function commentOf(payload: EventPayload): CommentFacts | null {
  const [id, number] = [payload.count('comment', 'id'), payload.count('issue', 'number')];
  const [author, body] = [payload.text('comment', 'user', 'login'), payload.text('comment', 'body')];
  return id === null || number === null || author === null || body === null ? null : { id, number, author, body };
}

/** The workflow's own word comes before that of the event. */
function inputsOf(event: string, github: GitHubActions, payload: EventPayload): CiContext['inputs'] {
  const told = toldBy(event, payload);
  return { agents: github.agents === null ? told.agents : namesIn(github.agents), force: github.force || told.force };
}

function toldBy(event: string, payload: EventPayload): CiContext['inputs'] {
  const at = event === 'workflow_dispatch' ? 'inputs' : event === 'repository_dispatch' ? 'client_payload' : null;
  if (at === null) return { agents: [], force: false };
  const listed = payload.list([at, 'agents'], MOST_AGENTS).map((one) => one.text() ?? '');
  const names = listed.length > 0 ? listed.filter((name) => name !== '') : namesIn(payload.text(at, 'agents') ?? '');
  const force = payload.flag(at, 'force') ?? payload.text(at, 'force') === 'true';
  return { agents: names, force };
}

function namesIn(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .slice(0, MOST_AGENTS);
}

/** What leads to nothing, and why. */
function nothingFollows(event: string, github: GitHubActions, payload: EventPayload): string | null {
  switch (event) {
    case 'push':
      return afterPush(github, payload);
    case 'issue_comment':
      return afterComment(payload);
    case 'pull_request':
    case 'pull_request_target': {
      const branch = payload.text('pull_request', 'head', 'ref');
      if (branch !== null && isOwnBranch(branch) && !isFork(github, payload)) return `${branch} is a branch that agents keep themselves`;
      return payload.text('pull_request', 'state') === 'closed' ? 'the pull request is closed' : null;
    }
    default:
      return null;
  }
}

function afterPush(github: GitHubActions, payload: EventPayload): string | null {
  const branch = branchOf(github);
  if (payload.flag('deleted') === true || /^0+$/.test(payload.text('after') ?? 'none')) return `${branch ?? 'the ref'} was deleted`;
  if (branch !== null && isOwnBranch(branch)) return `${branch} is a branch that agents keep themselves`;
  return null;
}

/** Both: people push commits of agents along with their own or after `agent accept`, and programs push commits of people. */
function isOwnPush(github: GitHubActions, payload: EventPayload): boolean {
  const commits = payload.list(['commits'], MOST_COMMITS).map((commit) => commit.text('message') ?? '');
  return isByProgram(github, payload) && areOwnCommits(commits);
}

function afterComment(payload: EventPayload): string | null {
  if (payload.text('action') !== 'created') return 'only new comments are read';
  if (payload.text('comment', 'user', 'type') === 'Bot') return 'a program wrote the comment';
  return parseCommands(payload.text('comment', 'body') ?? '').length === 0 ? 'the comment does not begin with /agent' : null;
}

function isByProgram(github: GitHubActions, payload: EventPayload): boolean {
  return payload.text('sender', 'type') === 'Bot' || (github.actor ?? payload.text('sender', 'login') ?? '').endsWith('[bot]');
}

function attemptOf({ runAttempt }: GitHubActions): number {
  return /^[1-9]\d{0,5}$/.test(runAttempt ?? '') ? Number(runAttempt) : 1;
}

/** Address of the page of this run and attempt, or null outside of Actions. */
export function runUrlOf(github: GitHubActions): string | null {
  const { serverUrl, repository, runId } = github;
  if (serverUrl === null || repository === null || runId === null) return null;
  return `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${attemptOf(github)}`;
}

/** Of a run that a service carries out: there is no event, and no page of the run. */
export function serviceContext(attempt: number): CiContext {
  return {
    event: 'service',
    trigger: 'schedule',
    isDueOnly: false,
    branch: null,
    base: null,
    range: null,
    isFork: false,
    isReadOnly: false,
    pullRequest: null,
    comment: null,
    inputs: { agents: [], force: false },
    actor: null,
    runUrl: null,
    attempt,
    nothingFollows: null,
    notes: [],
  };
}
