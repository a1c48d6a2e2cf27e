/** Which commands end the pause of an agent: a pause may be of all agents, of one or of one on a branch, of this clone or of everyone. Pure. */
import { shellLine } from '../agents/checks/shell-line.ts';
import type { AgentId } from '../ledger/outcome.ts';
import { agentStateOf, type LedgerState, type Pause } from '../ledger/state.ts';

export interface PauseQuestion {
  readonly agent: AgentId;
  readonly branch: string;
  /** The shared history with this clone's own laid over it. */
  readonly state: LedgerState;
  /** The shared history alone, of the same reading; absent: nothing is shared. */
  readonly shared?: LedgerState | undefined;
  readonly now: Date;
}

/** One for each history that holds a pause of the agent, this clone's first; none when it is not paused. */
export function resumeCommands(question: PauseQuestion): string[] {
  const seen = pausesIn(question.state, question);
  const shared = question.shared === undefined ? null : pausesIn(question.shared, question);
  // What is not laid over stands in both as the same object.
  const own = seen.map((pause, slot) => (pause === shared?.[slot] ? null : pause));
  return [commandFor(own, question, []), shared === null ? null : commandFor(shared, question, ['--shared'])].filter(
    (command) => command !== null,
  );
}

/** `agent resume docs ends`, `agent resume --shared and agent resume docs end`; the caller says what. */
export function endOfPause(question: PauseQuestion, quote = ''): string {
  const commands = resumeCommands(question).map((command) => `${quote}${command}${quote}`);
  return `${commands.join(' and ')} ${commands.length === 1 ? 'ends' : 'end'}`;
}

/** Of all agents, of this one, of this one on the branch; those that have ended count as none. */
function pausesIn(state: LedgerState, { agent, branch, now }: PauseQuestion): (Pause | null)[] {
  const pauses = [state.paused['*'], state.paused[agent], agentStateOf(state, agent, branch).pausedBy];
  return pauses.map((pause) => (pause && (pause.until === null || Date.parse(pause.until) > now.getTime()) ? pause : null));
}

/** The widest ends the others with it. */
function commandFor(
  [all, one, there]: readonly (Pause | null)[],
  { agent, branch }: PauseQuestion,
  flags: readonly string[],
): string | null {
  if (all) return shellLine(['agent', 'resume', ...flags]);
  if (one) return shellLine(['agent', 'resume', agent, ...flags]);
  return there ? shellLine(['agent', 'resume', agent, '--branch', branch, ...flags]) : null;
}
