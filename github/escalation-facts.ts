/** What an escalation tells people, and what closes it. Types only; made by the scheduler from the ledger and from what ran. */
import type { FindingSummary } from '../ledger/state.ts';
import type { EscalationName } from './escalation-marker.ts';

/** A failure to tell people of. Text in it may come from anywhere; secrets are out of it already. */
export interface EscalationFacts extends EscalationName {
  /** The issue that the ledger knows, or null. */
  readonly number: number | null;
  /** Failed runs in a row; 0 where that is not what it is about. */
  readonly streak: number;
  /** The first failure since it was last well: the commit it checked where that is known, and the ISO time. */
  readonly since: { readonly commit: string | null; readonly at: string };
  /** Why the run could not be carried out; null when errors are left. */
  readonly reason: string | null;
  /** Equal while the same things fail; see ledger/failure.ts. */
  readonly digest: string;
  /** Checks that failed or could not be carried out; empty when this process did not run the agent. */
  readonly checks: readonly FailedCheck[];
  /** Errors first; perhaps not all, `counts` has them all. */
  readonly findings: readonly FindingSummary[];
  readonly counts: { readonly errors: number; readonly warnings: number };
  /** What the tools said; empty when nothing is known. */
  readonly log: string;
  /** One shell line that reproduces it in any clone. */
  readonly command: string;
  /** Sentences. */
  readonly tried: readonly string[];
  readonly run: EscalationRun;
  /** The commit that was checked: links point at it. */
  readonly commit: string;
  /** `https://github.com/owner/name`; null: no links. */
  readonly webUrl: string | null;
}

/** One check that is not well. */
export interface FailedCheck {
  readonly title: string;
  readonly outcome: 'failed' | 'errored';
  readonly reason: string | null;
  /** One shell line, or null. */
  readonly command: string | null;
}

/** The run that decides. */
export interface EscalationRun {
  readonly id: string;
  readonly attempt: number;
  /** Its page, or null. */
  readonly url: string | null;
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** Sequence of the ledger that is known, the run included: who knows more speaks last. */
  readonly sequence: number;
  /** The issue is of a ledger before this one: the run that started later knows more. */
  readonly isByTime?: true;
}

/** Why an issue is to be closed. */
export interface CloseAsk extends EscalationName {
  /** The issue that the ledger knows, or null. */
  readonly number: number | null;
  /**
   * `repaired`: by a commit of the agent; `passed`: by people; `carried-out`: the run can be carried out again;
   * `left`: the branch is no longer one to ask for help about; `off`: the configuration turns the agent off.
   */
  readonly how: 'repaired' | 'passed' | 'carried-out' | 'left' | 'off';
  /** The commit that healed it: the agent's own, or the one that was checked. */
  readonly commit: string | null;
  /** Whether that commit is where people find it. */
  readonly delivered: boolean;
  readonly run: EscalationRun;
  readonly webUrl: string | null;
}

/** What the configuration says about issues. */
export interface EscalationPolicy {
  /** The issue is found again by the first. */
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** Days after closing in which it is opened again rather than a new one made. */
  readonly reopenDays: number;
  readonly now: Date;
}
