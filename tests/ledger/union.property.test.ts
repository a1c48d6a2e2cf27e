import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append } from '../../ledger/append.ts';
import { compactLedger, refold } from '../../ledger/compact.ts';
import { readEvents, readState } from '../../ledger/read.ts';
import { encodeState } from '../../ledger/state-file.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { fetchShared, pushShared } from '../../ledger/sync.ts';
import { createRepository } from '../support/git-repository.ts';
import { at, completed, failed } from '../support/ledger-events.ts';

const CLONES = 3;
const DAY = 24 * 60;

async function clonesOf(count: number) {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await createRepository('--bare'));
  const ledgers: Ledger[] = [];
  for (let index = 0; index < count; index += 1) ledgers.push(openLedger(`${stack.use(await createRepository()).path}/.git`));
  return { remote: remote.path, ledgers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Brings every clone up to date and checks that all remember the same, and all of it. */
async function expectAgreement(ledgers: readonly Ledger[], remote: string, written: readonly string[]): Promise<void> {
  for (const ledger of ledgers) expect(await pushShared(ledger, { remote })).toMatchObject({ ok: true });
  for (const ledger of ledgers) expect(await fetchShared(ledger, { remote })).toMatchObject({ ok: true, added: 0 });
  const states = await Promise.all(ledgers.map(async (ledger) => encodeState((await readState(ledger)).shared)));
  expect(new Set(states).size).toBe(1);
  for (const ledger of ledgers) {
    const ids = (await readEvents(ledger, { limit: 1_000 })).map(({ event }) => event.id);
    expect(ids.sort()).toEqual([...written].sort());
  }
  expect(encodeState(await refold(ledgers[0] as Ledger))).toBe(states[0]);
}

const step = fc.record({
  clone: fc.nat({ max: CLONES - 1 }),
  act: fc.constantFrom('append', 'append', 'append', 'push', 'push', 'fetch', 'compact'),
  day: fc.nat({ max: 30 }),
});

describe('writers of one ledger', () => {
  it('end in one state with every event, whatever they do in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        await using site = await clonesOf(CLONES);
        const written: string[] = [];
        for (const [index, { clone, act, day }] of steps.entries()) {
          const ledger = site.ledgers[clone] as Ledger;
          if (act === 'append') {
            const event = index % 3 === 0 ? completed({ minutes: day * DAY + index }) : failed({ minutes: day * DAY + index });
            await append(ledger, [event], { scope: 'shared' });
            written.push(event.id);
          } else if (act === 'push') expect(await pushShared(ledger, { remote: site.remote })).toMatchObject({ ok: true });
          else if (act === 'fetch') expect(await fetchShared(ledger, { remote: site.remote })).toMatchObject({ ok: true });
          else await compactLedger(ledger, { scope: 'shared', now: at(day * DAY) });
        }
        await expectAgreement(site.ledgers, site.remote, written);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  }, 60_000);

  it('that push at the same moment all arrive', async () => {
    await using site = await clonesOf(5);
    const events = site.ledgers.map((_, index) => failed({ minutes: index }));
    for (const [index, ledger] of site.ledgers.entries()) await append(ledger, [events[index] ?? failed()], { scope: 'shared' });
    const pushed = await Promise.all(site.ledgers.map((ledger) => pushShared(ledger, { remote: site.remote })));
    expect(pushed.map(({ ok }) => ok)).toEqual(site.ledgers.map(() => true));
    await expectAgreement(
      site.ledgers,
      site.remote,
      events.map((event) => event.id),
    );
  }, 60_000);
});
