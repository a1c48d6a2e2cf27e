import type { UpkeepEvent } from '../../ledger/event.ts';
import { makeEvent } from '../../ledger/event.ts';
import type { DeliveryReport } from '../run-report.ts';
import type { RunContext } from '../run-context.ts';

const TYPE_OF = {
  delivered: 'delivery:pushed',
  pushed: 'delivery:pushed',
  kept: 'delivery:kept',
  patch: 'delivery:kept',
  none: 'delivery:kept',
  nothing: 'delivery:kept',
  refused: 'delivery:refused',
} as const;

/** The event that says what became of the commits. */
export function eventOfDelivery(report: DeliveryReport, run: { readonly context: RunContext; readonly branch: string }): UpkeepEvent {
  const { context } = run;
  const id = context.journal.entry.id;
  const ref = report.ref ?? (report.branch === null ? 'HEAD' : `refs/heads/${report.branch}`);
  return makeEvent(
    TYPE_OF[report.outcome],
    {
      agentId: null,
      jobId: id,
      runId: id,
      branch: run.branch,
      status: report.outcome,
      mode: report.mode,
      commits: [...report.commits],
      ref,
      reason: report.reason,
    },
    context.origin,
  );
}
