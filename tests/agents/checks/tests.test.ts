import { describe, expect, it } from 'vitest';
import { tests } from '../../../agents/checks/tests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const vitestManifest = { name: 'sample', type: 'module', scripts: { test: 'vitest' }, devDependencies: { vitest: '^5' } };
const passing = "import { expect, it } from 'vitest';\nit('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n";
const failing =
  "import { describe, expect, it } from 'vitest';\ndescribe('sum', () => {\n  it('is odd (a+b)?', () => {\n    expect(1 + 1).toBe(3);\n  });\n  it('is even', () => {});\n});\n";

function vitestSample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({ 'package.json': vitestManifest, ...files });
  fixture.link(['vitest', '@vitest/coverage-v8']);
  return fixture;
}

describe('whether the tests check applies', () => {
  it.each([
    [{ 'README.md': '' }, 'there is no package.json'],
    [{ 'package.json': { scripts: { test: 'echo "Error: no test specified" && exit 1' } } }, "the test script is npm's placeholder"],
    [{ 'package.json': { scripts: { build: 'tsc' } } }, 'no package has a test script or a test runner'],
    [
      { 'package.json': { scripts: { test: 'eslint . && npm run types', types: 'tsc --noEmit' } } },
      'no package has a test script or a test runner',
    ],
  ])('it says why not', async (files, why) => {
    expect(await checkFixture(files).detect(tests)).toEqual({ applies: false, why });
  });

  it.each([
    ['vitest', { scripts: { test: 'vitest' } }],
    ['jest', { scripts: { test: 'npm run unit', unit: 'cross-env CI=1 jest --watch' } }],
    ['mocha', { scripts: { test: 'c8 --check-coverage mocha test/**/*.js' } }],
    ['node', { scripts: { test: 'node --test' } }],
    ['the test script', { scripts: { test: 'make test' } }],
    ['the test script', { scripts: { test: 'cd sub && jest' } }],
    ['vitest and tsd', { scripts: { test: 'eslint . && vitest run && tsd && playwright test' } }],
    ['ava', { devDependencies: { ava: '6' }, ava: { files: ['test/**'] } }],
    ['vitest', { scripts: { 'test:watch': 'vitest', 'test:unit': 'vitest run' } }],
  ])('it finds %s', async (why, manifest) => {
    expect(await checkFixture({ 'package.json': manifest }).detect(tests)).toMatchObject({ applies: true, why });
  });

  it('needs no dependencies where there are none, and reads no prose but what tests read', async () => {
    const detection = await checkFixture({ 'package.json': { scripts: { test: 'node --test' } } }).detect(tests);
    if (!detection.applies) throw new Error('must apply');
    expect(detection.needsDependencies).toBe(false);
    expect(['README.md', 'docs/a.md', 'src/a.ts', 'logo.png', 'test/fixtures/a.md'].filter((path) => detection.reads(path))).toEqual([
      'src/a.ts',
      'logo.png',
      'test/fixtures/a.md',
    ]);
  });
});

