/** The shape of what the inbox keeps: another version may have written it. */
import { z } from 'zod';
import { COMMENT_VERBS } from '../../github/comment-command.ts';
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { LeftOver } from '../comment/left-over.ts';

const text = z.string();
const agent = z.enum(AGENT_IDS);
const inRepository = {
  repository: z.object({ fullName: text, defaultBranch: text }),
  sender: text.nullable(),
  installationId: z.number().nullable(),
};
const end = z.object({ branch: text, sha: text });
const escalation = z.object({ agent, branch: text, kind: z.enum(['code', 'operation']) });

const command = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('help') }),
  z.object({ verb: z.literal('unknown'), word: text }),
  z.object({ verb: z.literal('unknown-agent'), asked: z.enum(COMMENT_VERBS), name: text }),
  z.object({ verb: z.literal('unknown-length'), text }),
  z.object({
    verb: z.enum(['retry', 'pause', 'resume', 'why']),
    agent: agent.nullable(),
    length: text.nullable(),
    reason: text.nullable(),
  }),
]);

const trigger: z.ZodType<WebhookTrigger> = z.discriminatedUnion('kind', [
  z.object({ ...inRepository, kind: z.literal('push'), branch: text, before: text.nullable(), after: text, isForced: z.boolean() }),
  z.object({ ...inRepository, kind: z.literal('pull-request'), number: z.number(), head: end, base: end, isFork: z.boolean() }),
  z.object({
    ...inRepository,
    kind: z.literal('comment'),
    number: z.number(),
    isPullRequest: z.boolean(),
    commentId: z.number(),
    author: text,
    commands: z.array(command),
    escalation: escalation.nullable(),
  }),
  z.object({
    ...inRepository,
    kind: z.literal('escalation-issue'),
    action: z.enum(['closed', 'reopened']),
    number: z.number(),
    escalation,
  }),
  z.object({
    ...inRepository,
    kind: z.literal('ci-finished'),
    by: z.enum(['workflow', 'check-suite']),
    name: text,
    conclusion: text.nullable(),
    branch: text,
    sha: text,
    isFork: z.boolean(),
  }),
  z.object({ ...inRepository, kind: z.literal('check-again'), agent: agent.nullable(), branch: text, sha: text }),
  z.object({
    kind: z.literal('installation'),
    action: z.enum(['created', 'deleted', 'suspended', 'unsuspended', 'permissions-accepted', 'repositories-changed']),
    installationId: z.number(),
    account: text,
    added: z.array(text),
    removed: z.array(text),
    sender: text.nullable(),
  }),
  z.object({ kind: z.literal('ping'), hookId: z.number(), events: z.array(text), repository: text.nullable() }),
]);

const left: z.ZodType<LeftOver | null> = z
  .object({ answer: z.object({ body: text, since: text }).nullable(), run: z.array(agent) })
  .nullable()
  .default(null);

/** What was kept, or null when this version cannot act on it. `left`: what is still to be done about a comment. */
export function readKept(value: unknown): { readonly trigger: WebhookTrigger; readonly left: LeftOver | null } | null {
  const read = z.object({ left }).safeParse(value);
  const asked = trigger.safeParse(value);
  return read.success && asked.success ? { trigger: asked.data, left: read.data.left } : null;
}
