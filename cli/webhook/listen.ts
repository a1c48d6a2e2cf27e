/** `agent webhook listen`: takes webhooks in, keeps them on the disk, and acts on one after the other. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withFileLock } from '../../git/file-lock.ts';
import { GitError } from '../../git/git-error.ts';
import { openDeliveryFile } from '../../github/webhooks/delivery-file.ts';
import { createWebhookHandler, type WebhookAnswer } from '../../github/webhooks/handler.ts';
import { BusyError } from '../busy-error.ts';
import type { CommandContext } from '../command-context.ts';
import { explainError } from '../explain-error.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { describeFollowUp, describeTrigger, IGNORED_WORDS } from './describe-trigger.ts';
import { doFollowUp } from './do-follow-up.ts';
import { followUpOf } from './follow-up.ts';
import { openInbox, type Inbox, type InboxItem } from './inbox.ts';
import { isAbout, type Clone } from './looked-after.ts';
import { ownDoings } from './own-doings.ts';
import { openWebhookServer, type WebhookServer } from './webhook-server.ts';

export interface ListenRequest {
  readonly host: string;
  readonly port: number;
  readonly secrets: readonly string[];
  readonly clone: Clone;
  readonly context: CommandContext;
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
  const inbox = await openInbox(join(folder, 'inbox'));
  const waiting: InboxItem[] = await inbox.list();
  let wake = (): void => undefined;
  const handler = createWebhookHandler({
    secrets: request.secrets,
    seen: await openDeliveryFile(join(folder, 'deliveries')),
    ours: ownDoings((name) => isAbout(clone, name)),
    onTrigger: async (trigger, delivery) => {
      waiting.push(await inbox.put(delivery.id, trigger));
      wake();
    },
  });
  const server = await open(request, { handler, onAnswer: createLog(context) });
  output.out(
    `listening on http://${request.host}:${server.port} for ${clone.repository ?? 'this clone'}, branch ${plainLine(clone.branch)}; Ctrl-C ends\n`,
  );
  if (clone.repository === null)
    output.err('  the remote names no repository of GitHub: whatever the secret signs is taken for this clone\n');
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let isBroken = false;
  try {
    while (!signal.aborted) {
      const item = waiting[0];
      if (item === undefined) {
        await Promise.race([stopped, new Promise<void>((resolve) => (wake = resolve))]);
        continue;
      }
      const exitCode = await actOn(item, request);
      // What was broken off stays in the inbox: the next start does it again.
      if (exitCode === 130) isBroken = true;
      else if (exitCode !== 'busy') await forget(item, { inbox, waiting });
    }
  } finally {
    await server.close();
  }
  output.out(`stopped${waiting.length === 0 ? '' : `; ${waiting.length} waiting for the next start`}\n`);
  return isBroken ? 130 : 0;
}

async function actOn({ trigger }: InboxItem, { clone, context }: ListenRequest): Promise<number | 'busy'> {
  const { output, signal } = context;
  const followUp = followUpOf(trigger, clone);
  output.out(`${plainLine(describeTrigger(trigger))}\n  ${plainLine(describeFollowUp(followUp, clone.branch))}\n`);
  try {
    return await doFollowUp({ trigger, followUp, clone, context });
  } catch (error) {
    if (signal.aborted) return 130;
    // One webhook that cannot be acted on must not keep the others waiting.
    output.err(`${explainError(error, { debug: context.debug, version: context.version }).text}\n`);
    if (!(error instanceof BusyError)) return 3;
    await delay(BUSY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    return 'busy';
  }
}

async function forget(item: InboxItem, { inbox, waiting }: { inbox: Inbox; waiting: InboxItem[] }): Promise<void> {
  waiting.splice(waiting.indexOf(item), 1);
  await inbox.remove(item);
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