describe('tests with Vitest', () => {
  it('pass, though the script watches', async () => {
    const report = await vitestSample({ 'a.test.js': passing }).inspect(tests);
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('that fail are one finding each, with place and message, and the same one after a line shift', async () => {
    const fixture = vitestSample({ 'src/a.test.js': failing, 'b.test.js': passing });
    const report = await fixture.inspect(tests);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'errors-left', command: 'npx vitest run src/a.test.js' });
    expect(report.findings).toMatchObject([
      {
        path: 'src/a.test.js',
        line: 3,
        rule: 'test-failed',
        severity: 'error',
        message: 'sum is odd (a+b)?: AssertionError: expected 2 to be 3 // Object.is equality',
      },
    ]);
    fixture.write({ 'src/a.test.js': `\n\n${failing}` });
    const shifted = await fixture.inspect(tests);
    expect(shifted.findings[0]).toMatchObject({ line: 5, fingerprint: report.findings[0]?.fingerprint });
  });

  it('that fail once and then pass by themselves are flaky: a warning', async () => {
    const flaky = `import { existsSync, writeFileSync } from 'node:fs';\nimport { expect, it } from 'vitest';\nit('wavers', () => {\n  const seen = existsSync('seen');\n  writeFileSync('seen', '');\n  expect(seen).toBe(true);\n});\n`;
    const report = await vitestSample({ 'a.test.js': flaky }).inspect(tests);
    expect(report.outcome).toBe('passed');
    expect(report.findings).toMatchObject([{ path: 'a.test.js', rule: 'flaky-test', severity: 'warning' }]);
  });

  it('that cannot be loaded are findings of their file', async () => {
    const report = await vitestSample({ 'a.test.js': "import './absent.js';\n", 'b.test.js': passing }).inspect(tests);
    expect(report.findings).toMatchObject([{ path: 'a.test.js', rule: 'suite-failed', severity: 'error' }]);
    expect(report.findings[0]?.message).toContain('absent.js');
  });

  it('write no snapshots', async () => {
    const snapshot = '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`a 1`] = `1`;\n';
    const fixture = vitestSample({
      'package.json': { ...vitestManifest, scripts: { test: 'vitest -u' } },
      'a.test.js':
        "import { expect, it } from 'vitest';\nit('a', () => expect(2).toMatchSnapshot());\nit('new', () => expect(3).toMatchSnapshot());\n",
      '__snapshots__/a.test.js.snap': snapshot,
    });
    const report = await fixture.inspect(tests);
    expect(report.findings.map(({ rule, message }) => `${rule} ${message.split(':')[0]}`)).toEqual(['test-failed a', 'test-failed new']);
    expect(fixture.read('__snapshots__/a.test.js.snap')).toBe(snapshot);
  });

  it('tell of snapshots that belong to no test, and leave them', async () => {
    const kept = '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`gone 1`] = `3`;\n\nexports[`keeps 1`] = `2`;\n';
    const snapshots = { 'src/__snapshots__/a.test.js.snap': kept };
    const keeps = "import { expect, it } from 'vitest';\nit('keeps', () => expect(2).toMatchSnapshot());\n";
    const fixture = vitestSample({ ...snapshots, 'src/a.test.js': keeps });
    expect((await fixture.inspect(tests)).findings).toMatchObject([
      // This version of Vitest calls that a failure where CI is set, so it is one.
      {
        path: 'src/a.test.js',
        rule: 'stale-snapshot',
        message: 'the snapshot "gone 1" belongs to no test any more: look at it, then take it away with vitest -u',
      },
    ]);
    expect(fixture.read('src/__snapshots__/a.test.js.snap')).toBe(kept);
    // A file in which a test fails may not have asked for all of them.
    const broken = vitestSample({ ...snapshots, 'src/a.test.js': `${keeps}it('breaks', () => { throw new Error('x'); });\n` });
    expect((await broken.inspect(tests)).findings.map(({ rule }) => rule)).toEqual(['test-failed']);
  });

  it('keep what the script says about configuration and environment', async () => {
    const fixture = vitestSample({
      'package.json': { ...vitestManifest, scripts: { test: 'FLAVOUR=sweet vitest --watch --config unit.config.js --reporter dot' } },
      'unit.config.js': "export default { test: { include: ['**/*.unit.js'] } };\n",
      'a.unit.js': "import { expect, it } from 'vitest';\nit('is sweet', () => expect(process.env.FLAVOUR).toBe('sweet'));\n",
      'b.test.js': failing,
    });
    expect(await fixture.inspect(tests)).toMatchObject({ outcome: 'passed' });
  });

  it('that end badly without a failing test are never green', async () => {
    const report = await vitestSample({
      'a.test.js': `${passing}setTimeout(() => { throw new Error('stray'); }, 1);\nit('waits', () => new Promise((r) => setTimeout(r, 50)));\n`,
    }).inspect(tests);
    expect(report.findings).toMatchObject([{ path: 'package.json', rule: 'run-failed', severity: 'error' }]);
  });

  it('that are not there are nothing-read, unless the repository allows it', async () => {
    const empty = await vitestSample({ 'src/a.js': '' }).inspect(tests);
    expect(empty).toMatchObject({ outcome: 'errored', reason: 'nothing-read', hint: 'vitest is set up but found no tests.' });
    const allowed = await vitestSample({ 'package.json': { ...vitestManifest, scripts: { test: 'vitest --passWithNoTests' } } }).inspect(
      tests,
    );
    expect(allowed).toMatchObject({ outcome: 'passed' });
  });

  it('that hang end timeout', async () => {
    const report = await vitestSample({ 'a.test.js': 'while (true);\n' }).inspect(tests, { timeoutMs: 1500 });
    expect(report).toMatchObject({ outcome: 'errored', reason: 'timeout' });
  });

  it('whose runner is not installed end dependencies-missing', async () => {
    const report = await checkFixture({ 'package.json': vitestManifest, 'a.test.js': passing }).inspect(tests);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });

  it('whose runner crashes or writes nonsense are errored', async () => {
    const fixture = checkFixture({ 'package.json': vitestManifest });
    fixture.fakeTool('vitest', 'console.error("TypeError: broken inside"); process.exit(7);');
    expect(await fixture.inspect(tests)).toMatchObject({
      outcome: 'errored',
      reason: 'tool-crashed',
      hint: 'vitest crashed: TypeError: broken inside',
    });
    fixture.fakeTool('vitest', 'console.log("fine");');
    expect(await fixture.inspect(tests)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
  });
});
