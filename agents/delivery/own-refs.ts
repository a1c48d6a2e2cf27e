/** The refs by which commits of agents are kept: ours alone, so the newest value is the right one. */
import { GitError } from '../../git/git-error.ts';
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

/** Sets one of our refs, or removes it with null; tries again when another process of ours moved it in between. Throws GitError `locked` with the lock that is in the way. */
export async function setOwnRef(repository: Repository, ref: string, sha: string | null): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const current = await refTarget(repository, ref);
    if (current === sha) return;
    const result = await updateRef(repository, ref, { from: current, to: sha });
    if (result.ok) return;
    const what = `${ref} could not be ${sha === null ? 'removed' : `set to ${sha}`}`;
    // Git has waited for it already.
    if (result.reason === 'locked') throw new GitError('locked', `${what}: ${result.lock ?? 'its lock'} is in the way`);
    if (result.reason === 'invalid' || tries === 5) throw new Error(`${what}: ${result.reason}`);
  }
}
