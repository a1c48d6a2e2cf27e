import { describe, expect, it } from 'vitest';
import { xo } from '../../../agents/checks/xo.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'x', scripts: { test: 'xo && ava' }, devDependencies: { xo: '^5.0.1' } };

/** What XO 5.0.1 wrote, shortened. */
const REPORT = [
  {
    filePath: 'package.json',
    messages: [{ ruleId: 'package-json/require-engines', severity: 2, message: 'Declare a Node.js version.', line: 1, column: 1 }],
  },
  {
    filePath: 'src/a.js',
    messages: [
      { ruleId: 'prefer-const', severity: 2, message: "'b' is never reassigned.", line: 2, column: 5, fix: { range: [15, 24], text: '' } },
      { ruleId: 'no-warning-comments', severity: 1, message: "Unexpected 'todo' comment.", line: 3, column: 1 },
    ],
  },
  { filePath: 'src/b.ts', messages: [{ ruleId: 'ts/strict', severity: 2, message: 'Needs `strictNullChecks`.', line: 0, column: 1 }] },
  {
    filePath: 'src/c.js',
    messages: [{ ruleId: null, fatal: true, severity: 2, message: "Parsing error: The keyword 'let' is reserved", line: 1, column: 1 }],
  },
];

function prints(report: object[], code: number): string {
  return `const report = ${JSON.stringify(report)};
  console.log(JSON.stringify(report.map((file) => ({ ...file, filePath: process.cwd() + '/' + file.filePath }))));
  require('node:fs').writeFileSync('arguments.json', JSON.stringify(process.argv.slice(2)));
  process.exitCode = ${code};`;
}

function sample(tool: string, files: Readonly<Record<string, string | object>> = {}): CheckFixture {
  const fixture = checkFixture({
    'package.json': manifest,
    'src/a.js': 'a\nlet b\n// todo\n',
    'src/b.ts': 'b',
    'src/c.js': 'let = ;',
    ...files,
  });
  fixture.fakeTool('xo', tool);
  return fixture;
}

const given = (fixture: CheckFixture): unknown => JSON.parse(fixture.read('arguments.json'));

describe('XO', () => {
  it('applies by its configuration or a script, without one of ESLint', async () => {
    const detected = await sample('').detect(xo);
    expect(detected).toMatchObject({ applies: true, why: 'the scripts of package.json with xo ^5.0.1', origin: 'repository' });
    const older = { name: 'x', devDependencies: { xo: '^0.60.0' }, xo: { space: true } };
    for (const [version, readsProse] of [
      [manifest, true],
      [older, false],
    ] as const) {
      const detection = await checkFixture({ 'package.json': version }).detect(xo);
      expect(detection.applies && [detection.reads('readme.md'), detection.reads('src/a.ts')]).toEqual([readsProse, true]);
    }
    expect(await checkFixture({ 'package.json': { devDependencies: { xo: '5' } } }).detect(xo)).toMatchObject({ applies: false });
  });

  it('tells its rules with their severities and places, and what can be fixed', async () => {
    const fixture = sample(prints(REPORT, 1));
    const { findings, outcome, command } = await fixture.inspect(xo);
    expect(outcome).toBe('failed');
    expect(
      findings.map(({ path, line, column, rule, severity, fixable }) => [`${path}:${line}:${column}`, rule, severity, fixable]),
    ).toEqual([
      ['package.json:1:1', 'package-json/require-engines', 'error', false],
      ['src/a.js:2:5', 'prefer-const', 'error', true],
      ['src/a.js:3:1', 'no-warning-comments', 'warning', false],
      ['src/b.ts:null:null', 'ts/strict', 'error', false],
      ['src/c.js:1:1', 'parse-error', 'error', false],
    ]);
    expect(command).toBe('npx xo package.json src/a.js src/b.ts src/c.js');
    expect(given(fixture)).toEqual(['--reporter=json']);
  });

  it('gets what the scripts say of reading, and never what writes', async () => {
    const scripts = { lint: 'xo --fix --space=4 --max-warnings 3 "src/**/*.js"' };
    const fixture = sample(prints([], 0), {
      'package.json': { ...manifest, scripts, workspaces: ['packages/*'] },
      'packages/b/package.json': { name: 'b', xo: {} },
    });
    await fixture.inspect(xo);
    expect(given(fixture)).toEqual(['--reporter=json', '--space=4', '--ignore=packages/b/**', '--', 'src/**/*.js']);
  });

  it('fixes files by their names, whatever is in them', async () => {
    const fixture = sample(prints(REPORT, 1));
    expect(await fixture.fix(xo, ['src/[id].js', 'src/a.js'])).toMatchObject({ outcome: 'done' });
    expect(given(fixture)).toEqual(['--fix', '--reporter=json', '--', './src/[[]id].js', './src/a.js']);
  });

  it.each([
    ['console.log("[]");', 'nothing-read'],
    ['console.error("Error: No files matching the pattern were found."); process.exitCode = 1;', 'nothing-read'],
    ['console.error("Error: Error resolving XO config, there is"); process.exitCode = 1;', 'configuration'],
    ['console.error("TypeError: rule is not a function"); process.exitCode = 1;', 'tool-crashed'],
    ['console.error("Error: Cannot find package \'eslint-plugin-x\' imported"); process.exitCode = 1;', 'dependencies-missing'],
    ['console.log("all is lovely");', 'nonsense-output'],
    [prints([{ filePath: 'src/a.js', messages: [] }], 1), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await sample(tool).inspect(xo)).toMatchObject({ outcome: 'errored', reason });
  });
});
