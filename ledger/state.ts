/** What the ledger remembers, as plain data: the fold of all its events. Imports types only. */
import type { KnownTree } from './known-tree.ts';
import type { Measures } from './measures.ts';
import type { EventData } from './event.ts';
import type { AgentId, Outcome, Reason, Trigger } from './outcome.ts';
import type { SetSchedule } from './set-schedule.ts';

export const STATE_SCHEMA_VERSION = 1;

/** How much history is kept; the events themselves are all kept. */
export const LIMITS = {
  /** Newest input keys of an agent on a branch. */
  keys: 20,
  /** Newest runs of an agent on a branch. */
  runs: 50,
  /** Findings that a key's record holds. */
  findings: 50,
  /** Findings in the whole state; each agent may keep `findingsFloor` beyond it. */
  findingsTotal: 200,
  findingsFloor: 3,
  /** Characters of a finding's message. */
  message: 300,
  /** Agents on branches with full history; older ones keep `briefRuns` and `briefKeys`. */
  fullHistory: 18,
  briefRuns: 5,
  briefKeys: 5,
  /** Agents on branches; beyond it those that nothing happened to for longest are forgotten. */
  agents: 60,
  frozenKeys: 50,
  frozenBlobs: 50,
  /** Branches and paths in the history of automatic commits, and states of a path: six commits and what was before them. */
  writtenBranches: 3,
  writtenPaths: 40,
  writtenStates: 7,
  /** Branches whose newest tree is known. */
  trees: 8,
} as const;

export type EscalationKind = 'code' | 'operation';
export type FindingSummary = EventData<'agent:completed'>['findings'][number];

/** One settled run in short. */
export interface RunSummary {
  readonly runId: string;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  readonly commit: string | null;
  readonly errors: number;
  readonly warnings: number;
  readonly fixed: number;
  /** Null for a run that was cancelled. */
  readonly trigger: Trigger | null;
  readonly coverage: number | null;
}

/** How an input key was answered. */
export interface KeyRecord {
  readonly key: string;
  readonly outcome: Outcome;
  /** Whether the run's commit reached people; true where there was none. */
  readonly delivered: boolean;
  readonly runId: string;
  readonly at: string;
  readonly errors: number;
  readonly warnings: number;
  readonly commit: string | null;
  /** Errors first. Only the newest answer of an agent on a branch keeps them. */
  readonly findings: readonly FindingSummary[];
}

/** The settled run that decides whether the agent is red or green: the one that started last, not the one that reported last. */
export interface LastRun {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly at: string;
  readonly runId: string;
  readonly commit: string | null;
  readonly base: string;
  readonly key: string;
  /** Sequence of the batch that reported it. */
  readonly sequence: number;
}

/** Open: the same key is tried again only at `nextTryAt`. */
export interface Breaker {
  readonly open: true;
  readonly kind: EscalationKind;
  readonly since: string;
  /** Failures of `key` since it opened. */
  readonly attempts: number;
  readonly nextTryAt: string;
  /** The input key that keeps failing. */
  readonly key: string | null;
}

/** The failures since an agent was last well: only runs that count. */
export interface Failing {
  /** The commit that the first of them checked. */
  readonly commit: string;
  /** When the first of them ended, ISO 8601. */
  readonly at: string;
  /** What the newest of them found; see failure.ts. */
  readonly digest: string;
}

export interface InError {
  readonly reason: string;
  readonly since: string;
}

export interface Escalation {
  /** Null when GitHub would not take an issue. */
  readonly number: number | null;
  readonly url: string | null;
  readonly kind: EscalationKind;
  /** When people were first told in this issue; without one, when GitHub refused last. */
  readonly since: string;
  /** What they were told: digest and beginning of the failure. Absent where an event did not say. */
  readonly digest?: string;
  readonly failingSince?: string;
  /** When GitHub would not close it. `refusal`: why it would not take or close it, and who asked; absent where an event did not say. */
  readonly refusedAt?: string;
  readonly refusal?: { readonly code: string; readonly asker: string; readonly at: string };
  /** `closed`: a person closed it while it failed; `adopted`: a ledger before this one opened it, and nothing was said in it since. */
  readonly closed?: true;
  readonly adopted?: true;
}

export interface Pause {
  readonly by: string;
  readonly reason: string | null;
  readonly since: string;
  /** When it ends by itself, or null. */
  readonly until: string | null;
}

/** When the checks that run at night are due next. */
export interface Nightly {
  /** The cron expression and its zone by which that was worked out: `0 2 * * * UTC`. */
  readonly schedule: string;
  readonly dueAt: string;
}

