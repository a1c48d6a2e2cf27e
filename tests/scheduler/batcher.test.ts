import { expect, it } from 'vitest';
import { createBatcher } from '../../scheduler/batcher.ts';

it('writes everything else when one item cannot be written', async () => {
  const written: string[] = [];
  const problems: unknown[] = [];
  let isMended = false;
  const batcher = createBatcher<string>({
    ...{ lingerMs: 0, full: 10, pauseMs: 1 },
    write: (items) => {
      if (items.includes('broken') && !isMended) return Promise.reject(new Error('no'));
      written.push(...items);
      if (written.length === 4) isMended = true;
      return Promise.resolve();
    },
    onProblem: (error) => problems.push(error),
  });
  for (const item of ['a', 'broken', 'b', 'c', 'd']) batcher.add(item);
  await batcher.idle();
  expect(written).toEqual(['a', 'b', 'c', 'd', 'broken']);
  expect(problems.length).toBeGreaterThanOrEqual(2);
});

it('hands on together what came while it wrote', async () => {
  const batches: string[][] = [];
  const first = Promise.withResolvers<void>();
  const batcher = createBatcher<string>({
    ...{ lingerMs: 0, full: 10, pauseMs: 1 },
    write: (items) => {
      batches.push([...items]);
      if (batches.length === 1) ['b', 'c'].forEach((item) => batcher.add(item));
      first.resolve();
      return Promise.resolve();
    },
    onProblem: (error) => {
      throw error;
    },
  });
  batcher.add('a');
  await batcher.idle();
  expect(batches).toEqual([['a'], ['b', 'c']]);
});
