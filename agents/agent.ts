import type { AgentId, Priority, Trigger } from '../ledger/outcome.ts';
import type { Check } from './checks/check.ts';

/** A named role with checks, a schedule, triggers, a priority. */
export interface Agent {
  readonly id: AgentId;
  /** As written in commit subjects: `auto: Backend – …`. */
  readonly title: string;
  /** One sentence: what it looks after. */
  readonly summary: string;
  readonly priority: Priority;
  /** Cron expression, five fields. */
  readonly schedule: string;
  readonly triggers: readonly Trigger[];
  readonly checks: readonly Check[];
}
