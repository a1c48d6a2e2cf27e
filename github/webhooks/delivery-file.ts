/** A delivery store in a file: what was acted on is known after a restart as well. */
import { mkdir, readFile, rename, writeFile, appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KEPT_DELIVERIES, knownDeliveries, type Delivery, type DeliveryStore } from './delivery-store.ts';

const LINE = /^([0-9A-Za-z-]{1,100}) ([0-9a-f]{64})$/;

/** Opens the store; one `<id> <digest>` a line, oldest first. Only one process may have it open. Throws the errors of the disk. */
export async function openDeliveryFile(path: string, most = KEPT_DELIVERIES): Promise<DeliveryStore> {
  await mkdir(dirname(path), { recursive: true });
  const known = knownDeliveries(most);
  let lines = 0;
  for (const line of (await readOrNothing(path)).split('\n')) {
    const [, id, digest] = LINE.exec(line) ?? [];
    // A line that was cut short by a crash is that of a webhook that may come again.
    if (id !== undefined && digest !== undefined) known.add({ id, digest });
    lines += 1;
  }
  let writing = Promise.resolve();
  /** One write after the other, so that lines never mix. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = writing.then(work);
    writing = done.catch(() => undefined);
    return done;
  };
  const underWay = knownDeliveries(Number.POSITIVE_INFINITY);
  const rewrite = async (): Promise<void> => {
    const draft = `${path}.${process.pid}.tmp`;
    const kept = known.list();
    await writeFile(draft, kept.map(lineOf).join(''));
    await rename(draft, path);
    lines = kept.length;
  };
  await inTurn(rewrite);
  return {
    claim: async (delivery) => {
      if (known.has(delivery) || underWay.has(delivery)) return false;
      underWay.add(delivery);
      return true;
    },
    settle: (delivery) =>
      inTurn(async () => {
        known.add(delivery);
        underWay.delete(delivery);
        lines += 1;
        await (lines > 2 * most ? rewrite() : appendFile(path, lineOf(delivery)));
      }),
    release: async (delivery) => underWay.delete(delivery),
  };
}

function lineOf({ id, digest }: Delivery): string {
  return `${id} ${digest}\n`;
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
