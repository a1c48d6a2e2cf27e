import type { RunReport } from '../../agents/run-report.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';

/** A sink of one run: sees every event as it happens, and the whole at the end. Never throws for what it is told. */
export interface Reporter {
  onEvent(event: UpkeepEvent): void;
  /** Called once, also after an interruption; nothing is shown live after it. */
  finish(report: RunReport): Promise<void>;
  /** Ends live output when there will be no report. */
  close(): void;
}
