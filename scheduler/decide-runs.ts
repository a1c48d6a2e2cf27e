/** Which of the asked agents run, and why the others do not. Pure: state and time come in, decisions go out. */
import type { Agent } from '../agents/agent.ts';
import { NOTHING_APPLIES } from '../agents/input-key.ts';
import type { AgentId, Reason, Trigger } from '../ledger/outcome.ts';
import type { AgentState, FindingSummary, KeyRecord, LedgerState } from '../ledger/state.ts';
import { agentStateOf, pauseOf } from '../ledger/state.ts';
import { endOfPause } from './end-of-pause.ts';

export type Decision =
  | { readonly agent: Agent; readonly kind: 'run'; readonly pending: string | null }
  | {
      readonly agent: Agent;
      readonly kind: 'skip';
      readonly reason: Reason;
      readonly hint: string | null;
      /** Errors of the last answer to the same key: repeated, so that a skip over them is never green. */
      readonly repeated: readonly FindingSummary[];
      readonly unresolvedErrors: number;
    };

export interface DecideRequest {
  readonly agents: readonly Agent[];
  readonly branch: string;
  readonly state: LedgerState;
  /** What everyone remembers of it, to tell whose pause it is. */
  readonly shared?: LedgerState | undefined;
  /** Input keys by agent; an agent without one runs. */
  readonly keys: Readonly<Record<string, string>>;
  readonly trigger: Trigger;
  readonly force: boolean;
  readonly now: Date;
  /** The agents that the commits of a push concern: what another one said before still holds. Null when that is not known. */
  readonly touched?: ReadonlySet<AgentId> | null;
  /** Tells whether the schedule asks for the agent; null when `--due` was not given. */
  readonly isDue: ((agent: Agent, lastRunAt: Date | null) => boolean) | null;
  /** Agents with checks that have their turn, at night or for new commits: they run whatever is known of the tree. Default: none. */
  readonly onTurn?: ReadonlySet<AgentId>;
  /** Repairs that the branch has and the checked commit has not got yet: to make them again would be in vain. Default: none. */
  readonly repairedAhead?: ReadonlySet<string>;
  /** Commit that waits under the agent's ref, by agent. */
  readonly waiting: Readonly<Partial<Record<AgentId, string>>>;
}

/** One decision an agent, in the order of `agents`. */
export function decideRuns(request: DecideRequest): Decision[] {
  return request.agents.map((agent) => decide(agent, request));
}

function decide(agent: Agent, request: DecideRequest): Decision {
  const { branch, state, now } = request;
  const memory = agentStateOf(state, agent.id, branch);
  const key = request.keys[agent.id];
  const answer = memory.keys.find((record) => record.key === key);
  const isOnTurn = request.onTurn?.has(agent.id) === true;
  if (key === NOTHING_APPLIES && !isOnTurn) return skip(agent, 'not-applicable', { answer: undefined, hint: null });
  const run: Decision = { agent, kind: 'run', pending: request.waiting[agent.id] ?? null };
  if (request.force) return { ...run, pending: null };
  const pause = pauseOf(state, agent.id, branch, now);
  if (pause !== null) {
    const why = pause.reason === null ? '' : `: ${pause.reason}`;
    return skip(agent, 'paused', {
      answer,
      hint: `paused by ${pause.by} since ${pause.since}${why}; ${endOfPause({ agent: agent.id, branch, state, shared: request.shared, now }, '`')} it`,
    });
  }
  if (memory.inError !== null && request.trigger !== 'retry') {
    return skip(agent, 'in-error', {
      answer,
      hint: `could not be carried out since ${memory.inError.since} (${memory.inError.reason}); \`agent retry ${agent.id}\` tries again`,
    });
  }
  if (
    request.trigger !== 'manual' &&
    request.trigger !== 'schedule' &&
    request.trigger !== 'retry' &&
    !agent.triggers.includes(request.trigger)
  ) {
    return skip(agent, 'not-triggered', { answer, hint: null });
  }
  if (isHeldByBreaker(memory, key, now)) {
    return skip(agent, 'tripped', {
      answer,
      hint: `failed ${memory.streak} times on the same content; next try ${memory.breaker?.nextTryAt ?? ''}, or at once when something changes`,
    });
  }
  if (isOnTurn) return run;
  if (answer !== undefined && isAnsweredWell(answer, memory, request.repairedAhead)) {
    const isAhead = answer.commit !== null && answer.outcome === 'fixed' && request.repairedAhead?.has(answer.commit) === true;
    return skip(agent, 'unchanged', { answer, hint: isAhead ? `${branch} has the repair already, in ${answer.commit.slice(0, 9)}` : null });
  }
  if (answer !== undefined && request.touched?.has(agent.id) === false) {
    return skip(agent, 'not-triggered', { answer, hint: 'the commits that started this run touch nothing that it reads' });
  }
  // Last, because only what would run otherwise needs the calculator of schedules.
  if (request.isDue !== null && !request.isDue(agent, lastRunAt(memory))) return skip(agent, 'not-due', { answer, hint: null });
  return run;
}

function lastRunAt(memory: AgentState): Date | null {
  return memory.lastScheduledAt === null ? null : new Date(memory.lastScheduledAt);
}

function isHeldByBreaker(memory: AgentState, key: string | undefined, now: Date): boolean {
  return memory.breaker !== null && memory.breaker.key === key && Date.parse(memory.breaker.nextTryAt) > now.getTime();
}

/**
 * A key that ended without errors. What was repaired has its faults again wherever the same content is met again, unless the repair is still
 * to come: proposed, or on the branch ahead of what is checked.
 */
function isAnsweredWell(answer: KeyRecord, { proposal }: AgentState, repairedAhead: ReadonlySet<string> = new Set()): boolean {
  if (answer.errors > 0) return false;
  if (answer.outcome === 'passed') return true;
  if (answer.outcome !== 'fixed' || !answer.delivered || answer.commit === null) return false;
  return proposal?.commit === answer.commit || repairedAhead.has(answer.commit);
}

function skip(agent: Agent, reason: Reason, ask: { answer: KeyRecord | undefined; hint: string | null }): Decision {
  const unresolvedErrors = ask.answer?.errors ?? 0;
  return { agent, kind: 'skip', reason, hint: ask.hint, unresolvedErrors, repeated: ask.answer?.findings ?? [] };
}
