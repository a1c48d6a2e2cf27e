/** The report that Jest and Vitest write, as far as snapshots go. */
import { expect, it } from 'vitest';
import { readJestReport } from '../../../agents/checks/test-runners/jest-report.ts';
import type { RunnerCall } from '../../../agents/checks/test-runners/test-runner.ts';

const call = { pathOf: (path: string) => path.replace('/r/', '') } as RunnerCall;
const file = (name: string, status: string, message = '') => ({
  name: `/r/${name}`,
  status: message === '' ? status : 'failed',
  message,
  assertionResults: [{ fullName: 'a', status }],
});
const read = (report: object) => readJestReport(JSON.stringify({ numTotalTests: 1, ...report }), call);

it('names the snapshots that no test asked for, and the files of them', () => {
  const snapshot = {
    uncheckedKeysByFile: [
      { filePath: '/r/a.test.js', keys: ['gone 1', 'gone 2'] },
      { filePath: '/r/b.test.js', keys: ['gone 3'] },
      { filePath: '/r/c.test.js', keys: [] },
    ],
    filesRemovedList: ['/r/__snapshots__/d.test.js.snap'],
  };
  const testResults = [file('a.test.js', 'passed'), file('b.test.js', 'failed'), file('c.test.js', 'passed')];
  expect(read({ testResults, snapshot })?.staleSnapshots).toEqual([
    { path: 'a.test.js', names: ['gone 1', 'gone 2'] },
    { path: '__snapshots__/d.test.js.snap', names: [] },
  ]);
});

it('takes no file for broken that only has stale snapshots', () => {
  const message = 'Obsolete snapshots found when no snapshot update is expected.\n· gone 1\n';
  const snapshot = { uncheckedKeysByFile: [{ filePath: '/r/a.test.js', keys: ['gone 1'] }] };
  expect(read({ testResults: [file('a.test.js', 'passed', message)], snapshot })).toMatchObject({
    suites: [],
    staleSnapshots: [{ path: 'a.test.js', names: ['gone 1'] }],
  });
  expect(read({ testResults: [file('a.test.js', 'passed', 'SyntaxError: x')] })?.suites).toHaveLength(1);
});

it('has none where the runner tells nothing', () => {
  expect(read({ testResults: [] })?.staleSnapshots).toEqual([]);
  expect(read({ testResults: [], snapshot: null })?.staleSnapshots).toEqual([]);
});
