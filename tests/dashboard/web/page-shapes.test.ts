/** Addresses, keys, errors and shapes of the page, without a browser. */
import { describe, expect, it } from 'vitest';
import { isOfAnother, toPageError } from '../../../dashboard/web/api/page-error.ts';
import { ganttOf } from '../../../dashboard/web/pages/run/gantt-shape.ts';
import { linesWith, marked, nextFound } from '../../../dashboard/web/pages/run/log-search.ts';
import { runsInput } from '../../../dashboard/web/pages/runs/runs-input.ts';
import { layOut, type GraphAgent } from '../../../dashboard/web/pages/graph/lay-out.ts';
import { lanesOf, ticksOf } from '../../../dashboard/web/pages/schedule/lanes.ts';
import { barsOf, findingsLine, inWords } from '../../../dashboard/web/parts/spark-shapes.ts';
import { readRuns, readSignIn } from '../../../dashboard/web/search.ts';
import { keepPerson } from '../../../dashboard/web/pages/session/keep-person.ts';
import { keyMeaning } from '../../../dashboard/web/shell/key-meaning.ts';

describe('an address', () => {
  it('keeps the filters that it knows and leaves out the rest', () => {
    expect(
      readRuns({ agent: 'qa', outcome: ['failed', 'nonsense'], from: '2026-02-30x', search: 42, sort: 'newest', evil: '<b>' }),
    ).toEqual({
      agent: ['qa'],
      outcome: ['failed'],
      search: '42',
    });
  });

  it('asks the server for whole days where the reader is', () => {
    const { filters } = runsInput({ from: '2026-11-20', to: '2026-11-20' });
    expect(Date.parse(filters.to ?? '') - Date.parse(filters.from ?? '')).toBe(24 * 3_600_000);
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/sign-in?next=/'])(
    'leads nowhere else after signing in: %s',
    (next) => expect(readSignIn({ next })).toEqual({}),
  );
  it('leads back to where one wanted to go', () =>
    expect(readSignIn({ next: '/runs?agent=%5B"qa"%5D' })).toEqual({ next: '/runs?agent=%5B"qa"%5D' }));
});

describe('a key', () => {
  const key = (name: string, more: object = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, ...more });
  const still = { goSince: null, isTyping: false, now: 0 };

  it('opens the palette by Ctrl-K even while one types', () => {
    expect(keyMeaning(key('k', { ctrlKey: true }), { ...still, isTyping: true }).meaning).toEqual({ kind: 'palette' });
  });
  it('goes to a page by g and its letter, if that comes soon', () => {
    const { next } = keyMeaning(key('g'), still);
    expect(keyMeaning(key('r'), { ...next, isTyping: false, now: 500 }).meaning).toEqual({ kind: 'page', letter: 'r' });
    expect(keyMeaning(key('r'), { ...next, isTyping: false, now: 5_000 }).meaning).toBeNull();
  });
  it('is a letter while one types', () => expect(keyMeaning(key('j'), { ...still, isTyping: true }).meaning).toBeNull());
  it('walks through rows', () => expect(keyMeaning(key('j'), still).meaning).toEqual({ kind: 'row', step: 1 }));
});

describe('an error', () => {
  it('is shown by its code, with the way out', () => {
    const error = { data: { code: 'CONFLICT-PAUSED', message: 'docs is paused', requestId: 'r1' } };
    expect(toPageError(error)).toMatchObject({ code: 'CONFLICT-PAUSED', message: 'docs is paused', requestId: 'r1' });
    expect(toPageError(error).advice).not.toBe('');
  });
  it('is told apart from silence', () => expect(toPageError(new TypeError('Failed to fetch')).code).toBe('NETWORK'));
  it('asks who one is when somebody else is, or with another role', () => {
    expect(isOfAnother({ data: { code: 'AUTH-REQUIRED', message: '' } })).toBe(true);
    expect(isOfAnother({ data: { code: 'AUTH-WRONG', message: '' } })).toBe(false);
  });
});

describe('a timeline', () => {
  it('shows what ran beside what, and grows while a check runs', () => {
    const { rows, to } = ganttOf(
      [
        { check: 'b', outcome: null, startedAt: 1_500, durationMs: null },
        { check: 'a', outcome: 'passed', startedAt: 1_000, durationMs: 500 },
      ],
      1_000,
      3_000,
    );
    expect(to).toBe(3_000);
    expect(rows).toMatchObject([
      { check: 'a', left: 0, width: 0.25 },
      { check: 'b', left: 0.25, width: 0.75, isOpen: true },
    ]);
  });

  it('stays within its bounds for checks of no length and no start', () => {
    const { rows } = ganttOf([{ check: 'x', outcome: 'skipped', startedAt: null, durationMs: 0 }], 0, 0);
    expect(rows[0]?.left).toBeGreaterThanOrEqual(0);
    expect((rows[0]?.left ?? 2) + (rows[0]?.width ?? 2)).toBeLessThanOrEqual(1);
  });
});

