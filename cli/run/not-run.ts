/** What is said of agents that do not run now. Pure. */
import type { AgentRunReport } from '../../agents/run-report.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { agentStateOf, pauseOf } from '../../ledger/state.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import { skippedReport } from './skipped-report.ts';

/** When time alone changes what is decided about the agent: its pause ends, or its breaker lets it try again. */
export function changesAt(decision: Decision, state: LedgerState, branch: string | null): string | null {
  const { agent } = decision;
  const pause = pauseOf(state, agent.id, branch ?? 'HEAD', new Date());
  return earliest([pause?.until ?? null, agentStateOf(state, agent.id, branch ?? 'HEAD').breaker?.nextTryAt ?? null]);
}

/** The first of the times that are known. */
export function earliest(times: readonly (string | null)[]): string | null {
  return times.reduce((first, time) => (time !== null && (first === null || time < first) ? time : first), null);
}

/** The report of an agent that was to be skipped. */
export function skipped(decision: Decision, state: LedgerState, branch: string | null): AgentRunReport {
  if (decision.kind === 'run') throw new TypeError(`${decision.agent.id} was to run and has no report`);
  return skippedReport(decision, failingSince(decision, state, branch));
}

/** The commit at which the agent failed before, or null when its last word was good. */
export function failingSince(decision: Decision, state: LedgerState, branch: string | null): string | null {
  const { decided } = agentStateOf(state, decision.agent.id, branch ?? 'HEAD');
  return decided?.outcome === 'failed' ? decided.base : null;
}
