/** The states of a run in the queue, and what may happen in which: the one table. Pure. */

/**
 * `waiting`: its agent, or a label of it, has no room. `queued`: a job of the queue carries it, perhaps for later.
 * `running`: a service has claimed it. `settled`: it has its outcome.
 */
export const RUN_STATES = ['waiting', 'queued', 'running', 'settled'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What can happen to a run. */
export const RUN_CHANGES = ['admit', 'claim', 'settle', 'retry', 'crash', 'return', 'cancel', 'withdraw'] as const;
export type RunChange = (typeof RUN_CHANGES)[number];

const TABLE: Readonly<Record<RunState, Readonly<Partial<Record<RunChange, RunState>>>>> = {
  // A pause, or a repository that is no more, withdraws what has not started.
  waiting: { admit: 'queued', cancel: 'settled', withdraw: 'settled' },
  queued: { claim: 'running', cancel: 'settled', withdraw: 'settled' },
  // `retry`: after a passing error; `crash`: its process or service ended; `return`: its service stops and gives it back.
  // A run that is cancelled stays `running` until its process is gone: `settle` ends it.
  running: { settle: 'settled', retry: 'queued', crash: 'queued', return: 'queued', cancel: 'running' },
  settled: {},
};

/** The state after a change, or null when the change cannot happen in that state. */
export function runStateAfter(state: RunState, change: RunChange): RunState | null {
  return TABLE[state][change] ?? null;
}
