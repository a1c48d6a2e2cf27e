/** What a resume has led to, in words: a pause of another kind than the one that was ended may still hold. Pure. */
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { pauseOf } from '../../ledger/state.ts';
import { endOfPause } from '../../scheduler/end-of-pause.ts';
import type { SteeredAt } from './plan-steering.ts';

/** How the words are to look. */
export interface WordsOfResume {
  /** Where it holds, with a blank before it. */
  readonly where: string;
  /** Stands around commands. */
  readonly quote: string;
}

/** What follows the name of the agent, or `every agent` (null); no full stop. `at`: after the resume. */
export function resumedWords(agent: AgentId | null, at: SteeredAt, { where, quote }: WordsOfResume): string {
  const stays = (one: AgentId): string | null => {
    const pause = pauseOf(at.state, one, at.branch, at.now);
    return pause === null ? null : `paused by ${pause.by}: ${endOfPause({ ...at, agent: one }, quote)} that`;
  };
  return resumedSentence(agent === null ? AGENT_IDS : [agent], stays, where);
}

/** The same from what still holds each of the agents; null: nothing. */
export function resumedSentence<Name extends string>(asked: readonly Name[], stays: (agent: Name) => string | null, where: string): string {
  const still = new Map<string, Name[]>();
  for (const one of asked) {
    const words = stays(one);
    if (words !== null) still.set(words, [...(still.get(words) ?? []), one]);
  }
  const [first] = still;
  if (first === undefined) return `may run again${where}`;
  if (first[1].length === asked.length) return `stays ${first[0]}`;
  const rest = [...still].map(([words, agents]) => `${agents.join(', ')} ${agents.length === 1 ? 'stays' : 'stay'} ${words}`);
  return `may run again${where}, but ${rest.join('; ')}`;
}
