/** What a person's words mean for agents; wherever they are said, on the command line or in a comment. Pure. */
import type { AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, pauseOf, type LedgerState, type Pause } from '../../ledger/state.ts';
import { resumeCommands } from '../../scheduler/end-of-pause.ts';
import { UsageError } from '../usage-error.ts';

/**
 * What a retry means for an agent. `back`: it is in ERROR, and `resumeEvent` ends that. `paused`: a pause stays, because it is
 * somebody's decision. `waits`: its breaker is open, only a forced run tries at once. `none`: it is in the schedule.
 */
export interface Retry {
  readonly agent: AgentId;
  readonly kind: 'back' | 'paused' | 'waits' | 'none';
  readonly inError: boolean;
  /** Of `paused`. */
  readonly pause: Pause | null;
  /** Commands that together end the pause. */
  readonly resume: readonly string[];
}

/** What is remembered, and about which branch is asked. */
export interface SteeredAt {
  readonly state: LedgerState;
  /** The shared part of `state`. */
  readonly shared?: LedgerState;
  readonly branch: string;
  readonly now: Date;
}

/** One for each agent. */
export function planRetries(agents: readonly AgentId[], at: SteeredAt): Retry[] {
  return agents.map((agent) => {
    const { inError, breaker } = agentStateOf(at.state, agent, at.branch);
    const pause = pauseOf(at.state, agent, at.branch, at.now);
    const kind = pause !== null ? 'paused' : inError !== null ? 'back' : breaker !== null ? 'waits' : 'none';
    return { agent, kind, inError: inError !== null, pause, resume: resumeCommands({ ...at, agent }) };
  });
}

/** The moment at which a pause of `45m`, `2h`, `3d` or `1w` that begins now ends, ISO 8601. Throws UsageError. */
export function endOf(length: string, now: Date): string {
  const [, amount, unit] = /^(\d{1,4})\s*(m|min|h|d|w)$/.exec(length.trim()) ?? [];
  const minutes = { m: 1, min: 1, h: 60, d: 1440, w: 10_080 }[unit as 'm'] as number | undefined;
  if (amount === undefined || minutes === undefined || Number(amount) === 0) {
    throw new UsageError(`--for ${JSON.stringify(length)}: expected a length such as 45m, 2h, 3d or 1w`);
  }
  return new Date(now.getTime() + Number(amount) * minutes * 60_000).toISOString();
}
