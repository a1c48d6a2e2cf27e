/** One comment with commands from beginning to end: may they, do it, answer once. */
import { fetchCommits } from '../../git/remote.ts';
import { remoteUrl } from '../../git/remote-access.ts';
import { isValidBranchName } from '../../git/refs.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import type { GitHub } from '../../github/client.ts';
import { answerOnce, commentedAt, findAnswer, mayWrite } from '../../github/comment-answers.ts';
import { GitHubError } from '../../github/github-error.ts';
import { isOwnBranch } from '../../github/webhooks/own-change.ts';
import type { CommentTrigger } from '../../github/webhooks/trigger.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { runFlagsOf } from '../run-flags.ts';
import { openMemory } from '../run/memory.ts';
import { loadRun } from '../run/prepare-run.ts';
import { UsageError } from '../usage-error.ts';
import { carryOut } from './carry-out.ts';
import { replyText } from './reply-text.ts';

export interface AnswerRequest {
  readonly trigger: CommentTrigger;
  readonly github: GitHub;
  readonly context: CommandContext;
  /** Page of the run that this is done in, or null. */
  readonly page: string | null;
  /** Null: what is checked out, as the workflow has it. */
  readonly here: Here | null;
}

/** What a clone looks after that may be behind its remote. */
export interface Here {
  readonly branch: string;
  /** Newest commit of that branch; null when the remote has no such branch. Throws AwayError when it does not tell. */
  newest(): Promise<string | null>;
}

/** What became of the comment. */
export type CommentEnd =
  /** `run`: agents that are to run now. `unshared`: why others do not know of what was decided. */
  | { readonly kind: 'answered'; readonly url: string; readonly run: readonly AgentId[]; readonly unshared: readonly string[] }
  /** The same, but GitHub did not take the answer; it may later. */
  | {
      readonly kind: 'unanswered';
      readonly why: string;
      readonly answer: { readonly body: string; readonly since: string };
      readonly run: readonly AgentId[];
      readonly unshared: readonly string[];
    }
  | { readonly kind: 'answered-before'; readonly url: string }
  /** Whoever wrote it may not write to the repository: nothing is said, so that nobody can make us speak. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'turned-off' };

/** Throws GitHubError before anything is done, and afterwards when GitHub will never take the answer; AwayError, UsageError, ConfigError and LedgerError. */
export async function answerComment(request: AnswerRequest): Promise<CommentEnd> {
  const { trigger, github, context } = request;
  if (!(await mayWrite(github, trigger.author))) return { kind: 'stranger' };
  const since = await commentedAt(github, trigger);
  if (since === null) return { kind: 'gone' };
  const before = await findAnswer(github, trigger, since);
  if (before !== null) return { kind: 'answered-before', url: before.url };

  const repository = await openRepository(context.cwd);
  const head = (await request.here?.newest()) ?? repository.head;
  if (head === null) throw new UsageError('HEAD has no commit yet, so no agent runs here');
  const { environment, version } = context;
  // What others are to know is remembered as in CI, wherever it is said.
  const run = await loadRun({ repository, base: head, flags: runFlagsOf([], {}), environment, ci: true, version });
  if (!run.loaded.config.github.comments) return { kind: 'turned-off' };
  const memory = await openMemory({ repository, run, ci: true, mode: 'none', environment });
  const branch = await branchOf(trigger, github);
  const isCheckedOut = branch === (request.here?.branch ?? repository.branch);
  const done = await carryOut(trigger.commands, {
    repository,
    memory,
    context,
    origin: { source: sourceOf(context), correlationId: uuidv7(new Date()), now: () => new Date() },
    author: trigger.author,
    branch,
    base: isCheckedOut ? head : await newestOf(branch, { repository, remote: memory.remote, context }),
    isCheckedOut,
    agent: trigger.escalation?.agent ?? null,
  });
  const body = replyText(done.replies, { unshared: done.unshared, page: request.page });
  const { run: next, unshared } = done;
  try {
    const { url } = await answerOnce(github, trigger, { body, since });
    return { kind: 'answered', url, run: next, unshared };
  } catch (error) {
    if (!(error instanceof GitHubError) || !error.isTransient) throw error;
    return { kind: 'unanswered', why: error.message, answer: { body, since }, run: next, unshared };
  }
}

/** What the issue or pull request is about; where that cannot be, the default branch. */
async function branchOf(trigger: CommentTrigger, github: GitHub): Promise<string> {
  const { escalation, isPullRequest, number, repository } = trigger;
  if (escalation !== null) return (await isValidBranchName(escalation.branch)) ? escalation.branch : repository.defaultBranch;
  if (!isPullRequest) return repository.defaultBranch;
  const { owner, repo, rest } = github;
  const { head, base } = (await rest.pulls.get({ owner, repo, pull_number: number })).data;
  const isHome = head.repo?.full_name.toLowerCase() === base.repo.full_name.toLowerCase();
  // Of a fork, and of what agents propose themselves, the state is kept under the branch that it goes to.
  const branch = isHome && !isOwnBranch(head.ref) ? head.ref : base.ref;
  return (await isValidBranchName(branch)) ? branch : repository.defaultBranch;
}

async function newestOf(
  branch: string,
  at: { repository: Repository; remote: string | null; context: CommandContext },
): Promise<string | null> {
  const { repository, remote, context } = at;
  if (remote === null) return null;
  const auth = remoteAuth(context.environment, await remoteUrl(repository, remote));
  const fetched = await fetchCommits({ repository, remote, branch, auth, signal: context.signal });
  return fetched.ok ? fetched.sha : null;
}

function sourceOf({ environment }: CommandContext): string {
  return environment.github === null ? `laptop:${environment.person}` : `ci:${environment.github.runId ?? 'unknown'}`;
}
