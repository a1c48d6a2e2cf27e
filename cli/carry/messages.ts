/** What a service and the process that carries out a run say to each other: one JSON document a line. Types and the codec. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { AgentId, Trigger } from '../../ledger/outcome.ts';
import type { CheckRow } from '../../prisma/runs/write-checks.ts';
import type { AttemptResult } from '../../scheduler/runs/finish-runs.ts';

/** The first line that the process gets. */
export interface CarryRequest {
  readonly kind: 'run';
  /** Raised when its fields change: a process of another version does not guess. */
  readonly version: typeof CARRY_VERSION;
  readonly runs: readonly { readonly runId: string; readonly agent: AgentId; readonly attempt: number; readonly isLastTry: boolean }[];
  readonly branch: string;
  /** Null: the newest commit of the branch. */
  readonly base: string | null;
  readonly isForced: boolean;
  readonly trigger: Trigger;
  readonly source: string;
  readonly correlationId: string;
}

export const CARRY_VERSION = 1;

/** Answers a question of the process. */
export interface LeaveAnswer {
  readonly kind: 'leave';
  readonly question: number;
  /** Whether all of its runs are still the service's. */
  readonly ok: boolean;
}

export type ToCarrier = CarryRequest | LeaveAnswer;

/** How one run came to its end; its events were told before. */
export interface CarryEnd extends Omit<AttemptResult, 'checks' | 'events'> {
  readonly runId: string;
  readonly checks: readonly Omit<CheckRow, 'runId'>[];
}

export type FromCarrier =
  | { readonly kind: 'event'; readonly event: UpkeepEvent }
  | { readonly kind: 'may-leave'; readonly question: number }
  /** What the tools of a check printed, without secrets. */
  | { readonly kind: 'log'; readonly runIds: readonly string[]; readonly check: string; readonly text: string }
  | { readonly kind: 'ends'; readonly ends: readonly CarryEnd[] }
  /** Nothing was begun, and it is to be asked again in a while, such as when a person's run holds the clone. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly why: string };

/** One message as a line. */
export function lineOf(message: ToCarrier | FromCarrier): string {
  return `${JSON.stringify(message)}\n`;
}

/** The message of a line, or null for what is none. Both ends are this program, so only the kind is looked at. */
export function messageOf<Message extends ToCarrier | FromCarrier>(line: string, kinds: readonly Message['kind'][]): Message | null {
  try {
    const message = JSON.parse(line) as Message;
    return kinds.includes(message.kind) ? message : null;
  } catch {
    return null; // a tool wrote to our stdout, or the line was cut
  }
}
