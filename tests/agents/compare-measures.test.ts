import { describe, expect, it } from 'vitest';
import { keptMeasures, measureDrafts, type Measurement } from '../../agents/compare-measures.ts';
import { withMeasures, type Measures } from '../../ledger/measures.ts';

const bundle = (value: number): Measurement => ({ kind: 'bundle', path: 'apps/web/package.json', value, detail: 'index.js 90.0 kB' });
const tests = (path: string, value: number): Measurement => ({ kind: 'tests', path, value, detail: `renders ${value} ms` });
const after = (...runs: readonly (readonly Measurement[])[]): Measures =>
  runs.reduce<Measures>((known, run) => withMeasures(known, keptMeasures(run)), {});
const rules = (drafts: ReturnType<typeof measureDrafts>) => drafts.map(({ path, rule }) => `${rule} ${path ?? ''}`);

describe('a bundle', () => {
  it('is told of when it grew by more than a tenth and 10 kB since the last green run', () => {
    const [draft] = measureDrafts([bundle(130_000)], after([bundle(100_000)]));
    expect(draft).toMatchObject({ rule: 'bundle-size', path: 'apps/web/package.json', severity: 'warning' });
    expect(draft?.message).toBe(
      'what the package builds is 130.0 kB of scripts and styles when compressed, 30.0 kB (30 %) more than in the last green run on this branch; mostly index.js 90.0 kB',
    );
  });

  it.each<[string, number, Measures]>([
    ['it is the first that is measured', 130_000, {}],
    ['it grew by a few kilobytes only', 109_000, after([bundle(100_000)])],
    ['it grew by a small share only', 1_050_000, after([bundle(1_000_000)])],
    ['it became smaller', 50_000, after([bundle(100_000)])],
    ['it had that size in the last run already', 130_000, after([bundle(100_000)], [bundle(130_000)])],
  ])('is not told of where %s', (_why, value, known) => {
    expect(measureDrafts([bundle(value)], known)).toEqual([]);
  });
});

describe('the tests of a file', () => {
  const run = (slow: number, pace = 1): Measurement[] => [
    ...['a', 'b', 'c', 'd', 'e'].map((name, index) => tests(`${name}.test.ts`, (index + 1) * 400 * pace)),
    tests('slow.test.ts', slow * pace),
  ];

  it('are told of when they take three times as long as in the last runs, and a second longer', () => {
    const [draft, ...others] = measureDrafts(run(6_000), after(run(1_000), run(900), run(1_100)));
    expect(others).toEqual([]);
    expect(draft).toMatchObject({ rule: 'slower-tests', path: 'slow.test.ts', severity: 'warning' });
    expect(draft?.message).toBe('the tests of this file took 6.0 s, in the last 3 runs 1.0 s; mostly renders 6000 ms');
  });

  it('are not told of because the machine is slower today: all of them are', () => {
    expect(measureDrafts(run(1_000, 5), after(run(1_000), run(1_000)))).toEqual([]);
    expect(rules(measureDrafts(run(6_000, 5), after(run(1_000), run(1_000))))).toEqual(['slower-tests slow.test.ts']);
  });

  it.each<[string, Measurement[], Measures]>([
    ['there was one run only', run(6_000), after(run(1_000))],
    ['the file is new', run(6_000), after(run(1_000).slice(0, 5), run(1_000).slice(0, 5))],
    ['one run of the last was an accident', run(1_000), after(run(1_000), run(1_000), run(90))],
    ['three times of very little', run(40), after(run(10), run(10))],
  ])('are not told of where %s', (_why, now, known) => {
    expect(measureDrafts(now, known)).toEqual([]);
  });

  it('are told of file by file up to five, those that lost most first', () => {
    const many = (pace: number): Measurement[] => [
      ...Array.from({ length: 20 }, (_, index) => tests(`steady-${index}.test.ts`, 500)),
      ...Array.from({ length: 8 }, (_, index) => tests(`slow-${index}.test.ts`, 500 * (index + 1) * pace)),
    ];
    expect(rules(measureDrafts(many(10), after(many(1), many(1))))).toEqual(
      [7, 6, 5, 4, 3].map((index) => `slower-tests slow-${index}.test.ts`),
    );
  });
});

describe('what is kept', () => {
  it('is five runs of each, and of the files of tests those that take longest', () => {
    const many = Array.from({ length: 300 }, (_, index) => tests(`t-${index}.test.ts`, index));
    const kept = keptMeasures([bundle(5), ...many]);
    expect(Object.keys(kept)).toHaveLength(101);
    expect(Math.min(...Object.values(kept).slice(1))).toBe(200);
    const known = after(...Array.from({ length: 9 }, (_, index) => [bundle(index)]));
    expect(known).toEqual({ 'bundle:apps/web/package.json': [8, 7, 6, 5, 4] });
  });

  it('stays known of what a run did not measure, as long as there is room', () => {
    const known = after([bundle(5)], [tests('a.test.ts', 7)]);
    expect(Object.values(known)).toEqual([[7], [5]]);
    const flood = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`tests:${index}`, index]));
    expect(Object.keys(withMeasures(known, flood))).toHaveLength(200);
  });
});
