/** How commits reach people: one interface, a file for each way. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { AgentId, DeliveryMode } from '../../ledger/outcome.ts';
import type { Integration, Placed } from '../integrate-runs.ts';
import type { AgentRunReport, DeliveryReport } from '../run-report.ts';

/**
 * One attempt to deliver. `moved`: the branch stands elsewhere now; put the commits on `tip` and try again. `instead`: this
 * way is closed; put the commits on `tip` as the other delivery wants them, and let it try.
 */
export type DeliveryAttempt = { readonly kind: 'moved'; readonly tip: string } | DeliveryInstead | DeliveryEnd;

export interface DeliveryInstead {
  readonly kind: 'instead';
  readonly delivery: Delivery;
  readonly tip: string;
}

export interface DeliveryEnd {
  readonly kind: 'done';
  readonly delivered: boolean;
  /** Agents whose commits did not arrive although those of others did. */
  readonly undelivered?: readonly AgentId[];
  /** The commits as they arrived, where they have other ids than they were placed with: the host made them, or had them. */
  readonly arrived?: readonly Placed[];
  /** Whether the settled events went out together with the commits. */
  readonly recorded: boolean;
  readonly report: DeliveryReport;
}

/** Why commits stay where they are, and the next step for the person. */
export interface Refusal {
  readonly reason: string;
  readonly advice: string;
}

export interface DeliveryStep {
  readonly integration: Integration;
  /** What each agent found and made, as long as nothing is delivered. */
  readonly reports: readonly AgentRunReport[];
  /** The events to remember when all commits arrive as the report says; `arrived` as in DeliveryEnd. */
  events(report: DeliveryReport, arrived?: readonly Placed[]): UpkeepEvent[];
}

export interface Delivery {
  readonly mode: DeliveryMode;
  /** Whether the commits go one on the other, or each by itself. */
  readonly placement: 'together' | 'apart';
  /** Where the commits should be placed first, given the commit that was checked. */
  startingPoint(base: string): Promise<string>;
  attempt(step: DeliveryStep): Promise<DeliveryAttempt>;
  /** After the last attempt still met a moved branch. */
  giveUp(step: DeliveryStep): Promise<DeliveryEnd | DeliveryInstead>;
  /** Instead of an attempt: the repository's own rules keep the commits off the branch. A delivery that moves none only says so. */
  withhold(step: DeliveryStep, refusal: Refusal): Promise<DeliveryEnd>;
}

/** A report with nothing in it, to be spread over. */
export function emptyDelivery(mode: DeliveryMode, branch: string | null): DeliveryReport {
  return {
    mode,
    outcome: mode === 'none' ? 'none' : 'nothing',
    branch,
    reason: null,
    commits: [],
    ref: null,
    patches: [],
    advice: null,
    proposals: [],
    verifications: [],
  };
}
