/** Lays what only this clone did over what every clone shares. */
import { uuidTime } from './run-order.ts';
import { emptyAgentState, LIMITS, type AgentState, type LastRun, type LedgerState } from './state.ts';

/**
 * The state as this clone sees it. Sequences of two refs cannot be compared, so nothing is ordered by them here:
 * - streak, breaker, escalations, outbox and dead letters come from the shared one (a clone's own breaker only where the shared has none);
 * - keys and runs of the clone are added; for the same key the clone's answer is taken;
 * - pauses, ERROR and schedules of the clone come first but do not reach beyond it; resuming in a clone does not end a shared pause;
 * - the last run is the one that started last by its id.
 */
export function layer(shared: LedgerState, local: LedgerState): LedgerState {
  const names = [...new Set([...Object.keys(shared.agents), ...Object.keys(local.agents)])];
  return {
    ...shared,
    agents: Object.fromEntries(names.map((name) => [name, layerAgent(shared.agents[name], local.agents[name])])),
    paused: { ...shared.paused, ...local.paused },
    schedules: { ...shared.schedules, ...local.schedules },
    frozen: layerFrozen(shared.frozen, local.frozen),
    written: [...local.written, ...shared.written.filter((entry) => !local.written.some((own) => own.branch === entry.branch))],
    deadLetters: shared.deadLetters + local.deadLetters,
  };
}

function layerAgent(shared: AgentState = emptyAgentState(), local: AgentState | undefined): AgentState {
  if (local === undefined) return shared;
  const runs = [...local.runs, ...shared.runs.filter((run) => !local.runs.some((own) => own.runId === run.runId))];
  const keys = [...local.keys, ...shared.keys.filter((record) => !local.keys.some((own) => own.key === record.key))];
  return {
    ...shared,
    decided: newer(shared.decided, local.decided),
    last: newer(shared.last, local.last),
    lastScheduledAt: [shared.lastScheduledAt, local.lastScheduledAt].reduce((a, b) => (b !== null && (a === null || b > a) ? b : a), null),
    keys,
    runs: runs.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, LIMITS.runs),
    breaker: shared.breaker ?? local.breaker,
    inError: local.inError ?? shared.inError,
    crashes: Math.max(shared.crashes, local.crashes),
    pausedBy: local.pausedBy ?? shared.pausedBy,
    // Another machine measures other times: those of this clone come first.
    ...(local.measures === undefined ? {} : { measures: { ...shared.measures, ...local.measures } }),
  };
}

function newer(shared: LastRun | null, local: LastRun | null): LastRun | null {
  if (shared === null || local === null) return shared ?? local;
  return (uuidTime(shared.runId) ?? 0) > (uuidTime(local.runId) ?? 0) ? shared : local;
}

function layerFrozen(shared: LedgerState['frozen'], local: LedgerState['frozen']): LedgerState['frozen'] {
  const agents = [...new Set([...Object.keys(shared), ...Object.keys(local)])];
  const both = (agent: string) => [local[agent], shared[agent]].filter((frozen) => frozen !== undefined);
  return Object.fromEntries(
    agents.map((agent) => [
      agent,
      { keys: [...new Set(both(agent).flatMap((frozen) => frozen.keys))], blobs: both(agent).flatMap((frozen) => frozen.blobs) },
    ]),
  );
}
