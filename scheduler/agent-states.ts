/** What people may do to an agent in which state, and the words in which they are refused: the one table. Pure. */
import { shellLine } from '../agents/checks/shell-line.ts';
import type { AgentFacts } from './shown-state.ts';

/** What people do to an agent. */
export const STEERINGS = ['pause', 'resume', 'retry', 'run', 'cancel'] as const;
export type Steering = (typeof STEERINGS)[number];

/** Why an agent cannot be steered so. */
export const REFUSALS = ['runs', 'not-paused', 'paused', 'in-error', 'keeps-failing', 'needs-no-retry', 'not-under-way'] as const;
export type Refusal = (typeof REFUSALS)[number];

type Answer = 'allowed' | Refusal;

/** The first fact that holds decides. */
const TABLE: Readonly<Record<Steering, readonly (readonly [keyof AgentFacts | 'otherwise', Answer])[]>> = {
  pause: [
    ['running', 'runs'],
    ['otherwise', 'allowed'],
  ],
  // It ends ERROR as well.
  resume: [
    ['paused', 'allowed'],
    ['inError', 'allowed'],
    ['otherwise', 'not-paused'],
  ],
  // A pause stays, because it is somebody's decision.
  retry: [
    ['paused', 'paused'],
    ['inError', 'allowed'],
    ['tripped', 'keeps-failing'],
    ['otherwise', 'needs-no-retry'],
  ],
  run: [
    ['paused', 'paused'],
    ['inError', 'in-error'],
    ['otherwise', 'allowed'],
  ],
  cancel: [
    ['running', 'allowed'],
    ['queued', 'allowed'],
    ['otherwise', 'not-under-way'],
  ],
};

/** Whether an agent may be steered so, or why not. */
export function mayBeSteered(steering: Steering, facts: AgentFacts): Answer {
  const found = TABLE[steering].find(([fact]) => fact === 'otherwise' || facts[fact]);
  return found?.[1] ?? 'allowed';
}

/** What a refusal speaks of. */
export interface RefusedAgent {
  readonly agent: string;
  /** Its run that is under way, when that is known. */
  readonly runId?: string | null;
  /** Of `paused`: who paused it, and what ends that: `agent resume docs ends`. */
  readonly pausedBy?: string;
  readonly endOfPause?: string;
  readonly inError?: boolean;
}

/** One sentence without a full stop: what is so, and what to do. */
export function refusalWords(refusal: Refusal, about: RefusedAgent): string {
  const { agent } = about;
  switch (refusal) {
    case 'runs': {
      const run = about.runId ? ` (run ${about.runId})` : '';
      return `${agent} runs now${run}, and a running agent cannot be paused: ${shellLine(['agent', 'pause', agent, '--after-run'])} waits for its end, ${shellLine(['agent', 'pause', agent, '--cancel'])} stops it`;
    }
    case 'not-paused':
      return `${agent} is not paused: there is nothing to resume`;
    case 'paused':
      return `${agent} is paused by ${about.pausedBy ?? 'somebody'}: ${about.endOfPause ?? 'agent resume ends'} that${about.inError === true ? ', and ERROR with it' : ''}`;
    case 'in-error':
      return `${agent} could not be carried out and is out of the schedule: agent retry ${agent} tries it again`;
    case 'keeps-failing':
      return `${agent} waits because it keeps failing on the same content: agent run ${agent} --force tries it at once`;
    case 'needs-no-retry':
      return `${agent} needs no retry: it is in the schedule`;
    case 'not-under-way':
      return `${agent} has no run that waits or is under way`;
  }
}
