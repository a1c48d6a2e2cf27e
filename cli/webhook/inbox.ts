/** Webhooks that were taken in and not acted on yet, one file each: a machine that goes down forgets none. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WebhookTrigger } from '../../github/webhooks/trigger.ts';
import type { LeftOver } from '../comment/left-over.ts';
import { readKept } from './inbox-schema.ts';

export interface InboxItem {
  /** Sorts by time of arrival. */
  readonly name: string;
  readonly trigger: WebhookTrigger;
  /** What is left to do about a comment whose commands were carried out, or null. */
  readonly left: LeftOver | null;
}

export interface Inbox {
  /** When it returns, the item is on the disk. Throws the errors of the disk. */
  put(id: string, trigger: WebhookTrigger): Promise<InboxItem>;
  /** Replaces what is left of an item; returns the item with it. Throws the errors of the disk. */
  keep(item: InboxItem, left: LeftOver): Promise<InboxItem>;
  /** Oldest first; what is not whole is removed, what another version wrote and this one cannot read is moved aside. */
  list(): Promise<InboxItem[]>;
  remove(item: InboxItem): Promise<void>;
}

/** Opens the folder, which only one process may use. `onAside` is told where each item is that was moved aside. */
export async function openInbox(folder: string, onAside: (path: string) => void = () => undefined): Promise<Inbox> {
  await mkdir(folder, { recursive: true });
  let last = 0;
  const write = async (name: string, content: object): Promise<void> => {
    const draft = join(folder, `${name}.tmp`);
    await writeFile(draft, JSON.stringify(content));
    await rename(draft, join(folder, name));
  };
  const moveAside = async (name: string): Promise<void> => {
    const aside = `${folder}-unread`;
    await mkdir(aside, { recursive: true });
    await rename(join(folder, name), join(aside, name));
    onAside(join(aside, name));
  };
  return {
    async put(id, trigger) {
      // Two within a millisecond stay in order too.
      last = Math.max(last + 1, Date.now());
      const name = `${String(last).padStart(15, '0')}-${id}.json`;
      await write(name, trigger);
      return { name, trigger, left: null };
    },
    async keep({ name, trigger }, left) {
      await write(name, { ...trigger, left });
      return { name, trigger, left };
    },
    async list() {
      const items: InboxItem[] = [];
      for (const name of (await readdir(folder)).sort()) {
        const value = name.endsWith('.json') ? parse(await readFile(join(folder, name), 'utf8')) : null;
        const kept = readKept(value);
        if (kept !== null) items.push({ name, ...kept });
        else if (value === null) await rm(join(folder, name), { force: true });
        else await moveAside(name);
      }
      return items;
    },
    remove: (item) => rm(join(folder, item.name), { force: true }),
  };
}

/** Null when it is not whole. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
