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

describe('tests in workspaces', () => {
  const root = { name: 'root', private: true, workspaces: ['packages/*'], devDependencies: { vitest: '^5' } };
  const member = (name: string) => ({ name, type: 'module', scripts: { test: 'vitest run' } });

  it('run package by package: one that fails hides no other', async () => {
    const fixture = vitestSample({
      'package.json': { ...root, scripts: { test: 'npm test --workspaces' } },
      'packages/a/package.json': member('a'),
      'packages/a/a.test.js': failing,
      'packages/b/package.json': member('b'),
      'packages/b/b.test.js': failing,
      'packages/c/package.json': member('c'),
      'packages/c/c.test.js': passing,
    });
    const report = await fixture.inspect(tests);
    expect(report.findings.map(({ path }) => path).sort()).toEqual(['packages/a/a.test.js', 'packages/b/b.test.js']);
    expect(report.command).toBe('(cd packages/a && npx vitest run a.test.js) && (cd packages/b && npx vitest run b.test.js)');
  });

  it('run once each, though the root would run them too', async () => {
    const fixture = vitestSample({
      'package.json': { ...root, scripts: { test: 'vitest run' } },
      'top.test.js': failing,
      'packages/a/package.json': member('a'),
      'packages/a/a.test.js': failing,
    });
    expect((await fixture.inspect(tests)).findings.map(({ path }) => path).sort()).toEqual(['packages/a/a.test.js', 'top.test.js']);
  });

  it('are not missed at a root whose tests are all in its packages', async () => {
    const fixture = vitestSample({
      'package.json': { ...root, scripts: { test: 'vitest run' } },
      'packages/a/package.json': member('a'),
      'packages/a/a.test.js': passing,
    });
    expect(await fixture.inspect(tests)).toMatchObject({ outcome: 'passed', reason: null });
  });

  it('run from the root alone where it names them as projects', async () => {
    const fixture = vitestSample({
      'package.json': { ...root, scripts: { test: 'vitest run' } },
      'vitest.config.js': "export default { test: { projects: ['packages/*'] } };\n",
      'packages/a/package.json': member('a'),
      'packages/a/a.test.js': failing,
    });
    expect(await fixture.detect(tests)).toMatchObject({ why: 'vitest' });
    expect((await fixture.inspect(tests)).findings).toMatchObject([{ path: 'packages/a/a.test.js', rule: 'test-failed' }]);
  });

  it('apply to nothing below a root that installs nothing, and say so', async () => {
    const fixture = checkFixture({ 'server/package.json': member('server'), 'client/package.json': member('client') });
    expect(await fixture.detect(tests)).toEqual({
      applies: false,
      why: 'there is no package.json at the root that would install the packages below it',
    });
  });

  it('keep a package without tests from looking green', async () => {
    const fixture = vitestSample({
      'package.json': root,
      'packages/a/package.json': member('a'),
      'packages/a/a.test.js': passing,
      'packages/b/package.json': member('b'),
    });
    expect(await fixture.inspect(tests)).toMatchObject({
      outcome: 'errored',
      reason: 'nothing-read',
      hint: 'vitest is set up in packages/b but found no tests.',
    });
  });
});

describe('coverage', () => {
  const manifest = { ...vitestManifest, devDependencies: { vitest: '^5', '@vitest/coverage-v8': '^5' } };
  const code = 'export function used() {\n  return 1;\n}\nexport function unused() {\n  return 2;\n}\n';
  const half = "import { expect, it } from 'vitest';\nimport { used } from './code.js';\nit('uses', () => expect(used()).toBe(1));\n";
  const config = (thresholds: string): string =>
    `export default { test: { coverage: { provider: 'v8', include: ['code.js'], ${thresholds} } } };\n`;

  it('is measured where it is set up; below the goal is a warning', async () => {
    const report = await vitestSample({
      'package.json': manifest,
      'code.js': code,
      'a.test.js': half,
      'vitest.config.js': config(''),
    }).inspect(tests);
    expect(report).toMatchObject({ outcome: 'passed', coverage: 50 });
    expect(report.findings).toMatchObject([{ rule: 'coverage-goal', severity: 'warning', path: null }]);
  });

  it('below the threshold of the repository is an error, the same one at another percentage', async () => {
    const fixture = vitestSample({
      'package.json': manifest,
      'code.js': code,
      'a.test.js': half,
      'vitest.config.js': config('thresholds: { lines: 80 }'),
    });
    const report = await fixture.inspect(tests);
    expect(report).toMatchObject({ outcome: 'failed', coverage: 50 });
    expect(report.findings[0]).toMatchObject({
      rule: 'coverage-threshold',
      severity: 'error',
      message: 'Coverage for lines (50%) does not meet global threshold (80%)',
    });
    fixture.write({ 'code.js': `${code}export function more() {\n  return 3;\n}\n` });
    expect((await fixture.inspect(tests)).findings[0]?.fingerprint).toBe(report.findings[0]?.fingerprint);
  });

  it('is not measured where it is not set up', async () => {
    const report = await vitestSample({ 'code.js': code, 'a.test.js': half }).inspect(tests);
    expect(report.coverage).toBeUndefined();
    expect(report.findings).toEqual([]);
  });
});
