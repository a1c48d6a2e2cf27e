/** What the page does with events, without a browser. */
import { describe, expect, it } from 'vitest';
import type { AgentCard } from '../../../dashboard/wire/agents-schema.ts';
import type { LiveEvent, LiveProgress } from '../../../dashboard/wire/live-schema.ts';
import { cardsAfterEvents, cardsAfterProgress, cardsWithWords } from '../../../dashboard/web/live/agent-cards.ts';
import { compareCursors, takeNew } from '../../../dashboard/web/live/cursor.ts';
import { staleAfter } from '../../../dashboard/web/live/stale.ts';
import { EVENT_DATA, type EventType } from '../../../ledger/event-schema.ts';
import type { UpkeepEvent } from '../../../ledger/event.ts';

const card: AgentCard = {
  id: 'agent-1',
  repository: { id: 'r', name: 'acme/app' },
  name: 'backend',
  branch: 'main',
  isEnabled: true,
  state: 'ACTIVE',
  run: null,
  unstarted: 0,
  nextRunAt: null,
  cron: null,
  cronWords: null,
  timeZone: null,
  priority: 'HIGH',
  lastOutcome: null,
  lastReason: null,
  lastSettledAt: null,
  lastRunId: null,
  streak: 1,
  nextTryAt: null,
  pause: null,
  inError: null,
  escalations: [],
  recent: [],
  driftMs: null,
};

let count = 0;
const live = (type: EventType, data: object = {}): LiveEvent => ({
  cursor: `1.${(count += 1)}`,
  repositoryId: 'r',
  agentId: 'agent-1',
  runId: 'run-1',
  event: { type, time: '2026-11-21T10:00:00.000Z', subject: 'backend', data: { runId: 'run-1', ...data } } as unknown as UpkeepEvent,
});
const settled = { outcome: 'failed', durationMs: 1200, errors: 2, warnings: 1, reason: 'errors-left', counts: true };
const after = (...items: LiveEvent[]): AgentCard => cardsAfterEvents([card], items)[0] as AgentCard;

describe('the cursor', () => {
  it('takes each event once, in order, whatever is sent again', () => {
    const items = ['5.9', '5.10', '6.1'].map((cursor) => ({ cursor }));
    const first = takeNew(items, null);
    expect(first).toEqual({ fresh: items, cursor: '6.1' });
    expect(takeNew([...items, { cursor: '6.2' }], first.cursor)).toEqual({ fresh: [{ cursor: '6.2' }], cursor: '6.2' });
  });

  it('orders by transaction and then by sequence, beyond what a number holds', () => {
    expect(compareCursors('9.1', '10.0')).toBeLessThan(0);
    expect(compareCursors('9007199254740993.1', '9007199254740992.1')).toBeGreaterThan(0);
    expect(compareCursors('-1.-1', '0.0')).toBeLessThan(0);
  });
});

describe('a card', () => {
  it('goes from the queue to its outcome', () => {
    expect(after(live('agent:queued'))).toMatchObject({ state: 'QUEUED', unstarted: 1 });
    expect(after(live('agent:queued'), live('agent:started'))).toMatchObject({
      state: 'RUNNING',
      unstarted: 0,
      run: { id: 'run-1', progress: null },
    });
    expect(after(live('agent:queued'), live('agent:started'), live('agent:failed', settled))).toMatchObject({
      ...{ state: 'TRIPPED', run: null, lastOutcome: 'failed', streak: 2, lastRunId: 'run-1' },
      recent: [{ id: 'run-1', outcome: 'failed', errors: 2 }],
    });
  });

  it('forgets its streak when it succeeds, and counts no run twice', () => {
    const done = live('agent:completed', { ...settled, outcome: 'fixed', errors: 0 });
    expect(after(done, done)).toMatchObject({ streak: 0, state: 'ACTIVE', recent: [{ id: 'run-1' }] });
    expect(after(done, done).recent).toHaveLength(1);
  });

  it('moves with the progress of its own run only', () => {
    const news = { runId: 'run-1', repositoryId: 'r', agentId: 'agent-1', progress: 0.5, check: 'eslint', message: 'm' };
    const moved = (cards: readonly AgentCard[], word: LiveProgress) =>
      cardsAfterProgress(cards, new Map([[word.runId, word]]), new Date(0));
    // Its first word is its start.
    const running = moved([{ ...card, unstarted: 1, state: 'QUEUED' }], news);
    expect(running).toMatchObject([{ state: 'RUNNING', unstarted: 0, run: { id: 'run-1', progress: 0.5, check: 'eslint' } }]);
    expect(moved(running, { ...news, progress: 0.7 })[0]?.run).toMatchObject({ progress: 0.7, startedAt: '1970-01-01T00:00:00.000Z' });
    expect(moved(running, { ...news, agentId: 'agent-2' })).toBe(running);
    // A word that was overtaken by the end of the run brings it back no more.
    const ended = cardsAfterEvents(running, [live('agent:completed', { ...settled, outcome: 'passed' })]);
    expect(moved(ended, news)).toEqual(ended);
  });

  it('keeps the newest word of its run when an older answer comes', () => {
    const run = { id: 'run-1', progress: 0, check: null, message: 'started', startedAt: null };
    const word = { runId: 'run-1', repositoryId: 'r', agentId: 'agent-1', progress: 0.5, check: 'eslint', message: 'm' };
    const words = new Map([[word.runId, word]]);
    expect(cardsWithWords([{ ...card, run }], words)[0]?.run).toMatchObject({ progress: 0.5, check: 'eslint' });
    // An answer that is ahead stays, and a run that has ended does not come back.
    const ahead = [{ ...card, run: { ...run, progress: 0.8, check: 'tsc' } }];
    expect(cardsWithWords(ahead, words)).toBe(ahead);
    expect(cardsWithWords([card], words)).toEqual([card]);
  });

  it('stays the same object when an event is of another agent', () => {
    const cards = [card];
    expect(cardsAfterEvents(cards, [{ ...live('agent:queued'), agentId: 'agent-2' }])).toBe(cards);
  });
});

it('knows of every type of event what it makes old', () => {
  for (const type of Object.keys(EVENT_DATA) as EventType[]) expect(staleAfter(type)).toBeInstanceOf(Array);
  expect(staleAfter('agent:completed')).toContain('commits');
});
