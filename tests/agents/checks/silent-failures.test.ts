/** A tool that ends badly and names nothing has not found that all is well. */
import { describe, expect, it } from 'vitest';
import { biome } from '../../../agents/checks/biome.ts';
import { reportOf } from '../../../agents/checks/check-parts.ts';
import type { Check } from '../../../agents/checks/check.ts';
import { eslint } from '../../../agents/checks/eslint.ts';
import { oxlint } from '../../../agents/checks/oxlint.ts';
import { tests } from '../../../agents/checks/tests.ts';
import { unusedCode } from '../../../agents/checks/unused-code.ts';
import { workflows } from '../../../agents/checks/workflows.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const WARNING = { ruleId: 'r', severity: 1, message: 'odd', line: 1, column: 1 };
const eslintReport = (messages: object[]): string =>
  `require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--output-file') + 1], JSON.stringify([{ filePath: process.cwd() + '/a.js', messages: ${JSON.stringify(messages)} }]));`;

const LINTERS: readonly { check: Check; name: string; config: string; clean: string; warned: string }[] = [
  { check: eslint, name: 'eslint', config: 'eslint.config.js', clean: eslintReport([]), warned: eslintReport([WARNING]) },
  {
    check: oxlint,
    name: 'oxlint',
    config: '.oxlintrc.json',
    clean: `console.log('{ "diagnostics": [], "number_of_files": 1 }');`,
    warned: `console.log('{ "diagnostics": [{ "message": "odd", "severity": "warning", "filename": "a.js", "labels": [] }], "number_of_files": 1 }');`,
  },
  {
    check: biome,
    name: '@biomejs/biome',
    config: 'biome.json',
    clean: `console.log('{"summary":{"unchanged":2},"diagnostics":[]}');`,
    warned: `console.log('{"summary":{"unchanged":2},"diagnostics":[{"severity":"warning","category":"lint/x","message":"odd","location":{"path":"a.js"}}]}');`,
  },
];

describe('a linter that ends with an error code', () => {
  it.each(LINTERS)('and names no error is no pass: $name', async ({ check, name, config, clean, warned }) => {
    const repository = checkFixture({ 'package.json': { devDependencies: { [name]: '*' } }, [config]: '{}', 'a.js': 'a;\n' });
    for (const report of [clean, warned]) {
      repository.fakeTool(name, report);
      expect((await repository.inspect(check)).outcome).toBe('passed');
      repository.fakeTool(name, `${report} console.error('a plugin gave up'); process.exitCode = 1;`);
      const ended = await repository.inspect(check);
      expect(ended).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
      expect(ended.hint).toContain('a plugin gave up');
    }
  });
});

describe('a test runner without a test', () => {
  const report = (code: number, said: string): string =>
    `const file = process.argv.find((word) => word.startsWith('--outputFile=')).slice(13);
    require('node:fs').writeFileSync(file, '{ "numTotalTests": 0, "testResults": [] }'); console.error(${JSON.stringify(said)}); process.exitCode = ${code};`;

  it('is one only when it says so, where packages below have the tests', async () => {
    const repository = checkFixture({
      'package.json': { name: 'top', workspaces: ['packages/*'], scripts: { test: 'vitest run' }, devDependencies: { vitest: '*' } },
      'packages/a/package.json': { name: 'a', scripts: { test: 'node --test' } },
      'packages/a/a.test.mjs': "import { test } from 'node:test';\ntest('one', () => {});\n",
    });
    repository.fakeTool('vitest', report(1, 'No test files found, exiting with code 1'));
    expect(await repository.inspect(tests)).toMatchObject({ outcome: 'passed' });
    repository.fakeTool('vitest', report(1, 'Error: global setup failed'));
    const failed = await repository.inspect(tests);
    expect(failed).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
    expect(failed.hint).toContain('global setup failed');
  });
});

describe('a report with nothing readable in it', () => {
  it('of knip is nonsense', async () => {
    const repository = checkFixture({ 'package.json': { devDependencies: { knip: '*' } }, 'knip.json': '{}', 'a.js': 'a;\n' });
    repository.fakeTool('knip', `console.log('{"issues":[{"path":"a.js","exports":[{"name":"a"}]}]}');`);
    expect(await repository.inspect(unusedCode)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
  });

  it('of no call at all is nothing read', () => {
    expect(reportOf({ id: 'x', context: { withoutTree: (text) => text } }, [])).toMatchObject({
      outcome: 'errored',
      reason: 'nothing-read',
    });
  });

  it('of workflows names the files that were not read', async () => {
    const repository = checkFixture({ '.github/workflows/a.yml': `on: push\n${'#'.repeat(80)}\n`.padEnd(1_200_000, '# long\n') });
    const report = await repository.inspect(workflows);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'not-applicable' });
    expect(report.hint).toContain('.github/workflows/a.yml');
  });
});
