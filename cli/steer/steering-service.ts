/** A service that people steer from the command line: by its database, or by its address. Types only. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { Refusal } from '../../scheduler/agent-states.ts';

/** Whom somebody steers, and why. */
export interface Order {
  /** Null: all agents of the repository, or with `everything` of all repositories. */
  readonly agent: AgentId | null;
  readonly everything: boolean;
  readonly reason: string | null;
}

export interface PauseOrder extends Order {
  /** When it ends by itself; null: when somebody resumes. */
  readonly until: Date | null;
  /** What becomes of runs that are under way. */
  readonly running: 'refuse' | 'let-end' | 'cancel';
}

export interface NamedRun {
  readonly agent: string;
  readonly runId: string;
}

export interface Paused {
  /** Runs that had not started: they are skipped. */
  readonly withdrawn: readonly NamedRun[];
  /** Runs that are under way still. */
  readonly under: readonly NamedRun[];
}

/** An agent, and what still holds it. */
export interface HeldAgent {
  readonly agent: string;
  readonly pause: { readonly kind: 'everything' | 'repository' | 'agent'; readonly by: string } | null;
}

export interface ResumedAgent extends HeldAgent {
  /** Null: it does not come back into the schedule. */
  readonly nextRunAt: Date | null;
}

export interface RetriedAgent {
  readonly agent: string;
  /** Null: it is back, and tried at once. */
  readonly refusal: { readonly code: Refusal; readonly words: string } | null;
  readonly isInError: boolean;
  readonly runId: string | null;
}

export interface EndedRun {
  readonly agent: string;
  readonly outcome: string | null;
}

/** All of these throw SteerError for what the state of an agent does not allow, and change nothing then. */
export interface SteeringService {
  readonly pause: (order: PauseOrder) => Promise<Paused>;
  readonly resume: (order: Order) => Promise<readonly ResumedAgent[]>;
  readonly retry: (order: Order) => Promise<readonly RetriedAgent[]>;
  /** What holds agents now. */
  readonly held: (order: Order) => Promise<readonly HeldAgent[]>;
  /** As runs end each is told once. False when the signal came first: nothing of it is undone. */
  readonly waitFor: (
    runIds: readonly string[],
    waiting: { readonly signal: AbortSignal; readonly onEnd: (run: EndedRun) => void },
  ) => Promise<boolean>;
}
