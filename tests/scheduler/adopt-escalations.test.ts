import { describe, expect, it } from 'vitest';
import { listOpenIssues } from '../../github/issues.ts';
import { emptyState } from '../../ledger/fold.ts';
import { agentStateOf, type LedgerState } from '../../ledger/state.ts';
import { adoptedOnes, isFirstRun } from '../../scheduler/adopt-escalations.ts';
import { carryOutEscalations } from '../../scheduler/carry-out-escalations.ts';
import type { Ran } from '../../scheduler/escalation-facts.ts';
import { policyOf } from '../support/escalation-facts.ts';
import { after, green, plan, red } from '../support/escalation-history.ts';
import { startGitHub, type FakeGitHub } from '../support/github/start-github.ts';
import { at, failed, originAt } from '../support/ledger-events.ts';

/** Says what is to be said at `minutes`; the state with what is remembered of it. */
async function speak(double: FakeGitHub, state: LedgerState, when: number | { minutes: number; off: 'backend' }): Promise<LedgerState> {
  const { minutes, off } = typeof when === 'number' ? { minutes: when, off: null } : when;
  const plans = plan(state, { now: at(minutes), off: { branch: 'main', agents: off === null ? [] : [off] } });
  const policy = policyOf({ now: at(minutes) });
  const told = await carryOutEscalations(plans, { github: double.open(), policy, origin: originAt(minutes), asker: 'one' });
  return after(state, ...told.events);
}

/** An issue of a ledger that had come far and was lost. */
async function orphan(double: FakeGitHub): Promise<void> {
  let before = after(emptyState(), ...red(1));
  for (let minutes = 3; minutes < 20; minutes += 1) before = after(before, failed({ minutes }));
  await speak(double, before, 20);
  expect(double.repository().issue(1).state).toBe('open');
}

async function adopt(double: FakeGitHub, state: LedgerState): Promise<LedgerState> {
  const { issues } = await listOpenIssues(double.open(), 'upkeep');
  return after(state, ...adoptedOnes(issues, { state, branch: 'main', origin: originAt(30) }));
}

describe('a ledger that was begun anew', () => {
  it('closes the issue of the one before it when the agent is green', async () => {
    await using double = await startGitHub();
    await orphan(double);
    const state = await speak(double, await adopt(double, after(emptyState(), green(30))), 30);
    expect(double.repository().issue(1)).toMatchObject({ state: 'closed', stateReason: 'completed' });
    expect([state.outbox, agentStateOf(state, 'backend', 'main').escalations]).toEqual([[], {}]);
  });

  it('goes on in it when the agent is red, and closes it when that is over', async () => {
    await using double = await startGitHub();
    await orphan(double);
    const first = await speak(double, await adopt(double, after(emptyState(), failed({ minutes: 30 }))), 30);
    expect(double.repository().issue(1).comments).toEqual([]);
    const second = await speak(double, after(first, ...red(31).slice(1)), 33);
    expect(double.repository().issue(1)).toMatchObject({ state: 'open', comments: { length: 1 } });
    await speak(double, after(second, green(40)), 40);
    expect(double.repository().issues.map(({ state }) => state)).toEqual(['closed']);
  });

  it('closes the issue of an agent that was turned off before', async () => {
    await using double = await startGitHub();
    await orphan(double);
    await speak(double, await adopt(double, after(emptyState(), green(30, { agentId: 'docs' }))), { minutes: 30, off: 'backend' });
    expect(double.repository().issue(1)).toMatchObject({ state: 'closed', stateReason: 'not_planned' });
  });

  it('takes over nothing of other branches, and nothing that a stranger wrote', async () => {
    await using double = await startGitHub();
    await orphan(double);
    const { issues } = await listOpenIssues(double.open(), 'upkeep');
    const ask = { state: emptyState(), origin: originAt(30) };
    expect(adoptedOnes(issues, { ...ask, branch: 'next' })).toEqual([]);
    expect(
      adoptedOnes(
        issues.map((issue) => ({ ...issue, isTrusted: false })),
        { ...ask, branch: 'main' },
      ),
    ).toEqual([]);
    expect(adoptedOnes(issues, { ...ask, branch: 'main' })).toHaveLength(1);
  });

  it('looks only in the first run of a branch', () => {
    const one = green(30);
    const ran = (branch: string, runId: string): Ran => ({ branch, runs: [{ runId }] as unknown as Ran['runs'] });
    const state = after(emptyState(), one);
    expect(isFirstRun(state, ran('main', one.data.runId))).toBe(true);
    expect(isFirstRun(after(state, green(40)), ran('main', one.data.runId))).toBe(false);
    expect(isFirstRun(state, ran('main', 'another'))).toBe(false);
    expect(isFirstRun(state, ran('next', 'another'))).toBe(true);
    expect(isFirstRun(emptyState(), ran('main', ''))).toBe(false);
  });
});
