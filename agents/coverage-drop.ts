import type { Finding } from '../ledger/finding.ts';
import { fingerprintFindings } from '../ledger/finding.ts';

/** How far coverage may fall below the last green run on the branch, in points of percent. */
export const TOLERATED_DROP = 1;

/** The error of a coverage that fell too far, or null. Both in percent of lines; null where it was not measured. */
export function coverageDrop(check: string, now: number | undefined, before: number | null): Finding | null {
  if (now === undefined || before === null || before - now <= TOLERATED_DROP) return null;
  const message = `tests cover ${now.toFixed(1)} % of the lines, ${(before - now).toFixed(1)} points less than the last green run on this branch (${before.toFixed(1)} %)`;
  return fingerprintFindings(check, [{ rule: 'coverage-drop', severity: 'error', message, identity: 'coverage-drop' }])[0] ?? null;
}
