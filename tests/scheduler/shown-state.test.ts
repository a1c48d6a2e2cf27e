import { describe, expect, it } from 'vitest';
import { shownState, type AgentFacts, type ShownState } from '../../scheduler/shown-state.ts';

const none: AgentFacts = { running: false, queued: false, paused: false, inError: false, tripped: false };

describe('the state that is shown', () => {
  const order: [keyof AgentFacts, ShownState][] = [
    ['running', 'RUNNING'],
    ['queued', 'QUEUED'],
    ['paused', 'PAUSED'],
    ['inError', 'ERROR'],
    ['tripped', 'TRIPPED'],
  ];
  it('is ACTIVE when nothing speaks against it', () => {
    expect(shownState(none)).toBe('ACTIVE');
  });
  it.each(order.map(([fact, state], index) => ({ fact, state, index })))(
    'is $state by the fact "$fact", whatever holds after it',
    ({ state, index }) => {
      const facts = Object.fromEntries(order.map(([name], at) => [name, at >= index])) as unknown as AgentFacts;
      expect(shownState(facts)).toBe(state);
    },
  );
});
