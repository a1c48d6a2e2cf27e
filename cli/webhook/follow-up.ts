/** What one clone does about a trigger. Pure. */
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';
import type { AgentId, Trigger } from '../../ledger/outcome.ts';

/** The one branch of the one repository that a clone looks after. */
export interface LookedAfter {
  /** `owner/name`; null when the remote does not tell. */
  readonly repository: string | null;
  readonly branch: string;
}

export type FollowUp =
  /** Agents run on the newest commit of the branch; none named: all that the trigger starts. */
  | { readonly kind: 'run'; readonly agents: readonly AgentId[]; readonly trigger: Trigger; readonly isForced: boolean }
  /** The commands of the comment are carried out and answered. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'nothing'; readonly why: string };

/** Endings of CI after which agents look again. */
const BAD_ENDS: ReadonlySet<string> = new Set(['failure', 'timed_out', 'startup_failure']);

/** Decides by the trigger alone; what is unchanged is skipped by the run itself. */
export function followUpOf(trigger: WebhookTrigger, here: LookedAfter): FollowUp {
  switch (trigger.kind) {
    case 'push':
      return onBranch(trigger.branch, here, { kind: 'run', agents: [], trigger: 'push', isForced: false });
    case 'comment':
      return { kind: 'answer' };
    case 'escalation-issue':
      // A person says that it is healed, or that it is not: only a new run can tell.
      return onBranch(trigger.escalation.branch, here, {
        kind: 'run',
        agents: [trigger.escalation.agent],
        trigger: 'webhook',
        isForced: true,
      });
    case 'check-again':
      return onBranch(trigger.branch, here, {
        kind: 'run',
        agents: trigger.agent === null ? [] : [trigger.agent],
        trigger: 'webhook',
        isForced: true,
      });
    case 'ci-finished':
      if (trigger.isFork) return nothing('it ended in a fork');
      // Checks of ours may be among those of a suite: a run must not follow from a run.
      if (trigger.by === 'check-suite') return nothing('agents go by the content, which it did not change');
      if (!BAD_ENDS.has(trigger.conclusion ?? '')) return nothing('it did not fail');
      return onBranch(trigger.branch, here, { kind: 'run', agents: [], trigger: 'webhook', isForced: false });
    case 'pull-request':
      return nothing(
        trigger.isFork
          ? 'pull requests of forks are left to CI: their code must not run on this machine'
          : 'pull requests are left to CI; what is pushed to this branch is told by push',
      );
    case 'installation':
      return nothing('this clone looks after one repository, wherever the App is installed');
    case 'ping':
      return nothing(pingSentence(trigger.events));
  }
}

/** What a webhook of a repository should send. */
const WANTED_EVENTS = ['push', 'issue_comment', 'issues', 'workflow_run'];

function pingSentence(events: readonly string[]): string {
  const missing = events.includes('*') ? [] : WANTED_EVENTS.filter((event) => !events.includes(event));
  return `GitHub tries the webhook out${missing.length === 0 ? '' : `; it does not send ${missing.join(', ')}`}`;
}

function onBranch(branch: string, here: LookedAfter, run: FollowUp): FollowUp {
  return branch === here.branch ? run : nothing(`this clone looks after ${here.branch}, not ${branch}`);
}

function nothing(why: string): FollowUp {
  return { kind: 'nothing', why };
}
