/** The refs by which commits of agents are kept: ours alone, so the newest value is the right one. */
import { refTarget, updateRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';

/** Under this an agent's commit waits for `agent accept` or for the next run that may deliver. */
export function suggestRef(agent: AgentId): string {
  return `refs/upkeep/suggest/${agent}`;
}

/** Under this an agent's commit is kept while its run is under way. */
export function runRef(runId: string, agent: AgentId): string {
  return `refs/upkeep/runs/${runId}/${agent}`;
}

/** Sets one of our refs, or removes it with null; tries again when another process of ours moved it in between. */
export async function setOwnRef(repository: Repository, ref: string, sha: string | null): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const current = await refTarget(repository, ref);
    if (current === sha) return;
    const result = await updateRef(repository, ref, { from: current, to: sha });
    if (result.ok) return;
    if (result.reason === 'invalid' || tries === 5) throw new Error(`${ref} could not be set to ${sha ?? 'nothing'}: ${result.reason}`);
  }
}
