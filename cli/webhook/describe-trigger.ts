/** Triggers and ignored webhooks in words. Everything in them came from outside: whoever prints makes a plain line of it. */
import type { CommentCommand } from '../../github/comment-command.ts';
import type { IgnoredReason, WebhookTrigger } from '../../github/webhooks/trigger.ts';
import { count, shortSha } from '../wording.ts';
import type { FollowUp } from './follow-up.ts';

export const IGNORED_WORDS: Readonly<Record<IgnoredReason, string>> = {
  'unknown-event': 'nobody listens to this event',
  'nothing-follows': 'nothing follows from this action',
  'other-repository': 'it is about a repository that is not looked after here',
  archived: 'the repository is archived',
  tag: 'a tag moved, no branch',
  'other-ref': 'neither a branch nor a tag moved',
  'branch-deleted': 'the branch was deleted',
  'no-branch': 'no branch is named',
  'own-branch': 'the branch is one that agents keep themselves',
  'own-commits': 'every commit was made by an agent',
  'own-actor': 'upkeep itself did it',
  'own-workflow': 'the workflow that runs upkeep ended',
  bot: 'a program did it',
  draft: 'the pull request is a draft',
  'no-command': 'the comment does not begin with /agent',
  'not-an-escalation': 'the issue is not an escalation',
  'not-our-check': 'the check is somebody else’s',
  'not-finished': 'it has not ended yet',
  'told-by-push': 'the event push says the same',
  'told-by-workflow-run': 'the event workflow_run says the same',
};

/** One line: who did what where. */
export function describeTrigger(trigger: WebhookTrigger): string {
  switch (trigger.kind) {
    case 'push': {
      const range =
        trigger.before === null ? `new at ${shortSha(trigger.after)}` : `${shortSha(trigger.before)}..${shortSha(trigger.after)}`;
      return `push to ${trigger.branch} of ${trigger.repository.fullName}${by(trigger.sender)}: ${range}${trigger.isForced ? ', forced' : ''}`;
    }
    case 'pull-request':
      return `pull request #${trigger.number} of ${trigger.repository.fullName}${by(trigger.sender)}: ${trigger.head.branch}${trigger.isFork ? ' of a fork' : ''} into ${trigger.base.branch}, at ${shortSha(trigger.head.sha)}`;
    case 'comment':
      return `comment on #${trigger.number} of ${trigger.repository.fullName}${by(trigger.author)}: ${trigger.commands.map(describeCommand).join('; ')}`;
    case 'escalation-issue':
      return `issue #${trigger.number} of ${trigger.repository.fullName} ${trigger.action}${by(trigger.sender)}: ${trigger.escalation.agent} on ${trigger.escalation.branch}`;
    case 'ci-finished':
      return `${trigger.name === '' ? 'CI' : trigger.name} ended on ${trigger.branch} of ${trigger.repository.fullName}${trigger.isFork ? ', in a fork' : ''}: ${trigger.conclusion ?? 'nobody knows how'}, at ${shortSha(trigger.sha)}`;
    case 'check-again':
      return `re-run of ${trigger.agent ?? 'every agent'} on ${trigger.branch} of ${trigger.repository.fullName}${by(trigger.sender)}, at ${shortSha(trigger.sha)}`;
    case 'installation': {
      const [added, removed] = [trigger.added, trigger.removed].map((names) => count(names.length, 'repository', 'repositories'));
      return `installation ${trigger.installationId} at ${trigger.account}: ${trigger.action.replaceAll('-', ' ')}, ${added} more, ${removed} less`;
    }
    case 'ping':
      return `ping of webhook ${trigger.hookId}${trigger.repository === null ? '' : ` of ${trigger.repository}`}`;
  }
}

/** One line: what this clone does about it. */
export function describeFollowUp(followUp: FollowUp, branch: string): string {
  switch (followUp.kind) {
    case 'run': {
      const agents = followUp.agents.length === 0 ? 'every agent' : followUp.agents.join(', ');
      return `run ${agents} on ${branch} (trigger ${followUp.trigger}${followUp.isForced ? ', whatever is remembered' : ''})`;
    }
    case 'answer':
      return 'carry the commands out, if the author may write to the repository, and answer';
    case 'nothing':
      return `nothing: ${followUp.why}`;
  }
}

function describeCommand(command: CommentCommand): string {
  switch (command.verb) {
    case 'help':
      return '/agent help';
    case 'unknown':
      return `/agent ${command.word} (no command)`;
    case 'unknown-agent':
      return `/agent ${command.asked} ${command.name} (no agent)`;
    case 'unknown-length':
      return `/agent pause for ${command.text} (no length)`;
    default:
      return ['/agent', command.verb, command.agent, command.length === null ? null : `for ${command.length}`, command.reason]
        .filter((word) => word !== null)
        .join(' ');
  }
}

function by(login: string | null): string {
  return login === null ? '' : ` by ${login}`;
}
