/** Findings as annotations on the changed lines of a pull request, by GitHub's workflow commands. */
import type { RunReport } from '../../agents/run-report.ts';
import type { Finding, Severity } from '../../ledger/finding.ts';
import { visibleDirections } from './plain-text.ts';

/** GitHub shows no more of a type in one step. */
const SHOWN_PER_TYPE = 10;

/** One workflow command a line; findings that were repaired are left out. */
export function annotationsOf(report: RunReport): string {
  const shown: Record<Severity, number> = { error: 0, warning: 0 };
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const run of report.runs) {
    for (const check of run.checks) {
      for (const finding of check.findings) {
        if (finding.fixed || seen.has(finding.fingerprint) || shown[finding.severity] >= SHOWN_PER_TYPE) continue;
        seen.add(finding.fingerprint);
        shown[finding.severity]++;
        lines.push(annotation(finding, `${check.title}: ${finding.rule}`));
      }
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** `::error file=a.ts,line=3,col=1,title=ESLint%3A no-var::message`. */
export function annotation(finding: Pick<Finding, 'severity' | 'path' | 'line' | 'column' | 'message'>, title: string): string {
  const properties: string[] = [];
  if (finding.path !== null) {
    properties.push(`file=${escapeProperty(finding.path)}`);
    if (finding.line !== null) properties.push(`line=${finding.line}`);
    if (finding.line !== null && finding.column !== null) properties.push(`col=${finding.column}`);
  }
  properties.push(`title=${escapeProperty(title)}`);
  return `::${finding.severity} ${properties.join(',')}::${escapeData(finding.message)}`;
}

function escapeData(text: string): string {
  return withoutControl(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Without what the runner does not need and a terminal that shows the log may obey; what misleads a reader can be seen. */
function withoutControl(text: string): string {
  return visibleDirections(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, ''));
}
