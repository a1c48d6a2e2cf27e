/** What a service does about a webhook: runs of the repository that it is about. */
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { triggerRuns } from '../../scheduler/trigger-runs.ts';
import { describeTrigger } from '../webhook/describe-trigger.ts';
import { followUpOf, type LookedAfter } from '../webhook/follow-up.ts';

/** A repository that the service looks after, with its id in the database. */
export interface TriggeredRepository extends LookedAfter {
  readonly id: string;
}

export interface TakeTriggerAsk {
  readonly context: SchedulerContext;
  readonly repositories: readonly TriggeredRepository[];
  readonly onEvents: (events: readonly EventRow[]) => void;
  readonly onNote: (note: string) => void;
}

/** Resolves when the runs are in the queue. Throws what the database says. */
export async function takeTrigger(trigger: WebhookTrigger, ask: TakeTriggerAsk): Promise<void> {
  const { context, repositories, onEvents, onNote } = ask;
  const name = repositoryOf(trigger)?.toLowerCase();
  const here = repositories.find(({ repository }) => repository !== null && repository.toLowerCase() === name);
  if (here === undefined) return;
  const followUp = followUpOf(trigger, here);
  const what = describeTrigger(trigger);
  if (followUp.kind === 'nothing') return onNote(`${what}: ${followUp.why}`);
  if (followUp.kind === 'answer') return onNote(`${what}: comments are answered by the workflow, or by agent webhook listen`);
  const { agents, trigger: by, isForced } = followUp;
  const sender = 'sender' in trigger ? trigger.sender : null;
  const { runs, events } = await triggerRuns(context, { repositoryId: here.id, agents, trigger: by, isForced, by: sender });
  onEvents(events);
  onNote(`${what}: ${runs.length === 0 ? 'nothing runs that does not wait already' : runs.map(({ request }) => request.agent).join(', ')}`);
}

function repositoryOf(trigger: WebhookTrigger): string | null {
  if (!('repository' in trigger)) return null;
  const { repository } = trigger;
  return repository === null || typeof repository === 'string' ? repository : repository.fullName;
}
