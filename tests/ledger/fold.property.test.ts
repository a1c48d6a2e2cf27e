import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchEvents, formatBatches, orderBatches, parseBatches } from '../../ledger/batch-file.ts';
import { foldBatches } from '../../ledger/batches.ts';
import { breakerNextTryAt, breakerWaitMs } from '../../ledger/breaker.ts';
import { makeEvent, uuidv7, type UpkeepEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { decodeState, encodeState } from '../../ledger/state-file.ts';
import { mayEscalate, streakAfter } from '../../ledger/streak.ts';
import { AGENT_IDS, OUTCOMES } from '../../ledger/outcome.ts';
import { at, common, completed, failed, finding, keyed, originAt, tripped } from '../support/ledger-events.ts';

const place = fc.record({ agentId: fc.constantFrom(...AGENT_IDS), branch: fc.constantFrom('main', 'next', '__proto__') });
const anyEvent: fc.Arbitrary<UpkeepEvent> = fc
  .record({
    place,
    minutes: fc.integer({ min: 0, max: 500 }),
    key: fc.constantFrom('a', 'b', 'c'),
    kind: fc.integer({ min: 0, max: 9 }),
    late: fc.boolean(),
    many: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ place: { agentId, branch }, minutes, key, kind, late, many }) => {
    const data = { agentId, branch, key, ...(late && { runId: uuidv7(at(minutes - 200)) }) };
    const path = ['x', '__proto__', 'y'][minutes % 3] ?? 'x';
    switch (kind) {
      case 0:
        return completed({ minutes, ...data });
      case 1:
        return completed({
          minutes,
          ...data,
          outcome: 'fixed',
          producedKey: 'p',
          commit: 'c'.repeat(40),
          blobs: [{ path, from: null, to: 'd'.repeat(40) }],
        });
      case 2:
        return tripped({ minutes, agentId, branch, kind: late ? 'code' : 'operation' });
      case 3:
        return makeEvent(
          'agent:paused',
          { ...common(agentId, '', late ? '' : branch), by: 'p', reason: null, nextRunAt: null },
          originAt(minutes),
        );
      case 4:
        return makeEvent(
          'agent:resumed',
          { ...common(agentId, '', late ? '' : branch), by: 'p', reason: null, nextRunAt: null },
          originAt(minutes),
        );
      case 5:
        return makeEvent(
          'delivery:undone',
          {
            ...common(agentId, '', branch),
            mode: 'push',
            commits: [],
            ref: 'r',
            reason: null,
            frozenKeys: [key],
            frozenBlobs: { [path]: key },
          },
          originAt(minutes),
        );
      case 6:
        return makeEvent(
          'agent:escalated',
          { ...common(agentId, '', branch), number: minutes, url: null, kind: 'code', streak: 2 },
          originAt(minutes),
        );
      case 7:
        return keyed({ minutes, branch, tree: key.repeat(40) });
      default:
        return failed({ minutes, ...data, findings: Array.from({ length: many }, (_, index) => finding(`${index}`)) });
    }
  });
const batches = fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 4 }), { maxLength: 25 });

describe('the fold', () => {
  it('is the same at once and step by step through state.json', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const stored = all.map((events, index) => ({
          id: events[0]?.id ?? '',
          sequence: index + 1,
          lines: events.map((event) => JSON.stringify(event)),
        }));
        const stepwise = stored.reduce((text, batch) => {
          const decoded = decodeState(text);
          if (!decoded.ok) throw new Error(decoded.reason);
          return encodeState(fold(decoded.state, { sequence: batch.sequence, events: batchEvents(batch) }));
        }, encodeState(emptyState()));
        expect(encodeState(foldBatches(stored))).toBe(stepwise);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same from shuffled and doubled batches in one file as from each by itself', () => {
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.nat()), (all, random) => {
        const stored = all.map((events, index) => ({
          id: events[0]?.id ?? '',
          sequence: index + 1,
          lines: events.map((event) => JSON.stringify(event)),
        }));
        const shuffled = [...stored, ...stored.slice(0, 3)]
          .map((batch) => ({ batch, by: random.next().value }))
          .sort((a, b) => a.by - b.by);
        const file = formatBatches(orderBatches(shuffled.map(({ batch }) => batch)));
        expect(formatBatches(stored)).toBe(file);
        expect(foldBatches(orderBatches(parseBatches('events/2026/09.jsonl', file)))).toEqual(foldBatches(stored));
      }),
      { numRuns: 100 },
    );
  });

  it('survives any JSON', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            anyEvent.chain((event) => fc.jsonValue().map((data) => ({ ...event, data }))),
          ),
          { maxLength: 10 },
        ),
        (events) => {
          expect(decodeState(encodeState(fold(emptyState(), { sequence: 1, events })))).toMatchObject({ ok: true });
        },
      ),
    );
  });
});

describe('state.json', () => {
  it('that is anything else is corrupt or of the future, never a throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ schemaVersion: 1, sequence: 1, agents: value, deadLetters: 0 })),
        ),
        (text) => {
          expect(decodeState(text)).toMatchObject({ ok: false });
        },
      ),
    );
    expect(decodeState('{"schemaVersion":2}')).toEqual({ ok: false, reason: 'future-version', version: 2 });
  });
});

describe('the streak', () => {
  it('is the number of failures that count since the last success', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ outcome: fc.constantFrom(...OUTCOMES), counts: fc.boolean() })), (runs) => {
        const since = runs.slice(runs.findLastIndex((run) => run.outcome === 'passed' || run.outcome === 'fixed') + 1);
        const expected = since.filter((run) => run.outcome === 'failed' && run.counts).length;
        const streak = runs.reduce(streakAfter, 0);
        expect(streak).toBe(expected);
        expect(mayEscalate(streak)).toBe(expected >= 2);
      }),
    );
  });
});

describe('the breaker', () => {
  it.each([
    [0, 5],
    [1, 10],
    [2, 20],
    [3, 40],
    [7, 640],
    [8, 1280],
    [9, 1440],
    [50, 1440],
    [2000, 1440],
  ])('after %i failed tries waits %i minutes', (attempts, minutes) => {
    expect(breakerWaitMs(attempts)).toBe(minutes * 60_000);
    expect(breakerNextTryAt(attempts, at(0).toISOString())).toBe(at(minutes).toISOString());
  });
});
