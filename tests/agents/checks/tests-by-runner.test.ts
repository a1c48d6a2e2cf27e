import { describe, expect, it } from 'vitest';
import { tests } from '../../../agents/checks/tests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

describe("tests with Node's runner", () => {
  const manifest = { name: 'sample', scripts: { test: 'node --test --watch' } };
  it('are told apart by their full names, with what failed to load', async () => {
    const fixture = checkFixture({
      'package.json': manifest,
      'test/a.test.mjs':
        "import { describe, it } from 'node:test';\nimport assert from 'node:assert';\ndescribe('sum # of', () => {\n  it('is odd', () => assert.equal(2, 3));\n  it('is even', () => {});\n  it.skip('later', () => {});\n  it.todo('some day');\n});\n",
      'test/b.test.mjs': "import './absent.mjs';\n",
      'test/c.test.mjs':
        "import { test } from 'node:test';\ntest('top', async (t) => {\n  await t.test('inner', () => {\n    throw new Error('first\\nsecond');\n  });\n});\n",
    });
    const report = await fixture.inspect(tests);
    expect(report.findings.map(({ path, line, rule, message }) => ({ path, line, rule, message }))).toEqual([
      { path: 'test/a.test.mjs', line: 4, rule: 'test-failed', message: 'sum # of > is odd: 2 == 3' },
      { path: 'test/c.test.mjs', line: 3, rule: 'test-failed', message: 'top > inner: first second' },
      { path: 'test/b.test.mjs', line: null, rule: 'suite-failed', message: expect.stringContaining('absent.mjs') as string },
    ]);
    expect(report.command).toBe('node --test test/a.test.mjs test/c.test.mjs test/b.test.mjs');
  });

  it('that are not there are nothing-read', async () => {
    expect(await checkFixture({ 'package.json': manifest, 'a.js': '' }).inspect(tests)).toMatchObject({
      outcome: 'errored',
      reason: 'nothing-read',
    });
  });

  it('that waver are flaky', async () => {
    const flaky =
      "import { existsSync, writeFileSync } from 'node:fs';\nimport { test } from 'node:test';\ntest('wavers', () => {\n  const seen = existsSync('seen');\n  writeFileSync('seen', '');\n  if (!seen) throw new Error('first time');\n});\n";
    const report = await checkFixture({ 'package.json': manifest, 'a.test.mjs': flaky }).inspect(tests);
    expect(report).toMatchObject({ outcome: 'passed', findings: [{ rule: 'flaky-test', path: 'a.test.mjs' }] });
  });
});

describe('a test script without a known runner', () => {
  it('is judged by its exit code', async () => {
    const red = checkFixture({
      'package.json': { name: 's', scripts: { test: 'sh ./check.sh $HOME' } },
      'check.sh': 'echo "2 of 3 wrong"\nexit 3\n',
    });
    const report = await red.inspect(tests);
    expect(report).toMatchObject({ outcome: 'failed', command: 'npm test' });
    expect(report.findings).toMatchObject([{ path: 'package.json', rule: 'test-failed' }]);
    expect(report.findings[0]?.message).toContain('2 of 3 wrong');
    red.write({ 'check.sh': 'exit 0\n' });
    expect(await red.inspect(tests)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('cannot be carried out where a program that it calls is not there', async () => {
    const fixture = checkFixture({ 'package.json': { name: 's', scripts: { test: 'no-such-runner exec tests' } } });
    const report = await fixture.inspect(tests);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'tool-not-found', findings: [] });
    expect(report.hint).toMatch(/^the test script could not be run: .*no-such-runner.*not found/);
  });

  it('builds first, and a build that fails is one finding instead of many', async () => {
    const fixture = checkFixture({
      'package.json': { name: 's', scripts: { pretest: 'node build.mjs', test: 'node --test' } },
      'build.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('built.mjs', 'export const built = 1;');\n",
      'a.test.mjs':
        "import { test } from 'node:test';\nimport { built } from './built.mjs';\ntest('built', () => { if (built !== 1) throw new Error(); });\n",
    });
    expect(await fixture.inspect(tests)).toMatchObject({ outcome: 'passed' });
    fixture.write({ 'build.mjs': "throw new Error('no build');\n" });
    expect((await fixture.inspect(tests)).findings).toMatchObject([{ rule: 'build-failed', path: 'package.json' }]);
  });
});
