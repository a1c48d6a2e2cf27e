/** Which word, colour and sign each outcome and state has. Pure. */
import type { Tone } from '../theme.ts';

export type Sign = 'check' | 'wrench' | 'cross' | 'alert' | 'skip' | 'ban' | 'play' | 'clock' | 'pause' | 'bolt' | 'dot';

export interface StatusLook {
  readonly word: string;
  readonly tone: Tone;
  readonly sign: Sign;
  /** What it means, for the title. */
  readonly meaning: string;
}

const LOOKS: Readonly<Record<string, StatusLook>> = {
  passed: { word: 'passed', tone: 'good', sign: 'check', meaning: 'No errors are left.' },
  fixed: { word: 'fixed', tone: 'mended', sign: 'wrench', meaning: 'Errors were repaired and none are left.' },
  failed: { word: 'failed', tone: 'bad', sign: 'cross', meaning: 'Errors are left in the code.' },
  errored: { word: 'errored', tone: 'broken', sign: 'alert', meaning: 'The run itself could not be carried out.' },
  skipped: { word: 'skipped', tone: 'quiet', sign: 'skip', meaning: 'There was nothing to do.' },
  cancelled: { word: 'cancelled', tone: 'quiet', sign: 'ban', meaning: 'It was ended before it had a result.' },
  crashed: { word: 'crashed', tone: 'broken', sign: 'alert', meaning: 'Its process ended without a result.' },
  lost: { word: 'lost', tone: 'broken', sign: 'alert', meaning: 'Its service was gone.' },
  returned: { word: 'returned', tone: 'quiet', sign: 'skip', meaning: 'Its service stopped and gave it back to the queue.' },
  RUNNING: { word: 'running', tone: 'moving', sign: 'play', meaning: 'A run is under way.' },
  QUEUED: { word: 'queued', tone: 'waiting', sign: 'clock', meaning: 'A run waits in the queue.' },
  PAUSED: { word: 'paused', tone: 'held', sign: 'pause', meaning: 'A person paused it.' },
  ERROR: { word: 'in error', tone: 'bad', sign: 'alert', meaning: 'Retries are used up; Retry brings it back.' },
  TRIPPED: { word: 'tripped', tone: 'broken', sign: 'bolt', meaning: 'It failed twice in a row: the breaker is open.' },
  ACTIVE: { word: 'active', tone: 'good', sign: 'dot', meaning: 'It runs when it is due.' },
  DISABLED: { word: 'off', tone: 'quiet', sign: 'ban', meaning: 'The configuration turns it off.' },
  waiting: { word: 'waiting', tone: 'waiting', sign: 'clock', meaning: 'Its agent or a label has no room.' },
  queued: { word: 'queued', tone: 'waiting', sign: 'clock', meaning: 'It waits for a service to take it.' },
  running: { word: 'running', tone: 'moving', sign: 'play', meaning: 'It is under way.' },
};

/** The state to show of an agent: one that the configuration turns off is not active, though a person may run it. */
export function stateOf({ state, isEnabled }: { readonly state: string; readonly isEnabled: boolean }): string {
  return state === 'ACTIVE' && !isEnabled ? 'DISABLED' : state;
}

/** The look of an outcome, of a run's state or of an agent's state; what is unknown is shown by its own word. */
export function statusLook(status: string): StatusLook {
  return LOOKS[status] ?? { word: status, tone: 'quiet', sign: 'dot', meaning: '' };
}
