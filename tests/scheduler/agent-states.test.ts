import { describe, expect, it } from 'vitest';
import { mayBeSteered, REFUSALS, refusalWords, STEERINGS, type Steering } from '../../scheduler/agent-states.ts';
import type { AgentFacts } from '../../scheduler/shown-state.ts';

const FACTS = ['running', 'queued', 'paused', 'inError', 'tripped'] as const;
const ALL: readonly AgentFacts[] = Array.from(
  { length: 2 ** FACTS.length },
  (_, bits) => Object.fromEntries(FACTS.map((fact, index) => [fact, (bits & (1 << index)) !== 0])) as unknown as AgentFacts,
);

/** The rules once more, each as one expression. */
const EXPECTED: Readonly<Record<Steering, (facts: AgentFacts) => string>> = {
  pause: ({ running }) => (running ? 'runs' : 'allowed'),
  resume: ({ paused, inError }) => (paused || inError ? 'allowed' : 'not-paused'),
  retry: ({ paused, inError, tripped }) => (paused ? 'paused' : inError ? 'allowed' : tripped ? 'keeps-failing' : 'needs-no-retry'),
  run: ({ paused, inError }) => (paused ? 'paused' : inError ? 'in-error' : 'allowed'),
  cancel: ({ running, queued }) => (running || queued ? 'allowed' : 'not-under-way'),
};

describe('steering an agent', () => {
  it.each(STEERINGS)('has one answer to %s in each of the 32 states', (steering) => {
    expect(ALL.map((facts) => mayBeSteered(steering, facts))).toEqual(ALL.map((facts) => EXPECTED[steering](facts)));
  });

  it('is refused in words that name the agent and, where something can be done, a command', () => {
    const about = { agent: 'qa', runId: '0190', pausedBy: 'ann', endOfPause: 'agent resume qa ends', inError: true };
    const words = Object.fromEntries(REFUSALS.map((refusal) => [refusal, refusalWords(refusal, about)]));
    expect(words).toEqual({
      runs: 'qa runs now (run 0190), and a running agent cannot be paused: agent pause qa --after-run waits for its end, agent pause qa --cancel stops it',
      'not-paused': 'qa is not paused: there is nothing to resume',
      paused: 'qa is paused by ann: agent resume qa ends that, and ERROR with it',
      'in-error': 'qa could not be carried out and is out of the schedule: agent retry qa tries it again',
      'keeps-failing': 'qa waits because it keeps failing on the same content: agent run qa --force tries it at once',
      'needs-no-retry': 'qa needs no retry: it is in the schedule',
      'not-under-way': 'qa has no run that waits or is under way',
    });
  });
});
