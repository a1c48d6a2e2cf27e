import { describe, expect, it } from 'vitest';
import { htmlHint } from '../../../agents/checks/htmlhint.ts';
import { htmlValidate } from '../../../agents/checks/html-validate.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const PAGE = '<!doctype html>\n<p>a<div id=a></div></p>\n';
const prints = (stdout: string, exitCode: number, stderr = ''): string =>
  `require('node:fs').writeFileSync('args.json', JSON.stringify(process.argv.slice(2)));console.log(${JSON.stringify(stdout)}); console.error(${JSON.stringify(stderr)}); process.exitCode = ${exitCode};`;

/** As html-validate 10 writes it. */
const VALIDATED = [
  {
    filePath: 'a.html',
    messages: [
      { ruleId: 'doctype-style', severity: 1, message: 'DOCTYPE should be uppercase', line: 1, column: 1, selector: null },
      { ruleId: 'attr-quotes', severity: 2, message: 'Attribute "id" using unquoted value', line: 2, column: 10, selector: '#a' },
    ],
    errorCount: 1,
    warningCount: 1,
  },
];
/** As HTMLHint 1 writes it. */
const HINTED = [
  {
    file: './a.html',
    messages: [
      {
        type: 'error',
        message: 'The value of attribute [ id ] must be in double quotes.',
        line: 2,
        col: 9,
        rule: { id: 'attr-value-double-quotes' },
      },
      { type: 'warning', message: 'x', line: 1, col: 1, rule: { id: 'title-require' } },
    ],
    time: 2,
  },
];

function sample(name: string, tool: string, scripts: Readonly<Record<string, string>> = {}): CheckFixture {
  const config = name === 'htmlhint' ? '.htmlhintrc' : '.htmlvalidate.json';
  const fixture = checkFixture({
    ...{ 'package.json': { name: 'x', devDependencies: { [name]: '^1' }, scripts }, [config]: {} },
    ...{ 'a.html': PAGE, 'pages/-b.html': PAGE, 'c.txt': '' },
  });
  fixture.fakeTool(name, tool);
  return fixture;
}

describe('html-validate', () => {
  it('tells its messages with its severities, of the pages that are tracked', async () => {
    const fixture = sample('html-validate', prints(JSON.stringify(VALIDATED), 1));
    const { outcome, findings } = await fixture.inspect(htmlValidate);
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`)).toEqual([
      'a.html:1 doctype-style warning',
      'a.html:2 attr-quotes error',
    ]);
    expect(JSON.parse(fixture.read('args.json'))).toEqual(['--formatter=json', 'a.html', 'pages/-b.html']);
  });

  it('reads what its script names, and passes on an empty list', async () => {
    const fixture = sample('html-validate', prints('[]', 0), {
      lint: 'html-validate --formatter stylish --ext vue,html "pages/**/*.html"',
    });
    expect(await fixture.inspect(htmlValidate)).toMatchObject({ outcome: 'passed' });
    expect(JSON.parse(fixture.read('args.json'))).toEqual(['--formatter=json', '--ext', 'vue,html', 'pages/**/*.html']);
  });

  it.each([
    [prints('', 1, "No files matching patterns [ 'x' ]"), 'nothing-read'],
    [prints('', 1, 'SchemaValidationError: Invalid configuration:  Property bad is not expected to be here'), 'configuration'],
    [prints('', 1, "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'nope' imported from core-nodejs.js"), 'dependencies-missing'],
    [prints('lovely', 0), 'nonsense-output'],
    [prints('[]', 1), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await sample('html-validate', tool).inspect(htmlValidate)).toMatchObject({ outcome: 'errored', reason });
  });
});

describe('htmlhint', () => {
  it('tells its messages with its severities', async () => {
    const { findings } = await sample('htmlhint', prints(JSON.stringify(HINTED), 1)).inspect(htmlHint);
    expect(findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`)).toEqual([
      'a.html:2 attr-value-double-quotes error',
      'a.html:1 title-require warning',
    ]);
  });

  it.each([
    [prints(`   Config could not be parsed: .htmlhintrc\n\n${JSON.stringify(HINTED)}`, 1), 'configuration'],
    [prints('', 1, 'TypeError: rule is not a function'), 'tool-crashed'],
    [prints('lovely', 0), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await sample('htmlhint', tool).inspect(htmlHint)).toMatchObject({ outcome: 'errored', reason });
  });

  it('does not apply without a page, or where it is not set up', async () => {
    const manifest = { name: 'x', devDependencies: { htmlhint: '^1' } };
    expect(await checkFixture({ 'package.json': manifest, '.htmlhintrc': {} }).detect(htmlHint)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'package.json': manifest, 'a.html': PAGE }).detect(htmlHint)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'package.json': manifest, 'a.html': PAGE, '.htmlhintrc': {} }).detect(htmlHint)).toMatchObject({
      applies: true,
    });
  });
});
