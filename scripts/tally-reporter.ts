import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run of the tests with one plain line: `N passed, N failed`, and `, N skipped` when some were. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    process.stdout.write(`\n${tally(modules, errors.length)}\n`);
  }
}

/** Counts tests; a file that could not be loaded and an error outside of any test each count as one that failed. */
export function tally(modules: readonly TestModule[], strayErrors: number): string {
  const count = { passed: 0, failed: strayErrors, skipped: 0 };
  for (const module of modules) {
    const tests = [...module.children.allTests()].map((test) => test.result().state);
    for (const state of tests) count[state === 'passed' || state === 'failed' ? state : 'skipped']++;
    if (module.state() === 'failed' && !tests.includes('failed')) count.failed++;
  }
  return `${count.passed} passed, ${count.failed} failed${count.skipped === 0 ? '' : `, ${count.skipped} skipped`}`;
}