describe('finding words in a log', () => {
  const lines = ['One error', 'fine', 'ERROR two'];
  it('goes around the end', () => {
    const found = linesWith(lines, 'error');
    expect(found).toEqual([0, 2]);
    expect([nextFound(found, 0, 1), nextFound(found, 2, 1), nextFound(found, 0, -1), nextFound([], 0, 1)]).toEqual([2, 0, 2, null]);
  });
  it('marks each place', () =>
    expect(
      marked('aXbx', 'x')
        .filter(({ isFound }) => isFound)
        .map(({ text }) => text),
    ).toEqual(['X', 'x']));
});

describe('sparklines', () => {
  const run = (outcome: 'passed' | 'failed', errors: number | null) => ({
    id: `${outcome}${errors ?? ''}`,
    outcome,
    settledAt: '',
    durationMs: 1_000,
    errors,
    warnings: 0,
  });
  it('tell good from bad by place and by words, not by colour alone', () => {
    const recent = [run('passed', 0), run('failed', 3)];
    const [good, bad] = barsOf(recent);
    expect((good?.y ?? 99) + (good?.height ?? 0)).toBeLessThanOrEqual(bad?.y ?? 0);
    expect(inWords(recent)).toBe('Last 2 runs: 1 passed, 1 failed. The newest: failed.');
    expect(findingsLine(recent).words).toContain('3 errors');
  });
  it('are empty for an agent that never ran', () => expect([inWords([]), findingsLine([]).path]).toEqual(['No runs yet.', '']));
});

it('puts fire times on a lane for each agent, within the span', () => {
  const fire = (agent: string, at: number) => ({ agentId: agent, agent, repository: { name: 'r' }, at: new Date(at).toISOString() });
  expect(lanesOf([fire('b', 500), fire('a', 0), fire('a', 1_500)], 0, 1_000)).toMatchObject([
    { agent: 'a', marks: [{ x: 0 }] },
    { agent: 'b', marks: [{ x: 499 }] },
  ]);
});

it('marks full hours, wherever the span begins', () => {
  const from = new Date(2026, 10, 22, 2, 17).getTime();
  const ticks = ticksOf(from, from + 6 * 3_600_000, 60);
  expect(ticks.map(({ at }) => `${new Date(at).getHours()}:${new Date(at).getMinutes()}`)).toEqual([
    '3:0',
    '4:0',
    '5:0',
    '6:0',
    '7:0',
    '8:0',
  ]);
  expect(ticks[0]?.left).toBeCloseTo((43 / 360) * 100);
  expect(ticksOf(from, from, 60)).toEqual([]);
});

it('puts checks side by side where the frame is wide, and under each other where it is high', () => {
  const checks = Array.from({ length: 12 }, (_, index) => ({ name: `check-${index}`, outcome: null }));
  const agent = (name: string): GraphAgent => ({
    ...{ id: name, name, state: 'ACTIVE', progress: null, check: null, outcome: null, hasIssue: false, triggers: [], checks },
  });
  const agents = ['a', 'b', 'c'].map(agent);
  const columnsOf = (aspect: number) =>
    new Set(
      layOut(agents, { branch: 'main', lights: new Set(), aspect })
        .nodes.filter(({ ariaLabel }) => ariaLabel?.startsWith('check'))
        .map(({ position }) => position.x),
    ).size;
  expect([columnsOf(0.5), columnsOf(2)]).toEqual([1, 3]);
  const { nodes } = layOut(agents, { branch: 'main', lights: new Set(), aspect: 2 });
  const places = nodes.map(({ position }) => JSON.stringify(position));
  expect(new Set(places).size).toBe(places.length);
});

it('shows nobody out because the database is away', () => {
  const ann = { user: { login: 'ann', name: null, role: 'admin' as const }, version: '1', hasDatabase: true, isUnclaimed: false };
  const away = { ...ann, user: null, hasDatabase: false };
  expect(keepPerson(ann, away)).toMatchObject({ user: { login: 'ann' }, hasDatabase: false });
  expect(keepPerson(keepPerson(ann, away), { ...ann, user: null })).toMatchObject({ user: null });
});