/** One agent on one branch. */
export interface AgentState {
  /** Sequence of the newest batch that concerns it. */
  readonly sequence: number;
  /** Consecutive `failed` runs that count. */
  readonly streak: number;
  /** Null when the newest run that decides was well. */
  readonly failing: Failing | null;
  /** The newest run that passed, fixed or failed. */
  readonly decided: LastRun | null;
  /** The newest run, whatever its outcome. */
  readonly last: LastRun | null;
  /** When it last started a run that was settled, for `--due`. */
  readonly lastScheduledAt: string | null;
  /** Newest first. */
  readonly keys: readonly KeyRecord[];
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly breaker: Breaker | null;
  readonly inError: InError | null;
  /** Crashes of our own process since the last run that ended by itself. */
  readonly crashes: number;
  /** A pause of this agent on this branch only; see `pauseOf`. */
  readonly pausedBy: Pause | null;
  readonly escalations: Readonly<Partial<Record<EscalationKind, Escalation>>>;
  /** What the agent proposes for this branch; null when nothing is open. */
  readonly proposal: OpenProposal | null;
  /** Absent until a run met checks that run at night. */
  readonly nightly?: Nightly;
  /** The newest commit of the branch up to which each commit was looked at; absent until a run noted one. */
  readonly commitsRead?: string;
  /** What the last green runs measured, newest first, by name; see measures.ts. */
  readonly measures?: Measures;
}

/** What a person undid, newest first: never done again by the agent. */
export interface Frozen {
  /** Input keys at which it must not make its change. */
  readonly keys: readonly string[];
  /** Contents that it must not write. */
  readonly blobs: readonly { readonly path: string; readonly blob: string }[];
}

/** Something that people outside have not been told yet. */
export interface OutboxEntry {
  /** `update`: what fails is no longer what the issue says. */
  readonly action: 'escalate' | 'update' | 'close';
  readonly agent: AgentId;
  readonly branch: string;
  readonly kind: EscalationKind;
  /** The issue, where its number is known. */
  readonly number: number | null;
  /** Sequence of the batch since which it is wanted. */
  readonly since: number;
}

/** What automatic commits made of one file. */
export interface WrittenPath {
  readonly path: string;
  /** Newest first; the last one, with no agent, is what was there before. A person's change begins a new list. */
  readonly states: readonly { readonly blob: string; readonly agent: AgentId | null }[];
}

/** A pull request that was open when its agent last had to do with it. */
export interface OpenProposal {
  readonly number: number | null;
  readonly url: string | null;
  /** `refs/heads/upkeep/docs`. */
  readonly ref: string;
  readonly commit: string | null;
  readonly since: string;
}

/** `state.json`. */
export interface LedgerState {
  readonly schemaVersion: typeof STATE_SCHEMA_VERSION;
  /** Number of the newest batch in it. */
  readonly sequence: number;
  /** By `<agent>@<branch>`. */
  readonly agents: Readonly<Record<string, AgentState>>;
  /** Pauses on every branch, by agent; `*` is every agent. */
  readonly paused: Readonly<Record<string, Pause>>;
  readonly schedules: Readonly<Record<string, SetSchedule>>;
  readonly outbox: readonly OutboxEntry[];
  /** By agent. */
  readonly frozen: Readonly<Record<string, Frozen>>;
  /** Files that automatic commits changed; branches and paths newest first. */
  readonly written: readonly { readonly branch: string; readonly paths: readonly WrittenPath[] }[];
  /** One a branch, newest first. */
  readonly trees: readonly KnownTree[];
  /** Lines among the events that could not be read. */
  readonly deadLetters: number;
}

/** The name under which `agents` holds an agent on a branch. */
export function agentKey(agent: AgentId, branch: string): string {
  return `${agent}@${branch}`;
}

/** The state of a ledger in which nothing happened. */
export function emptyState(): LedgerState {
  return {
    schemaVersion: STATE_SCHEMA_VERSION,
    sequence: 0,
    agents: {},
    paused: {},
    schedules: {},
    outbox: [],
    frozen: {},
    written: [],
    trees: [],
    deadLetters: 0,
  };
}

/** The state of an agent that has not run on a branch. */
export function emptyAgentState(): AgentState {
  return {
    sequence: 0,
    streak: 0,
    failing: null,
    decided: null,
    last: null,
    lastScheduledAt: null,
    keys: [],
    runs: [],
    breaker: null,
    inError: null,
    crashes: 0,
    pausedBy: null,
    escalations: {},
    proposal: null,
  };
}

/** What is remembered of an agent on a branch, empty when it never ran there. */
export function agentStateOf(state: LedgerState, agent: AgentId, branch: string): AgentState {
  return state.agents[agentKey(agent, branch)] ?? emptyAgentState();
}

/** The pause that holds for an agent on a branch: of everything, of the agent, or of the agent there. */
// eslint-disable-next-line max-params -- it answers for the same four facts as the callers' own questions
export function pauseOf(state: LedgerState, agent: AgentId, branch: string, now: Date): Pause | null {
  const holds = (pause: Pause | null) => pause !== null && (pause.until === null || Date.parse(pause.until) > now.getTime());
  return [state.paused['*'] ?? null, state.paused[agent] ?? null, agentStateOf(state, agent, branch).pausedBy].find(holds) ?? null;
}
