import { describe, expect, it } from 'vitest';
import { nightsOf, type NightsRequest } from '../../scheduler/nights.ts';
import { agentKey, emptyAgentState, emptyState, type LedgerState, type Nightly } from '../../ledger/state.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const SCHEDULE = '0 2 * * * UTC';
const TOMORROW: Nightly = { schedule: SCHEDULE, dueAt: '2026-11-23T02:00:00.000Z' };

const knowing = (nightly: Nightly | undefined): LedgerState => ({
  ...emptyState(),
  agents: { [agentKey('qa', 'main')]: { ...emptyAgentState(), ...(nightly === undefined ? {} : { nightly }) } },
});

const nights = async (change: Partial<NightsRequest> & { readonly known?: Nightly }): Promise<{ due: string[]; next: object }> => {
  const { known, ...rest } = change;
  const { due, next } = await nightsOf({
    agents: ['qa'],
    branch: 'main',
    state: knowing(known),
    trigger: 'schedule',
    isAsked: false,
    runsByItself: true,
    now: NOW,
    scheduleOf: () => ({ cron: '0 2 * * *', zone: 'UTC' }),
    hasNothingElse: () => false,
    ...rest,
  });
  return { due: [...due], next };
};

describe('the checks of the night', () => {
  it('wait for the first night where an agent is new, and note when that is', async () => {
    expect(await nights({})).toEqual({ due: [], next: { qa: TOMORROW } });
  });

  it('do not wait where nothing else of the agent would ever run', async () => {
    expect(await nights({ hasNothingElse: () => true })).toEqual({ due: ['qa'], next: { qa: TOMORROW } });
  });

  it('have their turn as soon as the night that was noted has come, however late', async () => {
    expect(await nights({ known: { schedule: SCHEDULE, dueAt: '2026-11-22T02:00:00.000Z' } })).toEqual({
      due: ['qa'],
      next: { qa: TOMORROW },
    });
    expect(await nights({ known: { schedule: SCHEDULE, dueAt: '2026-11-12T02:00:00.000Z' } })).toMatchObject({ due: ['qa'] });
  });

  it('do not run before it, and note nothing then', async () => {
    expect(await nights({ known: TOMORROW })).toEqual({ due: [], next: {} });
  });

  it('wait for the next night of another schedule', async () => {
    const known = { schedule: '0 3 * * 1 UTC', dueAt: '2026-11-16T03:00:00.000Z' };
    expect(await nights({ known })).toEqual({ due: [], next: { qa: TOMORROW } });
  });

  it('never run by themselves on a laptop, for a pull request or a comment', async () => {
    const known = { schedule: SCHEDULE, dueAt: '2026-11-22T02:00:00.000Z' };
    for (const change of [{ runsByItself: false }, { trigger: 'pull-request' as const }, { trigger: 'comment' as const }])
      expect(await nights({ known, ...change })).toEqual({ due: [], next: {} });
  });

  it('run when a person asks for them; a laptop takes nobody’s turn with that', async () => {
    expect(await nights({ known: TOMORROW, isAsked: true, runsByItself: false })).toEqual({ due: ['qa'], next: {} });
    expect(await nights({ known: TOMORROW, isAsked: true })).toEqual({ due: ['qa'], next: { qa: TOMORROW } });
  });
});
