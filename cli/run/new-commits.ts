/** Which commits of the branch no run has looked at, and whose checks of commits therefore have their turn. */
import type { Agent } from '../../agents/agent.ts';
import { commitsBeyond } from '../../git/branch-commits.ts';
import { BOT_EMAIL } from '../../git/identity.ts';
import { resolveRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, type LedgerState } from '../../ledger/state.ts';

export interface NewCommits {
  /** The commit after which they are new; null where nobody knows. */
  readonly since: string | null;
  readonly due: ReadonlySet<AgentId>;
}

/** The newest commit itself is looked at as a tree, and what agents committed they made of one. */
const LOOKED_AT = 1;
const ENOUGH = 20;

export async function newCommits(ask: {
  readonly repository: Repository;
  readonly base: string;
  readonly branch: string;
  readonly state: LedgerState;
  readonly agents: readonly Agent[];
  /** The commit before the push that is looked at; null: not known. */
  readonly before: string | null;
  /** Whether this is where commits have their turn: on a laptop they are looked at with the rest. */
  readonly runsByItself: boolean;
}): Promise<NewCommits> {
  const readers = ask.agents.filter(({ checks }) => checks.some(({ readsCommits }) => readsCommits === true)).map(({ id }) => id);
  const [first] = readers;
  if (first === undefined) return { since: null, due: new Set() };
  const since = agentStateOf(ask.state, first, ask.branch).commitsRead ?? ask.before;
  if (since === null || since === ask.base || !ask.runsByItself) return { since: since === ask.base ? null : since, due: new Set() };
  if ((await resolveRef(ask.repository, since)) === null) return { since, due: new Set() };
  const commits = await commitsBeyond(ask.repository, { base: since, tip: ask.base, limit: ENOUGH });
  const ofPeople = commits.filter(({ committer, parents }) => committer.email !== BOT_EMAIL && parents.length < 2);
  return { since, due: new Set(ofPeople.length > LOOKED_AT ? readers : []) };
}
