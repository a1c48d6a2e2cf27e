/** What became of the repairs that earlier runs made of exactly this content: the branch has them, or people took them back. */
import { standingOf } from '../../git/ancestry.ts';
import { recentCommits } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { diffTrees } from '../../git/tree.ts';
import { makeEvent, type EventOrigin, type UpkeepEvent } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { KeyRecord, LedgerState } from '../../ledger/state.ts';
import { agentStateOf } from '../../ledger/state.ts';

export interface EarlierRepairs {
  /** Commits that the branch has, and the checked commit has not got yet. */
  readonly ahead: ReadonlySet<string>;
  /** Repairs that the branch has had and has no more; what is remembered as undone already is not among them. */
  readonly undone: readonly UndoneRepair[];
}

export interface UndoneRepair {
  readonly agent: AgentId;
  readonly record: KeyRecord;
  /** Blob ids that the repair wrote, by path. */
  readonly blobs: Blobs;
}

type Blobs = Readonly<Record<string, string>>;

export interface EarlierRepairsRequest {
  readonly repository: Repository;
  readonly agents: readonly AgentId[];
  readonly keys: Readonly<Record<string, string>>;
  readonly state: LedgerState;
  readonly base: string;
  readonly branch: string;
  /** Whether the remote's branch stands at the checked commit; asked only where this clone lacks the repair. */
  isTip(): Promise<boolean>;
}

/** Looks only at agents whose newest answer to this content was a repair that arrived. */
export async function earlierRepairs(request: EarlierRepairsRequest): Promise<EarlierRepairs> {
  const ahead = new Set<string>();
  const undone: UndoneRepair[] = [];
  for (const agent of request.agents) {
    const { keys, proposal } = agentStateOf(request.state, agent, request.branch);
    const record = keys.find(({ key }) => key === request.keys[agent]);
    if (record === undefined || record.commit === null || !isRepair(record)) continue;
    if (proposal?.commit === record.commit) continue;
    const standing = await standingOf(request.repository, record.commit, { from: request.base, branch: request.branch });
    if (standing === 'ahead') ahead.add(record.commit);
    const isTakenBack = standing === 'contained' || (standing === 'unknown' && (await request.isTip()));
    if (!isTakenBack) continue;
    const blobs = await writtenBy(agent, record.commit, { request, standing });
    if (isNews(agent, blobs, request.state)) undone.push({ agent, record, blobs });
  }
  return { ahead, undone };
}

function isRepair({ outcome, delivered }: KeyRecord): boolean {
  return outcome === 'fixed' && delivered;
}

/** What the repair wrote, from the commit or, where the clone lacks it, from memory. */
async function writtenBy(
  agent: AgentId,
  commit: string,
  { request, standing }: { request: EarlierRepairsRequest; standing: 'contained' | 'ahead' | 'unknown' },
): Promise<Blobs> {
  if (standing === 'contained') {
    const [made] = await recentCommits(request.repository, commit, 1);
    const changes = await diffTrees(request.repository, made?.parents[0] ?? commit, commit);
    return Object.fromEntries(changes.flatMap(({ path, newOid }) => (newOid === null ? [] : [[path, newOid]])));
  }
  const paths = request.state.written.find(({ branch }) => branch === request.branch)?.paths ?? [];
  return Object.fromEntries(
    paths.flatMap(({ path, states: [newest] }) => (newest !== undefined && newest.agent === agent ? [[path, newest.blob]] : [])),
  );
}

function isNews(agent: AgentId, blobs: Blobs, { frozen }: LedgerState): boolean {
  const known = frozen[agent]?.blobs ?? [];
  return Object.entries(blobs).some(([path, blob]) => !known.some((one) => one.path === path && one.blob === blob));
}

/** The event by which a repair is not made again. */
export function undoneEvent({ agent, record, blobs }: UndoneRepair, ask: { branch: string; origin: EventOrigin }): UpkeepEvent {
  return makeEvent(
    'delivery:undone',
    {
      agentId: agent,
      jobId: record.runId,
      runId: record.runId,
      branch: ask.branch,
      status: 'undone',
      mode: 'local',
      commits: record.commit === null ? [] : [record.commit],
      ref: `refs/heads/${ask.branch}`,
      reason: 'the content is as it was before the repair',
      frozenKeys: [record.key],
      frozenBlobs: blobs,
    },
    ask.origin,
  );
}
