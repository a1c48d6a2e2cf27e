/** The refs by which commits of agents are kept: ours alone, so the newest value is the right one. */
import { GitError } from '../../git/git-error.ts';
import { listRefs, refTarget, updateRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { AgentId } from '../../ledger/outcome.ts';

/** Under this an agent's commit waits for `agent accept` or for the next run that may deliver. */
export function suggestRef(agent: AgentId): string {
  return `refs/upkeep/suggest/${agent}`;
}

/** Under this an agent's commit is kept while its run is under way. */
export function runRef(runId: string, agent: AgentId): string {
  return `refs/upkeep/runs/${runId}/${agent}`;
}

/** A ref of somebody else that keeps ours from being made: Git allows none below another. Null when there is none. */
export async function blockingRef(repository: Repository): Promise<string | null> {
  const above = ['refs/upkeep', 'refs/upkeep/runs', 'refs/upkeep/suggest'];
  const refs = [...(await listRefs(repository, 'refs/upkeep')).keys()];
  return refs.find((ref) => above.includes(ref) || AGENT_IDS.some((agent) => ref.startsWith(`${suggestRef(agent)}/`))) ?? null;
}

/** What to do about a ref that is in the way. */
export function blockedBy(ref: string): string {
  // A line that people paste into a shell holds no name that a shell would read otherwise.
  const command = `git update-ref -d ${/^[\w./-]+$/.test(ref) ? ref : '<its name>'}`;
  return `the ref ${ref} keeps Upkeep from making its own below refs/upkeep/: look at what it names, then remove it: ${command}`;
}

/** Sets one of our refs, or removes it with null; tries again when another process of ours moved it in between. Throws GitError with the lock, or the other ref, that is in the way. */
export async function setOwnRef(repository: Repository, ref: string, sha: string | null): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const current = await refTarget(repository, ref);
    if (current === sha) return;
    const result = await updateRef(repository, ref, { from: current, to: sha });
    if (result.ok) return;
    const what = `${ref} could not be ${sha === null ? 'removed' : `set to ${sha}`}`;
    // Git has waited for it already.
    if (result.reason === 'locked') throw new GitError('locked', `${what}: ${result.lock ?? 'its lock'} is in the way`);
    const blocking = result.reason === 'invalid' ? await blockingRef(repository) : null;
    if (blocking !== null) throw new GitError('failed', `${what}: ${blockedBy(blocking)}`);
    if (result.reason === 'invalid' || tries === 5) throw new Error(`${what}: ${result.reason}`);
  }
}
