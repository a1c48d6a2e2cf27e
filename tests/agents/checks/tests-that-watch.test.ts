/** Programs of tests that wait for changes unless they are told not to. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tests } from '../../../agents/checks/tests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

/** A program that ends only when it has these words, and then with what it is told to say. */
function watched(script: string, { until, says = '', code = 0 }: { until: string; says?: string; code?: number }) {
  const name = script.split(' ')[0] ?? '';
  const fixture = checkFixture({ 'package.json': { name: 'a', scripts: { test: script } } });
  const ends = `console.log(${JSON.stringify(says)}); process.exit(${code});`;
  fixture.write({
    [`node_modules/.bin/${name}`]: `#!/usr/bin/env node\nif (process.argv.includes('${until}')) { ${ends} }\nsetInterval(() => {}, 1000);\n`,
  });
  chmodSync(join(fixture.root, 'node_modules/.bin', name), 0o755);
  return fixture;
}

const LIMIT = { timeoutMs: 20_000 };

describe.each([
  ['karma start karma.conf.js', '--single-run'],
  ['ng test', '--watch=false'],
])('tests by `%s`', (script, until) => {
  it('run once', async () => {
    const report = await watched(script, { until, says: 'Executed 3 of 3 SUCCESS' }).inspect(tests, LIMIT);
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('that fail are an error, in the words of the program', async () => {
    const report = await watched(script, { until, says: 'Cart is empty FAILED', code: 1 }).inspect(tests, LIMIT);
    expect(report).toMatchObject({ outcome: 'failed', findings: [{ rule: 'test-failed', path: 'package.json' }] });
    expect(report.findings[0]?.message).toContain('Cart is empty FAILED');
  });

  it('that find no browser could not be carried out, and say what to install', async () => {
    const says = 'No binary for Chrome browser on your platform. Please, set "CHROME_BIN" env variable.';
    const report = await watched(script, { until, says, code: 1 }).inspect(tests, LIMIT);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'tool-not-found', findings: [] });
    expect(report.hint).toMatch(/^This machine has no browser for these tests: install it/);
  });
});
