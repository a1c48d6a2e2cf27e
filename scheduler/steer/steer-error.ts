/** Something that people asked for and that the state of an agent or run does not allow. */
import type { Refusal } from '../agent-states.ts';

export type SteerErrorCode =
  | Refusal
  /** The configuration turns the agent off. */
  | 'disabled'
  /** The service does not know the agent, or the run. */
  | 'unknown-agent'
  | 'unknown-run'
  /** The run has its outcome. */
  | 'settled'
  /** There is no service, and only one could do it. */
  | 'no-service';

/** Its message says what is so and what to do; nothing was changed. */
export class SteerError extends Error {
  override readonly name = 'SteerError';
  readonly code: SteerErrorCode;

  constructor(code: SteerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
