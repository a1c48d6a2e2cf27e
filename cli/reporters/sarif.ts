/** Findings as SARIF 2.1.0, for GitHub code scanning and other readers. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckRunReport, RunReport } from '../../agents/run-report.ts';
import type { Finding } from '../../ledger/finding.ts';
import { REASON_WORDS } from '../wording.ts';

/** Writes the document; the folder is made when it is absent. */
export async function writeSarif(path: string, report: RunReport, version: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(sarifDocument(report, version), null, 2)}\n`);
}

/** One run of one tool, Upkeep; its rules are `<check>/<rule>`. Findings that were repaired are left out. */
export function sarifDocument(report: RunReport, version: string): Record<string, unknown> {
  const checks = uniqueChecks(report);
  const left = checks.flatMap((check) => check.findings.filter((finding) => !finding.fixed).map((finding) => ({ check, finding })));
  const rules = [...new Map(left.map(({ check, finding }) => [ruleId(check, finding), { check, finding }]))];
  const indexes = new Map(rules.map(([id], index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'upkeep',
            semanticVersion: version,
            rules: rules.map(([id, { check, finding }]) => ({
              id,
              name: finding.rule,
              shortDescription: { text: `${finding.rule} (${check.title})` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        invocations: [
          {
            executionSuccessful: checks.every((check) => check.outcome !== 'errored'),
            toolExecutionNotifications: checks.filter((check) => check.outcome === 'errored').map(notification),
          },
        ],
        results: left.map(({ check, finding }) => resultOf(check, finding, indexes.get(ruleId(check, finding)) ?? -1)),
      },
    ],
  };
}

/** A check that several agents list is one: findings are told apart by fingerprint. */
function uniqueChecks(report: RunReport): CheckRunReport[] {
  const seen = new Set<string>();
  return report.runs
    .flatMap((run) => run.checks)
    .map((check) => ({
      ...check,
      findings: check.findings.filter((finding) => {
        const key = `${check.check}\0${finding.fingerprint}\0${finding.line ?? ''}`;
        return !seen.has(key) && seen.add(key);
      }),
    }));
}

function resultOf(check: CheckRunReport, finding: Finding, ruleIndex: number): Record<string, unknown> {
  const region =
    finding.line === null
      ? {}
      : { region: { startLine: finding.line, ...(finding.column === null ? {} : { startColumn: finding.column }) } };
  return {
    ruleId: ruleId(check, finding),
    ruleIndex,
    level: finding.severity,
    message: { text: finding.message },
    // Code scanning refuses a result without a place: what concerns the whole repository stands at its root.
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(finding.path ?? '.'), uriBaseId: '%SRCROOT%' }, ...region } }],
    partialFingerprints: { 'upkeep/v1': finding.fingerprint },
  };
}

function notification(check: CheckRunReport): Record<string, unknown> {
  const why = check.reason === null ? '' : `: ${REASON_WORDS[check.reason]}`;
  return {
    level: 'error',
    descriptor: { id: check.check },
    message: { text: `${check.title} could not be carried out${why}${check.hint === null ? '' : `; ${check.hint}`}` },
  };
}

function ruleId(check: CheckRunReport, finding: Finding): string {
  return `${check.check}/${finding.rule}`;
}

function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
