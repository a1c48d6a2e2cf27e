/** The pull request of an agent: found by its branches, opened, brought up to date, closed. */
import type { GitHub } from './client.ts';
import { enableAutomerge, type MergeMethod } from './automerge.ts';
import { GitHubError } from './github-error.ts';
import {
  pullRequestBody,
  pullRequestTitle,
  readProposalMark,
  withdrawalComment,
  withdrawnBody,
  type ProposalMark,
  type PullRequestFacts,
} from './pull-request-text.ts';

/** One pull request as GitHub has it. */
export interface PullRequest extends ProposalMark {
  readonly number: number;
  /** Its page. */
  readonly url: string;
  readonly nodeId: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** Head commit. */
  readonly sha: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly isAutomerging: boolean;
}

export interface PullRequestPolicy {
  readonly labels: readonly string[];
  /** How GitHub is to merge it by itself once all that is required has passed; null: people merge. */
  readonly automerge: MergeMethod | null;
}

export interface Proposed {
  readonly pull: PullRequest;
  readonly what: 'opened' | 'reopened' | 'updated' | 'unchanged';
  /** Sentences: what could not be done besides. */
  readonly notes: readonly string[];
}

const LOOKED_AT = 30;

/** The open one between the two branches, else the newest; null when there never was one. Throws GitHubError. */
export async function findPullRequest(github: GitHub, ask: { head: string; target: string }): Promise<PullRequest | null> {
  const { owner, repo, rest } = github;
  const { data } = await rest.pulls.list({
    ...{ owner, repo, head: `${owner}:${ask.head}`, base: ask.target, state: 'all' },
    ...{ sort: 'created', direction: 'desc', per_page: LOOKED_AT },
  });
  // An organisation's fork has the same owner, and only our own repository holds branches of ours.
  const own = data.filter(
    (pull) => pull.head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase() && pull.head.ref === ask.head,
  );
  const pull = own.find(({ state }) => state === 'open') ?? own[0];
  return pull === undefined ? null : seen(pull);
}

/** Opens it, opens the known one again, or brings it up to date. The branch has the commit already. Throws GitHubError. */
export async function proposePullRequest(
  github: GitHub,
  facts: PullRequestFacts,
  ask: { known: PullRequest | null; policy: PullRequestPolicy },
): Promise<Proposed> {
  const { known, policy } = ask;
  const words = { title: pullRequestTitle(facts), body: pullRequestBody(facts) };
  const { pull, what } = await bringAbout(github, facts, { known, words });
  const notes = [...(await addLabels(github, pull, policy.labels)), ...(await automerge(github, pull, policy.automerge))];
  return { pull, what, notes };
}

/** Closes it and says why. Throws GitHubError when it could not be closed; the comment is not worth that. */
export async function withdrawPullRequest(github: GitHub, pull: PullRequest, why: string): Promise<void> {
  const { owner, repo, rest } = github;
  await rest.pulls.update({ owner, repo, pull_number: pull.number, state: 'closed', body: withdrawnBody(pull.body) });
  try {
    await rest.issues.createComment({ owner, repo, issue_number: pull.number, body: withdrawalComment(why) });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
  }
}

interface Words {
  readonly title: string;
  readonly body: string;
}

async function bringAbout(
  github: GitHub,
  facts: PullRequestFacts,
  { known, words }: { known: PullRequest | null; words: Words },
): Promise<Pick<Proposed, 'pull' | 'what'>> {
  if (known?.state === 'open') return update(github, known, words);
  if (known?.state === 'closed' && known.isWithdrawn) {
    const reopened = await reopen(github, known, words);
    if (reopened !== null) return { pull: reopened, what: 'reopened' };
  }
  try {
    return { pull: await open(github, facts, words), what: 'opened' };
  } catch (error) {
    // Another run was faster.
    if (!(error instanceof GitHubError) || error.code !== 'invalid' || !/already exists/i.test(error.message)) throw error;
    const other = await findPullRequest(github, facts);
    if (other?.state !== 'open') throw error;
    return update(github, other, words);
  }
}

async function open({ owner, repo, rest }: GitHub, { head, target }: PullRequestFacts, words: Words): Promise<PullRequest> {
  return seen((await rest.pulls.create({ owner, repo, head, base: target, ...words, maintainer_can_modify: false })).data);
}

async function update({ owner, repo, rest }: GitHub, known: PullRequest, words: Words): Promise<Pick<Proposed, 'pull' | 'what'>> {
  // GitHub gives line ends back as it got them from its own editor.
  if (known.title === words.title && known.body.replaceAll('\r\n', '\n') === words.body) return { pull: known, what: 'unchanged' };
  return { pull: seen((await rest.pulls.update({ owner, repo, pull_number: known.number, ...words })).data), what: 'updated' };
}

/** Null when GitHub does not take it: it never opens one again whose branch was made anew meanwhile. */
async function reopen({ owner, repo, rest }: GitHub, known: PullRequest, words: Words): Promise<PullRequest | null> {
  try {
    return seen((await rest.pulls.update({ owner, repo, pull_number: known.number, state: 'open', ...words })).data);
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'invalid') return null;
    throw error;
  }
}

async function addLabels({ owner, repo, rest }: GitHub, pull: PullRequest, wanted: readonly string[]): Promise<string[]> {
  const missing = wanted.filter((label) => !pull.labels.some((name) => name.toLowerCase() === label.toLowerCase()));
  if (missing.length === 0) return [];
  try {
    await rest.issues.addLabels({ owner, repo, issue_number: pull.number, labels: [...missing] });
    return [];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [`#${pull.number} could not be labelled: ${error.message}`];
  }
}

async function automerge(github: GitHub, pull: PullRequest, method: MergeMethod | null): Promise<string[]> {
  if (method === null || pull.isAutomerging) return [];
  const why = await enableAutomerge(github, pull.nodeId, method);
  return why === null ? [] : [`#${pull.number} is not merged by itself: ${why}`];
}

interface Answered {
  readonly number: number;
  readonly html_url: string;
  readonly node_id: string;
  readonly state: string;
  readonly merged_at: string | null;
  readonly title: string;
  readonly body: string | null;
  readonly head: { readonly sha: string };
  readonly labels: readonly { readonly name?: string }[];
  readonly auto_merge: unknown;
}

function seen(pull: Answered): PullRequest {
  const body = pull.body ?? '';
  return {
    number: pull.number,
    url: pull.html_url,
    nodeId: pull.node_id,
    state: pull.merged_at !== null ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    sha: pull.head.sha,
    title: pull.title,
    body,
    labels: pull.labels.flatMap(({ name }) => (name === undefined ? [] : [name])),
    isAutomerging: pull.auto_merge !== null && pull.auto_merge !== undefined,
    ...readProposalMark(body),
  };
}
