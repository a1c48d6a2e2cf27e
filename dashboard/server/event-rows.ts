/** Events and entries of the audit as they go out. Pure. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { AuditFact } from '../../prisma/read/audit-page.ts';
import type { EventFilters } from '../../prisma/read/event-page.ts';
import type { AuditFilters } from '../../prisma/read/audit-page.ts';
import type { ReadEvent } from '../../prisma/runs/read-events.ts';
import { cursorOf } from '../../scheduler/event-feed.ts';

export function eventRow({ transaction, sequence, repositoryId, agentId, runId, envelope }: ReadEvent) {
  return { cursor: cursorOf({ transaction, sequence }), repositoryId, agentId, runId, event: envelope as UpkeepEvent };
}

export function auditRow({ id, at, by, action, subject, detail }: AuditFact) {
  const { from, result } = (detail ?? {}) as { readonly from?: unknown; readonly result?: unknown };
  return {
    ...{ id: String(id), at: at.toISOString(), by, action, subject },
    detail: detail === null ? null : { ...detail },
    address: typeof from === 'string' ? from : null,
    result: typeof result === 'string' ? result : 'done',
  };
}

interface Span {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function eventFilters(asked: Span & Omit<EventFilters, 'from' | 'to'>): EventFilters {
  const { types, repository, agent, run } = asked;
  return { types, repository, agent, run, ...spanOf(asked) };
}

export function auditFilters(
  asked: Span & { readonly agent?: string | undefined } & Omit<AuditFilters, 'from' | 'to' | 'agentId'>,
): AuditFilters {
  const { actions, by, repository, agent } = asked;
  return { actions, by, repository, agentId: agent, ...spanOf(asked) };
}

function spanOf({ from, to }: Span): { readonly from: Date | undefined; readonly to: Date | undefined } {
  return { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
}
