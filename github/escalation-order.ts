/** Which of two runners knows more of an escalation. Pure. */
import { uuidTime } from '../ledger/run-order.ts';
import type { EscalationRun } from './escalation-facts.ts';
import type { EscalationRecord } from './escalation-marker.ts';

/** A ledger that was begun anew counts from zero: a run that started so much later is newer all the same. */
const BEGUN_ANEW_MS = 24 * 60 * 60_000;

/**
 * Whether who wrote the record knew more than we do: a later attempt of the same run, or more of the ledger. What an older run has to
 * say, and what arrives late, is then not said.
 */
export function knowsMore(record: EscalationRecord, ours: Pick<EscalationRun, 'id' | 'attempt' | 'sequence' | 'isByTime'>): boolean {
  if (record.run === ours.id) return record.attempt > ours.attempt;
  const [theirStart, ourStart] = [uuidTime(record.run), uuidTime(ours.id)];
  if (ours.isByTime === true) return theirStart !== null && ourStart !== null && theirStart > ourStart;
  if (record.sequence <= ours.sequence) return false;
  return theirStart === null || ourStart === null || ourStart - theirStart < BEGUN_ANEW_MS;
}
