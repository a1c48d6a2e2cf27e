/** How long the tests of each file took, of what a runner tells of each test. Pure. */
import type { Measurement } from '../../compare-measures.ts';
import { plainMessage } from '../check-report.ts';
import type { TestCase } from './test-runner.ts';

const LONGEST_NAME = 120;

/** One measurement a file; tests of which the runner tells no file or no time are left out, and files in which one failed. */
export function measuredFiles(cases: readonly TestCase[]): Measurement[] {
  const files = new Map<string, { total: number; slowest: TestCase; failed: boolean }>();
  for (const test of cases) {
    const { path, durationMs, status } = test;
    if (path === null || durationMs === undefined || status === 'skipped') continue;
    const file = files.get(path) ?? { total: 0, slowest: test, failed: false };
    file.total += durationMs;
    if (durationMs > (file.slowest.durationMs ?? 0)) file.slowest = test;
    // It may have waited until its limit, or ended early.
    file.failed ||= status === 'failed';
    files.set(path, file);
  }
  return [...files].flatMap(([path, { total, slowest, failed }]): Measurement[] =>
    failed ? [] : [{ kind: 'tests', path, value: total, detail: `${nameOf(slowest)} ${((slowest.durationMs ?? 0) / 1000).toFixed(1)} s` }],
  );
}

function nameOf({ name }: TestCase): string {
  const plain = plainMessage(name);
  return JSON.stringify(plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME - 1)}…` : plain);
}
