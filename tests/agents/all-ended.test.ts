import { expect, it } from 'vitest';
import { allEnded } from '../../agents/all-ended.ts';

it('answers with every result, in order', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const all = allEnded([promise, Promise.resolve(2)]);
  resolve(1);
  expect(await all).toEqual([1, 2]);
});

it('fails with the first failure, and not before the last has ended', async () => {
  const slow = Promise.withResolvers<string>();
  let hasFailed = false;
  const all = allEnded([slow.promise, Promise.reject(new Error('one')), Promise.reject(new Error('two'))]);
  all.catch(() => (hasFailed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasFailed).toBe(false);
  slow.resolve('done');
  await expect(all).rejects.toThrow('one');
});
