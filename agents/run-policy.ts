import type { AgentId } from '../ledger/outcome.ts';
import type { DependencyPolicy } from './dependencies/prepare-dependencies.ts';
import type { Agent } from './agent.ts';

/** What the configuration and the flags say about a run, validated and complete; the engine trusts it. */
export interface RunPolicy {
  /** The six agents with the repository's settings and custom checks applied; disabled ones left out. */
  readonly agents: readonly Agent[];
  /** Those whose checks of the night run this time. */
  readonly nightly: ReadonlySet<AgentId>;
  /** The commit of the branch after which commits are new; null: not known. */
  readonly commitsSince: string | null;
  /** Findings of bundled tools are errors. */
  readonly strict: boolean;
  /** Whether fixers run. */
  readonly fix: boolean;
  /** Tool processes at the same time. */
  readonly concurrency: number;
  readonly toolTimeoutMs: number;
  readonly maxOutputBytes: number;
  readonly dependencies: DependencyPolicy;
  /** Settings of one check; absent: the defaults. */
  readonly checks: Readonly<Record<string, CheckPolicy>>;
  /** Whether the repository wants this path left out of everything. */
  isExcluded(path: string): boolean;
  /** The owning agent, with the repository's own rules laid over ours. */
  ownerOf(path: string): AgentId;
  /** Whether the agent's own include and exclude rules let it look after the path. */
  looksAfter(agent: AgentId, path: string): boolean;
  /** Whether agents may change it at all: not `.github/**`, hooks or the agents' configuration unless allowed. */
  mayChange(path: string): boolean;
  /** Delay before attempt `attempt` + 1 of a check that met a transient fault, or null when it is not tried again. */
  retryDelayMs(attempt: number): number | null;
}

/** The severity that the repository wants findings of this rule to have; undefined: as found. */
export function wantedSeverity(rule: string, settings: CheckPolicy | undefined): CheckPolicy['severity'] {
  const { severity, rules = {} } = settings ?? {};
  return Object.hasOwn(rules, rule) ? rules[rule] : severity;
}

export interface CheckPolicy {
  readonly enabled?: boolean;
  /** Overrides the severity of every finding; `off` drops them. */
  readonly severity?: 'error' | 'warning' | 'off';
  /** The same for single rules, by their names; it goes before `severity`. */
  readonly rules?: Readonly<Record<string, 'error' | 'warning' | 'off'>>;
  readonly timeoutMs?: number;
}
