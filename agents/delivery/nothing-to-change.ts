/** Whether an agent looked and has nothing to change: what it proposed before is then no longer needed. Pure. */
import type { AgentRunReport } from '../run-report.ts';

/**
 * False where the run could not be carried out, and where something is left that a fixer could have repaired and a
 * sentence says why it did not: fixes that were taken back, fights, changes that a person undid.
 */
export function nothingToChange(report: AgentRunReport): boolean {
  const isDecided = ['passed', 'failed'].includes(report.outcome) || (report.outcome === 'skipped' && report.reason === 'not-applicable');
  if (report.commit !== null || !isDecided) return false;
  const isFixableLeft = report.checks.some(({ findings }) => findings.some((finding) => finding.fixable && !finding.fixed));
  return !isFixableLeft || report.notes.length === 0;
}
