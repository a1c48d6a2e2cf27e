/** A comment with commands from beginning to end: what they ask for, the answer, and the run that follows. */
import { createRedactor } from '../../agents/tools/redact.ts';
import type { GitHub } from '../../github/client.ts';
import { answerOnce, findAnswer } from '../../github/comment-answers.ts';
import { GitHubError } from '../../github/github-error.ts';
import type { CommentTrigger } from '../../github/webhooks/trigger.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../commands/run.ts';
import { githubAccess } from '../github/github-access.ts';
import { runFlagsOf } from '../run-flags.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { secretValues } from '../run/secret-values.ts';
import type { FollowUpEnd } from '../webhook/passing.ts';
import { answerComment, type Here } from './answer-comment.ts';
import { describeEnd } from './describe-end.ts';
import type { LeftOver } from './left-over.ts';

export interface CommentWork {
  readonly trigger: CommentTrigger;
  readonly context: CommandContext;
  readonly remoteAddress: string | null;
  /** Page of the run that this is done in, or null. */
  readonly page: string | null;
  /** Branch that is looked after, and its newest commit; null: what is checked out. */
  readonly here: Here | null;
  /** What an earlier attempt left; null: the commands were not carried out yet. */
  readonly left: LeftOver | null;
  /** Told whenever what is left changes, before the next step. */
  readonly keep: (left: LeftOver) => Promise<void>;
}

/** Throws GitHubError before anything is done, AwayError, UsageError, ConfigError and LedgerError. */
export async function followComment(work: CommentWork): Promise<FollowUpEnd> {
  const { trigger, context, keep } = work;
  const { environment, version, output } = context;
  const redact = createRedactor(secretValues(environment.variables));
  const access = githubAccess({ environment, remoteUrl: work.remoteAddress, version, redact });
  if (access.kind === 'none') {
    output.err(`  the comment cannot be answered: ${access.reason}\n`);
    return done(3);
  }
  const github = await access.open({ signal: context.signal });
  let { left } = work;
  let exitCode = 0;
  if (left === null) {
    const end = await answerComment({ ...work, github });
    output.out(`  ${plainLine(describeEnd(end, trigger.author))}\n`);
    if (end.kind !== 'answered' && end.kind !== 'unanswered') return done(0);
    left = { answer: end.kind === 'unanswered' ? end.answer : null, run: end.run };
    if (end.unshared.length > 0) exitCode = 3;
    await keep(left);
  } else left = await answerLater(left, { ...work, github });
  if (left.run.length > 0) {
    const base = (await work.here?.newest()) ?? undefined;
    exitCode = await runCommand(runFlagsOf(left.run, { base, ci: true, trigger: 'comment', force: true }), context);
    if (exitCode === 130) return done(130);
    left = { ...left, run: [] };
    await keep(left);
    left = await answerLater(left, { ...work, github });
  }
  return left.answer === null ? done(exitCode) : { exitCode: 3, isPassing: true };
}

/** Gives the answer that is left, unless it was given meanwhile. Throws GitHubError when GitHub will never take it. */
async function answerLater(left: LeftOver, at: CommentWork & { readonly github: GitHub }): Promise<LeftOver> {
  const { trigger, github, context, keep } = at;
  if (left.answer === null) return left;
  try {
    const answer = (await findAnswer(github, trigger, left.answer.since)) ?? (await answerOnce(github, trigger, left.answer));
    context.output.out(`  answered: ${plainLine(answer.url)}\n`);
  } catch (error) {
    if (!(error instanceof GitHubError) || !error.isTransient) throw error;
    context.output.err(`  not answered yet: ${plainLine(error.message)}\n`);
    return left;
  }
  const rest = { ...left, answer: null };
  await keep(rest);
  return rest;
}

function done(exitCode: number): FollowUpEnd {
  return { exitCode, isPassing: false };
}
