/** What is shown of an agent's run beside a commit, and what it means to GitHub. Pure. */
import type { AgentId, Outcome, Reason } from '../ledger/outcome.ts';

export interface CheckFinding {
  /** Repository-relative POSIX path, or null when it is about the whole repository. */
  readonly path: string | null;
  /** 1-based, or null. */
  readonly line: number | null;
  readonly column: number | null;
  readonly severity: 'error' | 'warning';
  readonly rule: string;
  readonly message: string;
  /** Title of the check that found it. */
  readonly check: string;
}

/** One run of one agent, as it is so on the commit that is spoken of. */
export interface CheckRunFacts {
  readonly agent: AgentId;
  /** Empty for an agent that did not run. */
  readonly runId: string;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  /** Whether errors are left on the commit; a skip over errors repeats them. */
  readonly hasErrors: boolean;
  /** Whether what was repaired is part of the commit: false where the repair waits in a pull request, patch or ref. */
  readonly isRepaired: boolean;
  /** One line: `fixed 12 problems in 4 files`. */
  readonly sentence: string;
  /** `command` reproduces what was found, or is null. */
  readonly checks: readonly { readonly title: string; readonly sentence: string; readonly command: string | null }[];
  readonly notes: readonly string[];
  /** What is left, errors first. */
  readonly findings: readonly CheckFinding[];
  /** Page of the run, or null. */
  readonly detailsUrl: string | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

/** GitHub's words for how a check run ended. */
export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out';

/**
 * How the check run ends. `errored` is a failure: a required check that could not be carried out must not let a commit
 * through, just as the command ends with 3. A repair that is not part of the commit leaves it neither good nor bad.
 */
export function conclusionOf(facts: Pick<CheckRunFacts, 'outcome' | 'reason' | 'hasErrors' | 'isRepaired'>): Conclusion {
  const { outcome, reason, hasErrors, isRepaired } = facts;
  if (outcome === 'errored') return reason === 'timeout' ? 'timed_out' : 'failure';
  if (outcome === 'cancelled') return 'cancelled';
  if (outcome === 'failed' || hasErrors || reason === 'in-error') return 'failure';
  if (outcome === 'fixed') return isRepaired ? 'success' : 'neutral';
  if (outcome === 'passed') return 'success';
  // The same content ended well before: that is known, not passed over.
  return reason === 'unchanged' ? 'success' : 'skipped';
}

/** The same for commit statuses, which know four words only. */
export function statusOf(facts: CheckRunFacts): 'success' | 'failure' | 'error' {
  const conclusion = conclusionOf(facts);
  if (facts.outcome === 'errored' || facts.reason === 'in-error' || conclusion === 'cancelled') return 'error';
  return conclusion === 'failure' ? 'failure' : 'success';
}

/** Name of the check run and context of the status, by which people require them. */
export function checkName(agent: AgentId): string {
  return `upkeep/${agent}`;
}
