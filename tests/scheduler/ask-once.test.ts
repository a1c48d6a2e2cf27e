import { describe, expect, it } from 'vitest';
import { askOnce } from '../../scheduler/ask-once.ts';

function scene(limitMs = 10_000) {
  const state = { now: 0, asked: 0, problems: [] as unknown[], answer: (): Promise<string> => Promise.resolve('yes') };
  const ask = askOnce({
    ask: () => (state.asked++, state.answer()),
    freshMs: 1_000,
    limitMs,
    monotonic: () => state.now,
    onProblem: (error) => state.problems.push(error),
  });
  return { state, ask };
}

describe('a question that is asked once', () => {
  it('gives everybody the answer of the same question, and asks anew when that is old', async () => {
    const { state, ask } = scene();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['yes', 'yes', 'yes']);
    state.now = 1_000;
    expect([await ask(), state.asked]).toEqual(['yes', 1]);
    state.now = 1_001;
    expect([await ask(), state.asked]).toEqual(['yes', 2]);
  });

  it('has no answer where there was an error, and tells of it', async () => {
    const { state, ask } = scene();
    const error = new Error('gone');
    state.answer = () => Promise.reject(error);
    expect([await ask(), state.problems]).toEqual([null, [error]]);
    state.now = 2_000;
    state.answer = () => Promise.resolve('back');
    expect(await ask()).toBe('back');
  });

  it('is waited for by the first alone; the others are told at once, until it is answered', async () => {
    const { state, ask } = scene(10);
    const silent = Promise.withResolvers<string>();
    state.answer = () => silent.promise;
    expect(await ask()).toBeNull();
    state.now = 2_000;
    const at = performance.now();
    for (let count = 0; count < 20; count++) expect(await ask()).toBeNull();
    expect(performance.now() - at).toBeLessThan(100);
    expect(state.asked).toBe(1);
    silent.resolve('at last');
    state.now = 4_000;
    expect(await ask()).toBe('at last');
  });
});
