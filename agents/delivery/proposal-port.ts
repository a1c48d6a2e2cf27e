/** What agents need of a host to propose their commits; filled where the host is known. Types only. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { FindingSummary } from '../../ledger/state.ts';

/** A pull request as the host has it. */
export interface Proposal {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** Head commit that the host knows. */
  readonly sha: string;
  /** The base commit and the id of the change that we proposed last, as its text says; null where it does not. */
  readonly last: { readonly base: string; readonly change: string } | null;
  /** Closed by us, because it was no longer needed; otherwise people closed it. */
  readonly isWithdrawn: boolean;
}

/** Everything that is said about a proposal. */
export interface ProposalFacts {
  readonly agent: AgentId;
  /** Short name of the branch that holds the commit. */
  readonly head: string;
  /** Short name of the branch that it is for. */
  readonly target: string;
  /** The commit that is proposed, its parent, and the id of what it changes. */
  readonly sha: string;
  readonly base: string;
  readonly change: string;
  readonly subject: string;
  readonly runId: string;
  readonly files: readonly string[];
  readonly fixed: readonly FindingSummary[];
  readonly left: readonly FindingSummary[];
  /** Sentences about the run. */
  readonly notes: readonly string[];
}

/** An answer of the host; `isTransient`: it may be another one soon. */
export type PortAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly isTransient: boolean; readonly reason: string; readonly advice: string | null };

export interface ProposedAnswer {
  readonly number: number;
  readonly url: string;
  readonly what: 'opened' | 'reopened' | 'updated';
  /** What could not be done besides: a label, automerge. */
  readonly notes: readonly string[];
}

/** Never throws. */
export interface ProposalPort {
  /** The open proposal from `head` to `target`, else the newest one; null when there was none. */
  find(ask: { readonly head: string; readonly target: string }): Promise<PortAnswer<Proposal | null>>;
  /** Opens it, or brings the known one up to date. The branch has the commit already. */
  propose(facts: ProposalFacts, known: Proposal | null): Promise<PortAnswer<ProposedAnswer>>;
  /** Says why, and closes it. */
  withdraw(proposal: Proposal, why: string): Promise<PortAnswer<null>>;
}
