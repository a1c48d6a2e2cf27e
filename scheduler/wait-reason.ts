/** Why a run of the queue has not started yet. Pure. */
import type { OpenRun } from '../prisma/runs/open-runs.ts';

export type WaitReason =
  /** An earlier run of the agent comes first. */
  | { readonly kind: 'agent-busy'; readonly runId: string }
  /** As many runs with one of its labels are under way as may be. */
  | { readonly kind: 'label-limit'; readonly labels: readonly string[] }
  /** Its time has not come: it is tried again then. */
  | { readonly kind: 'not-before'; readonly at: Date }
  /** One clone carries out one trigger at a time. */
  | { readonly kind: 'repository-busy' }
  | { readonly kind: 'no-service' }
  | { readonly kind: 'no-place'; readonly places: number }
  /** Nothing keeps it: a service is about to take it. */
  | { readonly kind: 'next' };

type Waiting = Pick<OpenRun, 'state' | 'agentRunId' | 'labels' | 'eligibleAt' | 'now' | 'isRepositoryBusy' | 'places' | 'taken'>;

/** The first thing that keeps it; null: it is under way. */
export function waitReason(run: Waiting): WaitReason | null {
  if (run.state === 'running') return null;
  if (run.state === 'waiting') {
    return run.agentRunId === null ? { kind: 'label-limit', labels: run.labels } : { kind: 'agent-busy', runId: run.agentRunId };
  }
  if (run.eligibleAt > run.now) return { kind: 'not-before', at: run.eligibleAt };
  if (run.places === null) return { kind: 'no-service' };
  if (run.isRepositoryBusy) return { kind: 'repository-busy' };
  return run.taken >= run.places ? { kind: 'no-place', places: run.places } : { kind: 'next' };
}
