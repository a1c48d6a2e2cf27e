/** What follows from settled runs: the breaker opens, an agent goes to ERROR, an agent recovers. Pure. */
import type { EventOf, EventOrigin, UpkeepEvent } from '../ledger/event.ts';
import { makeEvent } from '../ledger/event.ts';
import { breakerNextTryAt } from '../ledger/breaker.ts';
import { TRANSIENT_REASONS } from '../ledger/outcome.ts';
import type { LedgerState } from '../ledger/state.ts';
import { agentStateOf } from '../ledger/state.ts';
import { streakAfter } from '../ledger/streak.ts';

type Settled = EventOf<'agent:completed'> | EventOf<'agent:failed'>;

/** The events that follow, each caused by the settled one; `state` is the ledger before them. */
export function consequencesOf(
  settled: readonly Settled[],
  ask: { state: LedgerState; threshold: number; origin: EventOrigin },
): UpkeepEvent[] {
  return settled.flatMap((event): UpkeepEvent[] => {
    const { agentId, jobId, runId, branch, outcome, reason, counts, commit } = event.data;
    if (agentId === null || !counts || event.data.outdated === true) return [];
    const memory = agentStateOf(ask.state, agentId, branch);
    const origin = { ...ask.origin, causationId: event.id };
    const common = { agentId, jobId, runId, branch };
    if (outcome === 'passed' || outcome === 'fixed') {
      if (memory.breaker === null && memory.inError === null) return [];
      return [
        makeEvent(
          'agent:recovered',
          { ...common, status: 'ACTIVE', by: 'upkeep', reason: null, nextRunAt: null, commit: commit ?? event.data.base },
          origin,
        ),
      ];
    }
    const streak = streakAfter(memory.streak, event.data);
    if (outcome === 'failed' && streak >= ask.threshold && memory.breaker === null) {
      const nextRunAt = breakerNextTryAt(0, event.time);
      return [
        makeEvent(
          'agent:tripped',
          { ...common, status: 'TRIPPED', by: 'upkeep', reason: 'errors-left', nextRunAt, streak, kind: 'code' },
          origin,
        ),
      ];
    }
    if (outcome === 'errored' && reason !== null && TRANSIENT_REASONS.has(reason) && memory.inError === null) {
      return [
        makeEvent(
          'agent:tripped',
          { ...common, status: 'ERROR', by: 'upkeep', reason, nextRunAt: null, streak, kind: 'operation' },
          origin,
        ),
      ];
    }
    return [];
  });
}
