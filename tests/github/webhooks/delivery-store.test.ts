/** Both delivery stores keep the same promises; that in a file keeps them over a restart. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDeliveryFile } from '../../../github/webhooks/delivery-file.ts';
import { memoryDeliveryStore, type Delivery, type DeliveryStore } from '../../../github/webhooks/delivery-store.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

function delivery(number: number, body = number): Delivery {
  return { id: `d-${number}`, digest: body.toString(16).padStart(64, '0') };
}

async function settled(store: DeliveryStore, ...those: readonly Delivery[]): Promise<void> {
  for (const one of those) {
    expect(await store.claim(one)).toBe(true);
    await store.settle(one);
  }
}

const stores: [string, (most: number) => Promise<DeliveryStore & AsyncDisposable>][] = [
  ['in memory', async (most) => ({ ...memoryDeliveryStore(most), [Symbol.asyncDispose]: async () => undefined })],
  [
    'in a file',
    async (most) => {
      const folder = await temporaryFolder();
      const store = await openDeliveryFile(join(folder.path, 'made', 'for it', 'deliveries'), most);
      return { ...store, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
    },
  ],
];

describe.for(stores)('a delivery store %s', ([, open]) => {
  it('lets each id and each body in once', async () => {
    await using store = await open(10);
    await settled(store, delivery(1));
    expect(await store.claim(delivery(1))).toBe(false);
    expect(await store.claim(delivery(2, 1))).toBe(false);
    expect(await store.claim(delivery(1, 2))).toBe(false);
    expect(await store.claim(delivery(2))).toBe(true);
  });
  it('lets nothing in that is under way, and lets it in again when it was given back', async () => {
    await using store = await open(10);
    expect(await store.claim(delivery(1))).toBe(true);
    expect(await store.claim(delivery(1))).toBe(false);
    await store.release(delivery(1));
    await settled(store, delivery(1));
  });
  it('forgets the oldest', async () => {
    await using store = await open(3);
    await settled(store, delivery(1), delivery(2), delivery(3), delivery(4));
    expect(await store.claim(delivery(2))).toBe(false);
    expect(await store.claim(delivery(1))).toBe(true);
  });
});

describe('a delivery store in a file', () => {
  it('knows after a restart what was settled, and lets in what was not', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deliveries');
    const before = await openDeliveryFile(path);
    await settled(before, delivery(1));
    await before.claim(delivery(2));
    const after = await openDeliveryFile(path);
    expect(await after.claim(delivery(1))).toBe(false);
    expect(await after.claim(delivery(2))).toBe(true);
  });
  it('reads on behind a line that was cut short', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deliveries');
    await settled(await openDeliveryFile(path), delivery(1), delivery(2));
    await appendFile(path, 'd-3 00000');
    const store = await openDeliveryFile(path);
    await settled(store, delivery(3));
    const again = await openDeliveryFile(path);
    for (const number of [1, 2, 3]) expect(await again.claim(delivery(number))).toBe(false);
    await writeFile(path, 'nonsense\n\u0000\n');
    expect(await (await openDeliveryFile(path)).claim(delivery(1))).toBe(true);
  });
  it('stays small', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deliveries');
    const store = await openDeliveryFile(path, 5);
    await settled(store, ...Array.from({ length: 40 }, (_, index) => delivery(index)));
    expect((await readFile(path, 'utf8')).trim().split('\n').length).toBeLessThanOrEqual(10);
  });
});
