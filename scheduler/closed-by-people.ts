/** Issues that people closed while their agents still fail: they do not count among those that are open. Pure. */
import { makeEvent, type EventOrigin, type UpkeepEvent } from '../ledger/event.ts';
import type { Escalation, LedgerState } from '../ledger/state.ts';
import { escalationsOf } from './known-escalations.ts';

/** Events that remember it, by the numbers of all issues that are open. */
export function closedByPeople(state: LedgerState, open: ReadonlySet<number>, origin: EventOrigin): UpkeepEvent[] {
  return escalationsOf(state)
    .filter(({ issue }) => issue.number !== null && issue.closed !== true && !open.has(issue.number))
    .map(({ agent, branch, kind, issue, memory }) => {
      const runId = memory.last?.runId ?? '';
      const status = kind === 'code' ? 'TRIPPED' : 'ERROR';
      const about = { agentId: agent, jobId: runId, runId, branch, status, kind, streak: memory.streak } as const;
      return makeEvent('agent:escalated', { ...about, ...toldOf(issue), closed: true }, origin);
    });
}

function toldOf({ number, url, digest, failingSince }: Escalation): Pick<Escalation, 'number' | 'url' | 'digest' | 'failingSince'> {
  return { number, url, ...(digest === undefined ? {} : { digest }), ...(failingSince === undefined ? {} : { failingSince }) };
}
