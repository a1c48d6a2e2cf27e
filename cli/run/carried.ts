/** A run that a service carries out: it has its ids from there, asks there before anything leaves, and leaves the retries to the queue. */
import type { Environment } from '../environment.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { TRANSIENT_REASONS, type AgentId } from '../../ledger/outcome.ts';

export interface Carried {
  /** Source of the events: `service:<host>`. */
  readonly source: string;
  readonly correlationId: string;
  /** The branch that the service looks after, whatever is checked out in its clone. */
  readonly branch: string;
  /** Ids that the runs have in the queue. */
  readonly runIds: Readonly<Partial<Record<AgentId, string>>>;
  /** Agents that are not tried again when they end errored: what they end as is remembered. */
  readonly lastTry: ReadonlySet<AgentId>;
  /** Which attempt this is, from 1, for what is said on GitHub. */
  readonly attempt: number;
  /** Whether the runs are still this service's: asked before anything leaves the machine. */
  mayLeave(): Promise<boolean>;
  /** Told what the tools of a check print as they print it, without secrets. */
  onOutput(check: string, agents: readonly AgentId[], text: string): void;
}

/** Whether an event tells of an end that is none yet, since the queue tries again. */
export function isProvisional(event: UpkeepEvent, { lastTry }: Carried): boolean {
  if (event.type !== 'agent:failed' || event.data.outcome !== 'errored') return false;
  const { agentId, reason } = event.data;
  return agentId !== null && !lastTry.has(agentId) && reason !== null && TRANSIENT_REASONS.has(reason);
}

/** Where events come from. */
export function sourceOf(
  environment: Environment,
  { ci, carried }: { readonly ci: boolean; readonly carried: Carried | undefined },
): string {
  if (carried !== undefined) return carried.source;
  if (environment.github !== null) return `ci:${environment.github.runId ?? 'unknown'}`;
  return ci ? 'ci:local' : `laptop:${environment.person}`;
}
