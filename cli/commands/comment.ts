/** `agent comment`: carries out the commands of the comment that started this workflow, and answers it. */
import { classify } from '../../github/webhooks/classify.ts';
import type { CommandContext } from '../command-context.ts';
import { followComment } from '../comment/follow-comment.ts';
import { UsageError } from '../usage-error.ts';
import { IGNORED_WORDS } from '../webhook/describe-trigger.ts';
import { isAbout, openClone } from '../webhook/looked-after.ts';
import { ownDoings } from '../webhook/own-doings.ts';
import { readSavedWebhook } from '../webhook/saved-webhook.ts';

export async function commentCommand(flags: { readonly event?: string }, context: CommandContext): Promise<number> {
  const { github } = context.environment;
  const path = flags.event ?? github?.eventPath ?? null;
  if (path === null) {
    throw new UsageError('there is no comment to answer: this is called by a workflow on issue_comment, or with --event FILE');
  }
  if (flags.event === undefined && github?.eventName !== null && github?.eventName !== 'issue_comment') {
    throw new UsageError(`this workflow was started by ${github?.eventName ?? 'nothing'}: agent comment answers issue_comment`);
  }
  const { event, payload } = await readSavedWebhook(path, 'issue_comment');
  const clone = await openClone(context);
  const verdict = classify(
    event,
    payload,
    ownDoings((name) => isAbout(clone, name)),
  );
  if (verdict.kind === 'malformed') throw new UsageError(`${path} is no payload of ${event}: ${verdict.problems.join('; ')}`);
  if (verdict.kind === 'ignored') {
    context.output.out(`nothing is done: ${IGNORED_WORDS[verdict.reason]}\n`);
    return 0;
  }
  if (verdict.trigger.kind !== 'comment') throw new UsageError(`${path} holds ${event}: expected issue_comment`);
  const work = { trigger: verdict.trigger, context, remoteAddress: clone.remoteAddress, page: pageOf(context) };
  return (await followComment({ ...work, here: null, left: null, keep: () => Promise.resolve() })).exitCode;
}

/** Page of the workflow run, or null. */
function pageOf({ environment: { github } }: CommandContext): string | null {
  if (github === null || github.serverUrl === null || github.repository === null || github.runId === null) return null;
  return `${github.serverUrl}/${github.repository}/actions/runs/${github.runId}`;
}
