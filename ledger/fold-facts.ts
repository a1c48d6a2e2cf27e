/** What pauses, breakers, escalations, deliveries and schedules change in the state. */
import { breakerNextTryAt } from './breaker.ts';
import type { AgentId } from './outcome.ts';
import type { EventOf } from './event.ts';
import { plainTime, startedBefore } from './run-order.ts';
import { LIMITS, type AgentState, type Escalation, type LedgerState } from './state.ts';

/** An agent whose breaker opens, or that is taken out of the schedule; a late report about an older run changes nothing. */
export function foldTripped(agent: AgentState, { data, time }: EventOf<'agent:tripped'>): AgentState {
  if (agent.decided !== null && startedBefore(data, agent.decided)) return agent;
  if (data.kind === 'operation') return { ...agent, inError: { reason: data.reason, since: time } };
  const nextTryAt = data.nextRunAt ?? breakerNextTryAt(0, time);
  return { ...agent, breaker: { open: true, kind: data.kind, since: time, attempts: 0, nextTryAt, key: agent.decided?.key ?? null } };
}

/** An agent that is well again; the success of an older run never closes a newer failure. */
export function foldRecovered(agent: AgentState, { data }: EventOf<'agent:recovered'>): AgentState {
  if (agent.decided !== null && startedBefore(data, agent.decided)) return agent;
  return { ...agent, failing: null, breaker: null, inError: null, crashes: 0 };
}

/** What people were told about an agent that fails, and in which issue. */
export function foldEscalated(agent: AgentState, { data, time }: EventOf<'agent:escalated'>): AgentState {
  const { number, url, kind, digest, failingSince } = data;
  const told = { ...(typeof digest === 'string' ? { digest } : {}), ...(typeof failingSince === 'string' ? { failingSince } : {}) };
  const before = agent.escalations[kind];
  const since = before !== undefined && before.number === number && number !== null ? before.since : time;
  const marks = { ...(data.closed === true ? { closed: true } : {}), ...(data.adopted === true ? { adopted: true } : {}) };
  const more = { ...marks, ...refusalOf(data.refusal, time) };
  return { ...agent, escalations: { ...agent.escalations, [kind]: { number, url, kind, since, ...told, ...more } } };
}

/** The issue that was closed, or that GitHub would not close: that one is still to be closed. */
export function foldEscalationClosed(agent: AgentState, { data, time }: EventOf<'agent:escalation-closed'>): AgentState {
  const issue = agent.escalations[data.kind];
  if (data.refused === true) {
    if (issue === undefined) return agent;
    const refused = { ...issue, refusedAt: time, ...refusalOf(data.refusal, time) };
    return { ...agent, escalations: { ...agent.escalations, [data.kind]: refused } };
  }
  const open = Object.entries(agent.escalations).filter(([kind]) => kind !== data.kind);
  return { ...agent, escalations: Object.fromEntries(open) };
}

function refusalOf(refusal: EventOf<'agent:escalated'>['data']['refusal'], at: string): Pick<Escalation, 'refusal'> {
  const { code, asker } = refusal ?? {};
  return typeof code === 'string' && typeof asker === 'string' ? { refusal: { code, asker, at } } : {};
}

/** Whether a delivery brought the commits to people. A proposal did: they are in a pull request. */
export function foldDelivery(
  agent: AgentState,
  { type, data }: EventOf<'delivery:pushed' | 'delivery:proposed' | 'delivery:kept' | 'delivery:refused'>,
): AgentState {
  const delivered = type === 'delivery:pushed' || type === 'delivery:proposed';
  const concerns = (commit: string | null) => commit !== null && data.commits.includes(commit);
  if (!agent.keys.some((record) => concerns(record.commit))) return agent;
  return { ...agent, keys: agent.keys.map((record) => (concerns(record.commit) ? { ...record, delivered } : record)) };
}

/** The pull request that is open now, or none: the newest word counts. */
export function foldProposal(agent: AgentState, { type, data, time }: EventOf<'delivery:proposed' | 'delivery:withdrawn'>): AgentState {
  if (type === 'delivery:withdrawn') return { ...agent, proposal: null };
  const { number = null, url = null, ref } = data;
  const since = agent.proposal?.number === number ? agent.proposal.since : time;
  return { ...agent, proposal: { number, url, ref, commit: data.commits[0] ?? null, since } };
}

/** What a person undid, kept by agent, whatever the branch. */
export function foldUndone(frozen: LedgerState['frozen'], { data }: EventOf<'delivery:undone'>): LedgerState['frozen'] {
  if (data.agentId === null) return frozen;
  const before = frozen[data.agentId] ?? { keys: [], blobs: [] };
  const blobs = Object.entries(data.frozenBlobs).map(([path, blob]) => ({ path, blob }));
  const isFresh = (old: { path: string; blob: string }) => !blobs.some(({ path, blob }) => path === old.path && blob === old.blob);
  return {
    ...frozen,
    [data.agentId]: {
      keys: [...new Set([...data.frozenKeys, ...before.keys])].slice(0, LIMITS.frozenKeys),
      blobs: [...blobs, ...before.blobs.filter(isFresh)].slice(0, LIMITS.frozenBlobs),
    },
  };
}

/** What a person had undone and had made again is not held back any more. */
export function foldMadeAgain(
  frozen: LedgerState['frozen'],
  { agent, changes }: { readonly agent: AgentId; readonly changes: readonly { readonly path: string; readonly to: string | null }[] },
): LedgerState['frozen'] {
  const held = frozen[agent];
  if (held === undefined) return frozen;
  const blobs = held.blobs.filter(({ path, blob }) => !changes.some((change) => change.path === path && change.to === blob));
  return blobs.length === held.blobs.length ? frozen : { ...frozen, [agent]: { ...held, blobs } };
}

/** A run that was cancelled: a line of history, nothing else; one that had settled before anybody cancelled it stays so. */
export function foldCancelled(agent: AgentState, { data, time }: EventOf<'agent:cancelled'>): AgentState {
  if (data.runId !== '' && agent.runs.some(({ runId }) => runId === data.runId)) return agent;
  const run = {
    runId: data.runId,
    outcome: 'cancelled',
    reason: 'interrupted',
    at: plainTime(time),
    trigger: null,
    commit: null,
    coverage: null,
  } as const;
  const runs = [{ ...run, durationMs: 0, errors: 0, warnings: 0, fixed: 0 }, ...agent.runs.filter((other) => other.runId !== data.runId)];
  return { ...agent, runs: runs.slice(0, LIMITS.runs) };
}
