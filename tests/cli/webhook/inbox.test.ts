/** Webhooks that were taken in survive whatever happens to the process. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInbox } from '../../../cli/webhook/inbox.ts';
import { parseCommands } from '../../../github/comment-command.ts';
import type { CommentTrigger, EscalationIssueTrigger, PingTrigger, WebhookTrigger } from '../../../github/webhooks/trigger.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const ping = (hookId: number): PingTrigger => ({ kind: 'ping', hookId, events: [], repository: null });

/** Every trigger that the collected payloads come to, and the two kinds that no such payload leads to. */
async function triggers(): Promise<WebhookTrigger[]> {
  const path = join(import.meta.dirname, '..', '..', 'github', 'webhook-table.json');
  const rows = Object.values(JSON.parse(await readFile(path, 'utf8')) as Record<string, string | WebhookTrigger>);
  const common = { repository: { fullName: 'acme/site', defaultBranch: 'main' }, sender: 'ada', installationId: null, number: 1 };
  const escalation = { agent: 'docs', branch: 'main', kind: 'operation' } as const;
  const comment: CommentTrigger = {
    ...common,
    kind: 'comment',
    isPullRequest: false,
    commentId: 2,
    author: 'ada',
    commands: parseCommands('/agent pause docs for 2h\n/agent help\n/agent retry qs\n/agent hlep\n/agent pause docs for ever'),
    escalation,
  };
  const issue: EscalationIssueTrigger = { ...common, kind: 'escalation-issue', action: 'closed', escalation };
  return [...rows.filter((row) => typeof row !== 'string'), comment, issue];
}

describe('an inbox', () => {
  it('gives back what was put in, oldest first, also after a restart', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'in', 'box');
    const inbox = await openInbox(path);
    for (const number of [3, 1, 2]) await inbox.put(`d-${number}`, ping(number));
    const items = await (await openInbox(path)).list();
    expect(items.map(({ trigger }) => trigger)).toEqual([ping(3), ping(1), ping(2)]);
    const [first] = items;
    if (first !== undefined) await inbox.remove(first);
    expect((await inbox.list()).map(({ trigger }) => trigger)).toEqual([ping(1), ping(2)]);
  });
  it('leaves out and removes what a crash left unfinished', async () => {
    await using folder = await temporaryFolder();
    const inbox = await openInbox(folder.path);
    await writeFile(join(folder.path, '000000000000001-a.json'), '{"kind":');
    await writeFile(join(folder.path, '000000000000002-b.json.tmp'), '{}');
    await inbox.put('c', ping(1));
    expect((await inbox.list()).map(({ trigger }) => trigger)).toEqual([ping(1)]);
    expect(await readdir(folder.path)).toHaveLength(1);
  });
  it('moves aside what another version wrote, and says where', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'inbox');
    await (await openInbox(path)).put('b', ping(1));
    await writeFile(join(path, '000000000000001-a.json'), '{"kind":"merge-queue","repository":{"fullName":"acme/site"}}');
    const told: string[] = [];
    const inbox = await openInbox(path, (aside) => told.push(aside));
    expect((await inbox.list()).map(({ trigger }) => trigger)).toEqual([ping(1)]);
    expect(told).toEqual([join(folder.path, 'inbox-unread', '000000000000001-a.json')]);
    expect(await readdir(join(folder.path, 'inbox-unread'))).toEqual(['000000000000001-a.json']);
    expect(await inbox.list()).toHaveLength(1);
  });
  it('keeps every kind that a webhook comes to, and what is left of a comment', async () => {
    await using folder = await temporaryFolder();
    const inbox = await openInbox(folder.path);
    const all = await triggers();
    expect(new Set(all.map(({ kind }) => kind)).size).toBe(8);
    for (const [index, trigger] of all.entries()) await inbox.put(`d-${index}`, trigger);
    const items = await inbox.list();
    expect(items.map(({ trigger }) => trigger)).toEqual(all);
    const left = { answer: { body: 'done', since: '2026-01-01T00:00:00Z' }, run: ['qa'] as const };
    for (const item of items.slice(0, 1)) await inbox.keep(item, left);
    expect((await inbox.list())[0]).toEqual({ ...items[0], left });
  });
});
