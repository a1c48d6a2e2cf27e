/** A tree that was looked at, with the input keys it has. */
import type { EventData } from './event.ts';
import type { AgentId, Trigger } from './outcome.ts';

/** What an agent that is enabled would go by on a tree. */
export interface KeyedAgent {
  readonly agentId: AgentId;
  readonly key: string;
  readonly triggers: readonly Trigger[];
  /** `lastScheduledAt` when this was noted. */
  readonly lastRunAt: string | null;
  /** The first slot of its schedule after `lastRunAt`; null when there is none, or when it has not run. */
  readonly dueAt: string | null;
  /** When its checks of the night are due; absent where it has none. */
  readonly nightlyDueAt?: string | undefined;
  /** Programs of the machine that its key was made of: name → hash of the build, '' where there was none. It is the key of machines with the same. */
  readonly machineTools?: Readonly<Record<string, string>> | undefined;
}

/** The tree of a branch that CI looked at last, with the input keys it has: the same tree has the same keys. */
export interface KnownTree {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
  /** Version of Upkeep that made the keys. */
  readonly version: string;
  /** Of everything else that the keys were made of (`contextKey`): where it is the same, they are. */
  readonly context?: string | undefined;
  readonly agents: readonly KeyedAgent[];
  /** When people are told by an issue. */
  readonly speak: EventData<'scheduler:keyed'>['speak'];
}
