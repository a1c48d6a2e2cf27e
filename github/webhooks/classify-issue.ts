/** Comments and issues: what people say. Pure. */
import type { z } from 'zod';
import { parseCommands } from '../comment-command.ts';
import { readMarker, type EscalationName } from '../escalation-marker.ts';
import type { issueCommentSchema, issuesSchema } from './payload-schema.ts';
import type { Verdict } from './trigger.ts';
import { about, ignored, isProgram, refusal, trigger, type Ours } from './verdict.ts';

type Issue = z.output<typeof issuesSchema>['issue'];

/** Authors whose text may carry our marker: a stranger's issue with it is just an issue. */
const TRUSTED: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

export function classifyComment(payload: z.output<typeof issueCommentSchema>, ours: Ours): Verdict {
  const { action, comment, issue } = payload;
  // An edited comment is no new order: what it says now may not be what people saw.
  if (action !== 'created') return ignored('nothing-follows');
  const commands = parseCommands(comment.body);
  if (commands.length === 0) return ignored('no-command');
  const refused = refusal(payload, ours);
  if (refused !== null) return refused;
  if (comment.user === null || isProgram(comment.user)) return ignored('bot');
  return trigger({
    kind: 'comment',
    ...about(payload),
    number: issue.number,
    isPullRequest: issue.pull_request !== undefined && issue.pull_request !== null,
    commentId: comment.id,
    author: comment.user.login,
    commands,
    escalation: escalationOf(issue),
  });
}

export function classifyIssue(payload: z.output<typeof issuesSchema>, ours: Ours): Verdict {
  const { action, issue, sender } = payload;
  const escalation = escalationOf(issue);
  if (action !== 'closed' && action !== 'reopened') return ignored('nothing-follows');
  if (escalation === null) return ignored('not-an-escalation');
  const refused = refusal(payload, ours);
  if (refused !== null) return refused;
  if (isProgram(sender)) return ignored('bot');
  return trigger({ kind: 'escalation-issue', ...about(payload), action, number: issue.number, escalation });
}

function escalationOf(issue: Issue): EscalationName | null {
  const isTrusted = issue.user?.type === 'Bot' || TRUSTED.has(issue.author_association ?? '');
  return isTrusted ? readMarker(issue.body ?? '') : null;
}
