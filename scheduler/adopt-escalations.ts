/** A ledger that was begun anew takes over the issues that the one before it opened. Pure. */
import { readMarker, readRecord } from '../github/escalation-marker.ts';
import type { Issue } from '../github/issues.ts';
import { makeEvent, type EventOrigin, type UpkeepEvent } from '../ledger/event.ts';
import { agentStateOf, type LedgerState } from '../ledger/state.ts';
import type { Ran } from './escalation-facts.ts';
import { rememberedAgents } from './known-escalations.ts';

/** Whether the ledger remembers nothing of the branch but what this process ran. `state`: with what it recorded. */
export function isFirstRun(state: LedgerState, ran: Ran): boolean {
  const ids = new Set(ran.runs.map(({ runId }) => runId).filter((runId) => runId !== ''));
  const memories = rememberedAgents(state).filter(({ branch }) => branch === ran.branch);
  const isOurs = memories.every(
    ({ memory }) => Object.keys(memory.escalations).length === 0 && memory.runs.every(({ runId }) => ids.has(runId)),
  );
  return ran.branch !== null && ids.size > 0 && isOurs;
}

/** Events that remember the oldest open issue of each agent and kind on the branch. */
export function adoptedOnes(issues: readonly Issue[], ask: { state: LedgerState; branch: string; origin: EventOrigin }): UpkeepEvent[] {
  const { state, branch, origin } = ask;
  const seen = new Set<string>();
  return [...issues]
    .sort((a, b) => a.number - b.number)
    .flatMap((issue) => {
      const name = issue.isTrusted && issue.isOpen ? readMarker(issue.body) : null;
      if (name === null || name.branch !== branch || seen.has(`${name.agent} ${name.kind}`)) return [];
      seen.add(`${name.agent} ${name.kind}`);
      const { agent, kind } = name;
      const memory = agentStateOf(state, agent, branch);
      const record = readRecord(issue.body);
      const runId = memory.last?.runId ?? '';
      const status = kind === 'code' ? 'TRIPPED' : 'ERROR';
      const told = record === null ? {} : { digest: record.digest, failingSince: record.since };
      const data = { agentId: agent, jobId: runId, runId, branch, status, kind, streak: memory.streak, ...told } as const;
      return [makeEvent('agent:escalated', { ...data, number: issue.number, url: issue.url, adopted: true }, origin)];
    });
}
