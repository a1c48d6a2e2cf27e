/** `agent webhook replay` and `agent webhook listen`: what GitHub sends, from a file or over HTTP, for the clone at hand. */
import { classify } from '../../github/webhooks/classify.ts';
import type { CommandContext } from '../command-context.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { describeFollowUp, describeTrigger, IGNORED_WORDS } from '../webhook/describe-trigger.ts';
import { doFollowUp } from '../webhook/do-follow-up.ts';
import { followUpOf } from '../webhook/follow-up.ts';
import { listen } from '../webhook/listen.ts';
import { isAbout, openClone } from '../webhook/looked-after.ts';
import { ownDoings } from '../webhook/own-doings.ts';
import { readSavedWebhook } from '../webhook/saved-webhook.ts';
import { webhookSecrets } from '../webhook/webhook-secrets.ts';

export interface ReplayFlags {
  readonly event?: string;
  readonly run?: boolean;
  readonly json?: boolean;
}

export interface ListenFlags {
  readonly port: number;
  readonly host: string;
}

/** Prints what the webhook would lead to; with `run` it does that. */
export async function webhookReplayCommand(path: string, flags: ReplayFlags, context: CommandContext): Promise<number> {
  const { event, payload } = await readSavedWebhook(path, flags.event);
  const clone = await openClone(context);
  const verdict = classify(
    event,
    payload,
    ownDoings((name) => isAbout(clone, name)),
  );
  if (verdict.kind === 'malformed') throw new UsageError(`${path} is no payload of ${event}: ${verdict.problems.join('; ')}`);
  const { out, err } = context.output;
  if (verdict.kind === 'ignored') {
    if (flags.json) out(documentOf({ event, trigger: null, ignored: verdict.reason, followUp: null }));
    else out(`${event} is ignored: ${IGNORED_WORDS[verdict.reason]}\n`);
    return 0;
  }
  const { trigger } = verdict;
  const followUp = followUpOf(trigger, clone);
  if (flags.json) out(documentOf({ event, trigger, ignored: null, followUp }));
  const say = flags.json ? err : out;
  say(`${plainLine(describeTrigger(trigger))}\n  ${plainLine(describeFollowUp(followUp, clone.branch))}\n`);
  return flags.run === true ? (await doFollowUp({ trigger, followUp, clone, context })).exitCode : 0;
}

/** Listens until Ctrl-C, and acts on one webhook after the other. */
export async function webhookListenCommand(flags: ListenFlags, context: CommandContext): Promise<number> {
  const secrets = webhookSecrets(context.environment.variables);
  if (secrets.length === 0) {
    throw new UsageError(
      'there is no secret: set UPKEEP_WEBHOOK_SECRET to the one of the webhook on GitHub (`openssl rand -hex 32` makes one)',
    );
  }
  return listen({ ...flags, secrets, clone: await openClone(context), context });
}

function documentOf(fields: object): string {
  return `${JSON.stringify({ schemaVersion: 1, ...fields }, null, 2)}\n`;
}
