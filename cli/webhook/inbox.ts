/** Webhooks that were taken in and not acted on yet, one file each: a machine that goes down forgets none. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';

export interface InboxItem {
  /** Sorts by time of arrival. */
  readonly name: string;
  readonly trigger: WebhookTrigger;
}

export interface Inbox {
  /** When it returns, the item is on the disk. Throws the errors of the disk. */
  put(id: string, trigger: WebhookTrigger): Promise<InboxItem>;
  /** Oldest first; what cannot be read is left out and removed. */
  list(): Promise<InboxItem[]>;
  remove(item: InboxItem): Promise<void>;
}

/** Opens the folder, which only one process may use. */
export async function openInbox(folder: string): Promise<Inbox> {
  await mkdir(folder, { recursive: true });
  let last = 0;
  return {
    async put(id, trigger) {
      // Two within a millisecond stay in order too.
      last = Math.max(last + 1, Date.now());
      const name = `${String(last).padStart(15, '0')}-${id}.json`;
      const draft = join(folder, `${name}.tmp`);
      await writeFile(draft, JSON.stringify(trigger));
      await rename(draft, join(folder, name));
      return { name, trigger };
    },
    async list() {
      const items: InboxItem[] = [];
      for (const name of (await readdir(folder)).sort()) {
        const trigger = name.endsWith('.json') ? parse(await readFile(join(folder, name), 'utf8')) : null;
        if (trigger === null) await rm(join(folder, name), { force: true });
        else items.push({ name, trigger });
      }
      return items;
    },
    remove: (item) => rm(join(folder, item.name), { force: true }),
  };
}

/** We wrote it, so its shape is right when it is whole. */
function parse(text: string): WebhookTrigger | null {
  try {
    return JSON.parse(text) as WebhookTrigger;
  } catch {
    return null;
  }
}
