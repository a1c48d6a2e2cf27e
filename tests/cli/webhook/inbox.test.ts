/** Webhooks that were taken in survive whatever happens to the process. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInbox } from '../../../cli/webhook/inbox.ts';
import type { PingTrigger } from '../../../github/webhooks/trigger.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const ping = (hookId: number): PingTrigger => ({ kind: 'ping', hookId, events: [], repository: null });

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
});
