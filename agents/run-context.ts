import type { Repository } from '../git/repository.ts';
import type { EventOrigin, UpkeepEvent } from '../ledger/event.ts';
import type { AgentId } from '../ledger/outcome.ts';
import type { Journal } from './journal.ts';
import type { RunPolicy } from './run-policy.ts';
import type { RunTool } from './tools/run-tool.ts';

/** What every part of one invocation shares. */
export interface RunContext {
  readonly repository: Repository;
  readonly policy: RunPolicy;
  readonly runTool: RunTool;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly origin: EventOrigin;
  /** Sinks of events: console, CI lines. Never throws. */
  emit(event: UpkeepEvent): void;
  /** Takes secrets out of text that leaves the machine or is shown. */
  redact(text: string): string;
  /** Told what the tools of a check print as they print it, without secrets; none: nobody watches. */
  readonly onOutput?: ((check: string, agents: readonly AgentId[], text: string) => void) | undefined;
}

/** Thrown through the engine when the signal fires; caught once, in runAgents. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Ends the current step when the person or the machine asked to stop. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted();
}
