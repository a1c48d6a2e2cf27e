import type { Finding } from '../ledger/finding.ts';
import type { CheckReport } from './checks/check.ts';

/** Something that was fine before a change and is not after it. */
export interface Regression {
  readonly check: string;
  readonly message: string;
}

/**
 * What got worse from `before` to `after`, both by check id. An error counts as new when its fingerprint is new and
 * its rule has more errors in its file than before: so a repaired line that still has another problem is not blamed,
 * and what was red already stays out of it.
 */
export function regressions(before: ReadonlyMap<string, CheckReport>, after: ReadonlyMap<string, CheckReport>): Regression[] {
  const found: Regression[] = [];
  for (const [check, now] of after) {
    const then = before.get(check);
    if (then === undefined || then.outcome === 'errored' || then.outcome === 'skipped') continue;
    if (now.outcome === 'errored') {
      found.push({ check, message: now.hint ?? `ended errored (${now.reason ?? 'no reason'})` });
      continue;
    }
    const known = new Set(errors(then).map((finding) => finding.fingerprint));
    const countBefore = countByPlace(errors(then));
    const countNow = countByPlace(errors(now));
    for (const finding of errors(now)) {
      const place = placeOf(finding);
      if (known.has(finding.fingerprint) || (countNow.get(place) ?? 0) <= (countBefore.get(place) ?? 0)) continue;
      found.push({ check, message: `${finding.path ?? 'repository'}: ${finding.rule}: ${firstLine(finding.message)}` });
    }
  }
  return found;
}

function errors(report: CheckReport): readonly Finding[] {
  return report.findings.filter((finding) => finding.severity === 'error');
}

function countByPlace(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(placeOf(finding), (counts.get(placeOf(finding)) ?? 0) + 1);
  return counts;
}

function placeOf(finding: Finding): string {
  return `${finding.path ?? ''}\0${finding.rule}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
