/** Events about a run, as rows of the database. Pure but for their ids. */
import { makeEvent, type EventData, type EventType } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';

/** The run that an event is about. */
export interface EventSubject {
  readonly id: string;
  readonly jobId: string | null;
  readonly repositoryId: string;
  readonly agentId: string;
  /** `backend`, `qa` … */
  readonly agent: string;
  readonly branch: string;
  readonly correlationId: string;
}

type Common = 'agentId' | 'jobId' | 'runId' | 'branch';

/** An event of type `T` about a run; `at`: by the database's clock. */
export function runEvent<T extends EventType>(
  type: T,
  run: EventSubject,
  about: { readonly data: Omit<EventData<T>, Common>; readonly source: string; readonly at: Date },
): EventRow {
  const common = { agentId: run.agent as AgentId, jobId: run.jobId ?? run.id, runId: run.id, branch: run.branch };
  const origin = { source: about.source, correlationId: run.correlationId, now: () => about.at };
  // The fields that are left out of `data` are those of `common`.
  const envelope = makeEvent(type, { ...about.data, ...common } as unknown as EventData<T>, origin);
  const { id, time } = envelope;
  return { id, type, time, repositoryId: run.repositoryId, agentId: run.agentId, runId: run.id, envelope };
}
