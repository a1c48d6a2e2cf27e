/** Which repairs of exactly this content the branch has already, ahead of what is checked. */
import { standingOf } from '../../git/ancestry.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { agentStateOf } from '../../ledger/state.ts';

/** Commits that the branch has, and the checked commit has not got yet. Looks only at agents whose newest answer to this content is a repair that arrived. */
export async function repairsAhead(ask: {
  readonly repository: Repository;
  readonly agents: readonly AgentId[];
  readonly keys: Readonly<Record<string, string>>;
  readonly state: LedgerState;
  readonly base: string;
  readonly branch: string;
  /** Newest commit of the remote's branch, fetched; null when it is not known. Asked only where this clone knows nothing of a repair. */
  remoteTip(): Promise<string | null>;
}): Promise<ReadonlySet<string>> {
  const ahead = new Set<string>();
  for (const agent of ask.agents) {
    const record = agentStateOf(ask.state, agent, ask.branch).keys.find(({ key }) => key === ask.keys[agent]);
    if (record === undefined || record.commit === null || record.outcome !== 'fixed' || !record.delivered) continue;
    const standing = await standingOf(ask.repository, record.commit, { from: ask.base, branch: ask.branch });
    if (standing === 'ahead' || (standing === 'unknown' && (await isOnRemote(record.commit, ask)))) ahead.add(record.commit);
  }
  return ahead;
}

/** A push leaves no trace among the branches of the clone that it was made from. */
async function isOnRemote(
  commit: string,
  {
    repository,
    base,
    branch,
    remoteTip,
  }: { repository: Repository; base: string; branch: string; remoteTip: () => Promise<string | null> },
): Promise<boolean> {
  const tip = await remoteTip();
  if (tip === null || tip === base) return false;
  return (await standingOf(repository, commit, { from: tip, branch })) === 'contained';
}
