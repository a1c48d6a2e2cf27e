/** When the page asks again for what events have made old. */
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeRefresher } from '../../../dashboard/web/live/refresh.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A query that is on the page, and how often it was asked. */
function watched(client: QueryClient, path: readonly string[], ask: () => Promise<number>): () => void {
  return new QueryObserver(client, { queryKey: [path, {}], queryFn: ask, staleTime: Number.POSITIVE_INFINITY }).subscribe(() => undefined);
}

it('gathers what happens together, and rests between two questions', async () => {
  const client = new QueryClient();
  const refresher = makeRefresher(client, () => Date.now());
  let asked = 0;
  const end = watched(client, ['runs', 'list'], () => Promise.resolve((asked += 1)));
  await vi.advanceTimersByTimeAsync(0);
  for (let count = 0; count < 200; count += 1) refresher.mark(['runs']);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toBe(2);
  for (let second = 0; second < 100; second += 1) {
    refresher.mark(['runs']);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(asked).toBeLessThanOrEqual(13);
  expect(asked).toBeGreaterThanOrEqual(10);
  end();
});

it('asks anew when an answer was under way that may be of before the event', async () => {
  const client = new QueryClient();
  const refresher = makeRefresher(client, () => Date.now());
  let state = 'before';
  const seen: string[] = [];
  const end = watched(client, ['agents', 'list'], async () => {
    const answer = state;
    await new Promise((resolve) => setTimeout(resolve, 800));
    seen.push(answer);
    return seen.length;
  });
  await vi.advanceTimersByTimeAsync(50);
  state = 'after';
  refresher.mark(['agents']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toEqual(['before', 'after']);
  end();
});

it('leaves alone what no event changes', async () => {
  const client = new QueryClient();
  const refresher = makeRefresher(client, () => Date.now());
  let asked = 0;
  const end = watched(client, ['runs', 'diff'], () => Promise.resolve((asked += 1)));
  await vi.advanceTimersByTimeAsync(0);
  refresher.mark(['runs']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(1);
  end();
});
