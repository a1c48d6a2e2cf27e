/** `agent webhook listen`: takes webhooks in, keeps them on the disk, and acts on one after the other. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withFileLock } from '../../git/file-lock.ts';
import { GitError } from '../../git/git-error.ts';
import { openDeliveryFile } from '../../github/webhooks/delivery-file.ts';
import { createWebhookHandler, type WebhookAnswer } from '../../github/webhooks/handler.ts';
import { BusyError } from '../busy-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { LeftOver } from '../comment/left-over.ts';
import { explainError } from '../explain-error.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { duration } from '../wording.ts';
import { describeFollowUp, describeTrigger, IGNORED_WORDS } from './describe-trigger.ts';
import { doFollowUp } from './do-follow-up.ts';
import { followUpOf } from './follow-up.ts';
import { openInbox, type Inbox, type InboxItem } from './inbox.ts';
import { isAbout, type Clone } from './looked-after.ts';
import { ownDoings } from './own-doings.ts';
import { isPassing } from './passing.ts';
import { createWaitingList, type PauseMs } from './waiting-list.ts';
import { openWebhookServer, type WebhookServer } from './webhook-server.ts';

export interface ListenRequest {
  readonly host: string;
  readonly port: number;
  readonly secrets: readonly string[];
  readonly clone: Clone;
  readonly context: CommandContext;
  /** Default: `growingPause`. */
  readonly pauseMs?: PauseMs;
}

/** A run of somebody else in this clone is waited for. */
const BUSY_PAUSE_MS = 5_000;
/** The same refusal is printed so often at most, whoever knocks. */
const REFUSAL_PAUSE_MS = 60_000;

/** Returns when it is told to stop: 0, or 130 when a run was broken off. Throws UsageError when it cannot listen. */
export async function listen(request: ListenRequest): Promise<number> {
  const folder = join(request.clone.checkout.commonDir, 'upkeep', 'webhooks');
  try {
    return await withFileLock(join(folder, 'lock'), () => listenAlone(request, folder), 0);
  } catch (error) {
    if (error instanceof GitError && error.code === 'locked')
      throw new UsageError('agent webhook listen is at work for this clone already: one is enough');
    throw error;
  }
}

async function listenAlone(request: ListenRequest, folder: string): Promise<number> {
  const { clone, context } = request;
  const { output, signal } = context;
  const inbox = await openInbox(join(folder, 'inbox'), (path) =>
    output.err(`a webhook that another version took in cannot be read by this one, so it was moved to ${plainLine(path)}\n`),
  );
  const waiting = createWaitingList(await inbox.list(), request.pauseMs);
  let wake = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const handler = createWebhookHandler({
    secrets: request.secrets,
    seen: await openDeliveryFile(join(folder, 'deliveries')),
    ours: ownDoings((name) => isAbout(clone, name)),
    onTrigger: async (trigger, delivery) => {
      waiting.add(await inbox.put(delivery.id, trigger));
      wake();
    },
  });
  const server = await open(request, { handler, onAnswer: createLog(context) });
  output.out(
    `listening on http://${request.host}:${server.port} for ${clone.repository ?? 'this clone'}, branch ${plainLine(clone.branch)}; Ctrl-C ends\n`,
  );
  if (clone.repository === null)
    output.err('  the remote names no repository of GitHub: whatever the secret signs is taken for this clone\n');
  signal.addEventListener('abort', () => wake(), { once: true });
  let isBroken = false;
  try {
    while (!signal.aborted) {
      const item = waiting.next(Date.now());
      if (item === null) {
        const dueIn = waiting.dueIn(Date.now());
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (dueIn !== null) timer = setTimeout(resolve, dueIn);
        });
        clearTimeout(timer);
        continue;
      }
      // What was broken off or put off stays in the inbox: the next start does it again.
      const end = await actOn(item, { ...request, inbox });
      if (end === 'broken') isBroken = true;
      else if (end === 'done') {
        waiting.remove(item);
        await inbox.remove(item);
      } else if (end.isBusy) waiting.replace(end.again);
      else if (!signal.aborted) {
        const pause = waiting.putOff(end.again, Date.now());
        output.err(`  it is tried again in ${duration(pause)}\n`);
      }
    }
  } finally {
    await server.close();
  }
  output.out(`stopped${waiting.size === 0 ? '' : `; ${waiting.size} waiting for the next start`}\n`);
  return isBroken ? 130 : 0;
}

type ActEnd = 'done' | 'broken' | { readonly isBusy: boolean; /** With what is left of it. */ readonly again: InboxItem };

async function actOn(item: InboxItem, { clone, context, inbox }: ListenRequest & { readonly inbox: Inbox }): Promise<ActEnd> {
  const { output, signal } = context;
  const { trigger, left } = item;
  const followUp = followUpOf(trigger, clone);
  output.out(`${plainLine(describeTrigger(trigger))}\n  ${plainLine(describeFollowUp(followUp, clone.branch))}\n`);
  let kept = item;
  const keep = async (now: LeftOver): Promise<void> => {
    kept = await inbox.keep(item, now);
  };
  try {
    const { exitCode, isPassing: isAgain } = await doFollowUp({ trigger, followUp, clone, context, left, keep });
    if (exitCode === 130) return 'broken';
    return isAgain ? { isBusy: false, again: kept } : 'done';
  } catch (error) {
    if (signal.aborted) return 'broken';
    // One webhook that cannot be acted on must not keep the others waiting.
    output.err(`${explainError(error, { debug: context.debug, version: context.version }).text}\n`);
    if (!(error instanceof BusyError)) return isPassing(error) ? { isBusy: false, again: kept } : 'done';
    await delay(BUSY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    return { isBusy: true, again: kept };
  }
}

async function open(
  { host, port }: ListenRequest,
  about: Pick<Parameters<typeof openWebhookServer>[0], 'handler' | 'onAnswer'>,
): Promise<WebhookServer> {
  try {
    return await openWebhookServer({ host, port, ...about });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there: choose another with --port',
      EACCES: 'this user may not listen there: choose a --port above 1023',
      EADDRNOTAVAIL: 'this machine has no such address: choose another with --host',
      ENOTFOUND: 'there is no such host: give an address of this machine with --host',
    };
    throw code !== undefined && why[code] !== undefined ? new UsageError(`${host}:${port}: ${why[code]}`) : error;
  }
}

/** Prints what was not let in or not acted on; nothing of what came, except names that were checked. */
function createLog({ output }: CommandContext): (answer: WebhookAnswer) => void {
  const saidAt = new Map<string, number>();
  return ({ status, result }) => {
    if (result.kind === 'failed') return output.err(`a webhook could not be taken in: ${wordsOf(result.error)}\n`);
    if (result.kind === 'trigger') {
      if (result.unkept !== null) output.err(`a restart would not know of ${result.delivery}: ${wordsOf(result.unkept)}\n`);
      return;
    }
    if (result.kind === 'seen') return output.out(`${result.delivery} came again: nothing is done twice\n`);
    const sentence = result.kind === 'ignored' ? `ignored: ${IGNORED_WORDS[result.reason]}` : `refused (${status}): ${result.why}`;
    const now = Date.now();
    if (now - (saidAt.get(sentence) ?? 0) < REFUSAL_PAUSE_MS) return;
    saidAt.set(sentence, now);
    output.err(`${plainLine(sentence)}\n`);
  };
}

function wordsOf(error: unknown): string {
  return plainLine(error instanceof Error ? error.message : 'something that is no error was thrown');
}
