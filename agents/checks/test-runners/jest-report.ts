/** Reads the JSON report of Jest, which Vitest writes too. */
import { basename } from 'node:path';
import type { RunnerCall, StaleSnapshots, SuiteFailure, TestCase, TestTally } from './test-runner.ts';
import { lineInStack } from './test-runner.ts';

interface JestReport {
  readonly numTotalTests: number;
  readonly testResults: readonly JestFile[];
  readonly snapshot?: JestSnapshots | null;
}

interface JestSnapshots {
  readonly uncheckedKeysByFile?: readonly { readonly filePath: string; readonly keys: readonly string[] }[];
  /** Files without a test; with `--ci` they are only named. */
  readonly filesRemovedList?: readonly string[];
}

interface JestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly JestTest[];
}

interface JestTest {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
  readonly duration?: number | null;
  readonly location?: { readonly line: number } | null;
}

/** Vitest fails a file for that where CI is set. */
const OBSOLETE = /^\s*(Error: )?Obsolete snapshots found/;

/** The tally of a report; null when the text is not one. */
export function readJestReport(text: string | null | undefined, call: RunnerCall): TestTally | null {
  const report = parse(text ?? '');
  if (report === null) return null;
  const cases: TestCase[] = [];
  const suites: SuiteFailure[] = [];
  for (const file of report.testResults) {
    const path = call.pathOf(file.name);
    for (const test of file.assertionResults) cases.push(toCase(test, { path, file }));
    const failedAsWhole = file.status === 'failed' && !hasFailures(file) && !OBSOLETE.test(file.message ?? '');
    if (failedAsWhole) suites.push({ path, message: file.message?.trim() || 'the test file failed' });
  }
  return { cases, suites, staleSnapshots: staleSnapshots(report, call) };
}

function hasFailures({ assertionResults }: JestFile): boolean {
  return assertionResults.some(({ status }) => status === 'failed');
}

/** Of files in which something failed it is not known: a test that stops early asks for less. */
function staleSnapshots({ snapshot, testResults }: JestReport, call: RunnerCall): StaleSnapshots[] {
  const failed = new Set(testResults.filter(hasFailures).map(({ name }) => name));
  const inFiles = (snapshot?.uncheckedKeysByFile ?? []).filter(({ filePath, keys }) => !failed.has(filePath) && keys.length > 0);
  return [
    ...inFiles.map(({ filePath, keys }) => ({ path: call.pathOf(filePath), names: keys })),
    ...(snapshot?.filesRemovedList ?? []).map((path) => ({ path: call.pathOf(path), names: [] })),
  ];
}

function toCase(test: JestTest, where: { path: string | null; file: JestFile }): TestCase {
  const message = (test.failureMessages ?? []).join('\n');
  return {
    path: where.path,
    line: test.location?.line ?? lineInStack(message, basename(where.file.name)),
    name: test.fullName.trim(),
    status: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
    message,
    durationMs: test.duration ?? undefined,
  };
}

function parse(text: string): JestReport | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const isFile = (file: Partial<JestFile> | null): boolean => typeof file?.name === 'string' && Array.isArray(file.assertionResults);
  const report = json as Partial<JestReport> | null;
  return Array.isArray(report?.testResults) && report.testResults.every(isFile) ? (report as JestReport) : null;
}
