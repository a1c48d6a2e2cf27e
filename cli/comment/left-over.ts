/** What is still to be done about a comment whose commands were carried out: kept, so that nothing is decided twice. */
import type { AgentId } from '../../ledger/outcome.ts';

export interface LeftOver {
  /** The answer that GitHub did not take yet; `since` is the time of the comment. Null when it was given. */
  readonly answer: { readonly body: string; readonly since: string } | null;
  /** Agents that are to run. */
  readonly run: readonly AgentId[];
}
