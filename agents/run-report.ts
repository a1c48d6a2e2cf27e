/** What one `agent run` came to, as data: reporters print it, the exit code follows from it. Types only. */
import type { Finding } from '../ledger/finding.ts';
import type { AgentId, DeliveryMode, Outcome, Reason } from '../ledger/outcome.ts';

/** The whole run. */
export interface RunReport {
  readonly schemaVersion: 1;
  /** `owner/name` where the remote tells it, else the path. */
  readonly repository: string;
  /** Short name of the branch, null when HEAD is detached. */
  readonly branch: string | null;
  /** Commit that was checked. */
  readonly base: string;
  /** Commit of the branch after delivery; `base` when nothing was delivered. */
  readonly head: string;
  /** Changed files of the person's tree that were not looked at. */
  readonly uncommitted: readonly { readonly path: string }[];
  /** Sentences: what was cleaned up or kept of runs that ended early. */
  readonly recovered: readonly string[];
  readonly runs: readonly AgentRunReport[];
  readonly delivery: DeliveryReport;
  /** Null when no commit was to be delivered or the repository has no configuration of commitlint. */
  readonly commitlint: CommitlintReport | null;
  /** Hooks that would have seen the commits, had a person made them; empty without commits. */
  readonly hooksPassedOver: readonly PassedOverHook[];
  readonly exitCode: number;
  readonly notes: readonly string[];
}

/** What one agent did. */
export interface AgentRunReport {
  readonly agent: AgentId;
  readonly runId: string;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly durationMs: number;
  readonly checks: readonly CheckRunReport[];
  readonly commit: { readonly sha: string; readonly subject: string; readonly files: readonly string[] } | null;
  /** One sentence: what to do about it. */
  readonly hint: string | null;
  /** Commit since which the agent fails, or null. */
  readonly since: string | null;
  /** Sentences: fixers rolled back, fights, flaky tests. */
  readonly notes: readonly string[];
}

/** What one check of an agent found. */
export interface CheckRunReport {
  readonly check: string;
  readonly title: string;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly durationMs: number;
  /** One shell line that reproduces it, or null. */
  readonly command: string | null;
  /** Errors and warnings; those with `fixed` were repaired by this run. */
  readonly findings: readonly Finding[];
  readonly hint: string | null;
  /** Tail of what the tool said, redacted; not part of the JSON document. */
  readonly log: string;
  /** Its rules are ours, not the repository's; not part of the JSON document. */
  readonly isBundled?: boolean;
  /** The hint says what could not be looked at; not part of the JSON document. */
  readonly isIncomplete?: boolean;
}

/** What became of the commits. */
export interface DeliveryReport {
  readonly mode: DeliveryMode;
  readonly outcome: DeliveryOutcome;
  /** Branch that the commits went to or were meant for. */
  readonly branch: string | null;
  /** One sentence, when it did not go as asked. */
  readonly reason: string | null;
  readonly commits: readonly string[];
  /** Ref under which commits wait, or null. */
  readonly ref: string | null;
  /** Absolute paths of patch files. */
  readonly patches: readonly string[];
  /** The next step for the person, or null. */
  readonly advice: string | null;
  /** What became of the pull request of each agent that has one; empty for other ways. */
  readonly proposals: readonly ProposalReport[];
  /** Which commits the host signed; empty where that was not asked for. */
  readonly verifications: readonly CommitVerification[];
}

/** Whether a delivered commit has the host's signature. */
export interface CommitVerification {
  readonly agent: AgentId;
  readonly sha: string;
  readonly isVerified: boolean;
  /** Why not; null when it has. */
  readonly why: string | null;
}

/** The pull request of one agent, or the branch for it. */
export interface ProposalReport {
  readonly agent: AgentId;
  /** `upkeep/docs`. */
  readonly branch: string;
  readonly state: ProposalState;
  /** The commit that is proposed; null when none is. */
  readonly commit: string | null;
  readonly number: number | null;
  /** Address of the pull request, or null. */
  readonly url: string | null;
  /** Sentences: why it is so, and what could not be done besides. */
  readonly notes: readonly string[];
  /** The next step for the person, or null. */
  readonly advice: string | null;
}

/**
 * `opened`, `reopened`, `updated`, `unchanged`: people find the commit in it; `taken-over`: a person works on the branch, so
 * it is left alone; `declined`: a person closed it, so the same change is not proposed again; `closed`: no longer needed;
 * `waiting`: the host did not answer, the next run tries again; `refused`: a rule or a permission is in the way.
 */
export type ProposalState = 'opened' | 'reopened' | 'updated' | 'unchanged' | 'taken-over' | 'declined' | 'closed' | 'waiting' | 'refused';

/** What the repository's own commitlint says about the messages of the commits. */
export interface CommitlintReport {
  /** `commitlint.config.js`, or `"commitlint" in package.json`. */
  readonly configuration: string;
  /** `unknown`: it could not be asked. */
  readonly verdict: 'accepted' | 'refused' | 'unknown';
  /** Whose messages are refused. */
  readonly refused: readonly AgentId[];
  /** The rules that refuse: `type-enum`. */
  readonly rules: readonly string[];
  /** What the rules want, or why it could not be asked; null when all is well. */
  readonly why: string | null;
}

/** A hook that did not run. */
export interface PassedOverHook {
  /** `commit-msg`. */
  readonly name: string;
  /** The tool that looks after it, `husky`; null when nothing tells. */
  readonly manager: string | null;
}

/**
 * `delivered`: the checked-out branch moved; `pushed`: the remote has them; `kept`: they wait under a ref;
 * `proposed`: they are in pull requests; `patch`: they were asked for as patch files; `nothing`: there was nothing to deliver;
 * `refused`: refused or in conflict, work kept as a patch only; `none`: delivery is turned off.
 */
export type DeliveryOutcome = 'delivered' | 'pushed' | 'proposed' | 'kept' | 'patch' | 'nothing' | 'refused' | 'none';
