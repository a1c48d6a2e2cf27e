import { describe, expect, it } from 'vitest';
import { openapi } from '../../../agents/checks/openapi.ts';
import { redocly, spectral } from '../../../agents/checks/openapi-linters.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const DOCUMENT = `openapi: 3.0.3
info:
  title: Pets
  version: 1.0.0
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: ok
`;
const prints = (stdout: unknown, exitCode: number, stderr = ''): string =>
  `require('node:fs').writeFileSync('args.json', JSON.stringify(process.argv.slice(2)));console.log(${JSON.stringify(typeof stdout === 'string' ? stdout : JSON.stringify(stdout))}); console.error(${JSON.stringify(stderr)}); process.exitCode = ${exitCode};`;

function sample(files: Readonly<Record<string, string>>, scripts: Readonly<Record<string, string>> = {}): CheckFixture {
  const devDependencies = { '@redocly/cli': '^2', '@stoplight/spectral-cli': '^6' };
  return checkFixture({ 'package.json': { name: 'x', devDependencies, scripts }, 'openapi.yaml': DOCUMENT, ...files });
}

/** Their binaries are not called like their packages. */
function withTool(fixture: CheckFixture, bin: 'redocly' | 'spectral', script: string): void {
  const name = bin === 'redocly' ? '@redocly/cli' : '@stoplight/spectral-cli';
  fixture.fakeTool(name, script);
  fixture.write({ [`node_modules/${name}/package.json`]: { name, version: '99.0.0', bin: { [bin]: 'bin.cjs' } } });
}

const args = (fixture: CheckFixture): unknown => JSON.parse(fixture.read('args.json')) as unknown;
const source = { ref: 'openapi.yaml' };

/** As Redocly CLI 2.77 writes it; before version 2 without `start`. */
const LINTED = {
  totals: { errors: 1, warnings: 1, ignored: 0 },
  problems: [
    {
      ruleId: 'no-empty-servers',
      severity: 'error',
      message: 'Servers must be present.',
      location: [{ source, pointer: '#/openapi', reportOnKey: true, start: { line: 1, col: 1 }, end: { line: 1, col: 8 } }],
    },
    {
      ruleId: 'operation-4xx-response',
      severity: 'warn',
      message: 'Operation must have at least one `4XX` response.',
      location: [{ source, pointer: '#/paths/~1pets/get/responses', reportOnKey: true }],
    },
  ],
};

describe('Redocly CLI', () => {
  const RULES = { 'redocly.yaml': 'extends:\n  - recommended\n' };

  it('tells its problems with its severities and their lines', async () => {
    const fixture = sample(RULES);
    withTool(fixture, 'redocly', prints(LINTED, 1));
    const { outcome, findings } = await fixture.inspect(redocly);
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`)).toEqual([
      'openapi.yaml:1 no-empty-servers error',
      'openapi.yaml:9 operation-4xx-response warning',
    ]);
    expect(args(fixture)).toEqual(['lint', '--format=json', '--max-problems=1000', 'openapi.yaml']);
  });

  it.each([
    [{}, { lint: 'redocly lint openapi.yaml --format=stylish --skip-rule info-license' }, ['--skip-rule', 'info-license', 'openapi.yaml']],
    [{ 'redocly.yaml': 'apis:\n  main:\n    root: openapi.yaml\nextends:\n  - minimal\n' }, {}, []],
  ])('reads what its script names, or what its configuration names', async (files, scripts, expected) => {
    const fixture = sample(files, scripts);
    withTool(fixture, 'redocly', prints({ totals: {}, problems: [] }, 0));
    expect(await fixture.inspect(redocly)).toMatchObject({ outcome: 'passed' });
    expect(args(fixture)).toEqual(['lint', '--format=json', '--max-problems=1000', ...expected]);
  });

  it('tells where it cannot parse a document', async () => {
    const fixture = sample(RULES);
    withTool(
      fixture,
      'redocly',
      prints(
        '',
        1,
        'validating openapi.yaml...\nFailed to parse API description at openapi.yaml:\n\n  - deficient indentation in "/x/openapi.yaml" (2:1)\n',
      ),
    );
    expect((await fixture.inspect(redocly)).findings).toMatchObject([
      { path: 'openapi.yaml', line: 2, rule: 'syntax', severity: 'error', message: 'deficient indentation' },
    ]);
  });

  it('is not asked where it only makes documentation or bundles', async () => {
    const scripts = { docs: 'redocly build-docs openapi.yaml', bundle: 'redocly bundle openapi.yaml -o dist/openapi.yaml' };
    const fixture = sample({ 'redocly.yaml': 'theme:\n  openapi:\n    hideLogo: true\n' }, scripts);
    expect(await fixture.detect(redocly)).toMatchObject({ applies: false });
    expect(await fixture.detect(openapi)).toMatchObject({ applies: true });
    expect(await sample(RULES).detect(openapi)).toMatchObject({ applies: false, why: expect.stringContaining('Redocly CLI') as string });
  });

  it.each([
    [prints('', 1, 'No files found to lint. Please check your file path'), 'nothing-read'],
    [prints('', 1, 'Invalid config: rules must be an object'), 'configuration'],
    [prints('', 1, "Error: Cannot find module '@redocly/openapi-core'"), 'dependencies-missing'],
    [prints('lovely', 0), 'nonsense-output'],
    [prints({ totals: {}, problems: [] }, 1), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    const fixture = sample(RULES);
    withTool(fixture, 'redocly', tool);
    expect(await fixture.inspect(redocly)).toMatchObject({ outcome: 'errored', reason });
  });
});

/** As Spectral 6.16 writes it; lines and columns from 0. */
const of = (code: string, severity: number, line: number): object => ({
  ...{ code, path: ['info'], message: `about ${code}`, severity, source: 'openapi.yaml' },
  range: { start: { line, character: 5 }, end: { line, character: 9 } },
});
const JUDGED = [of('oas3-schema', 0, 6), of('info-contact', 1, 1), of('hints', 3, 2)];

describe('Spectral', () => {
  function withSpectral(tool: string, files: Readonly<Record<string, string>>, scripts = {}): CheckFixture {
    const fixture = sample(files, scripts);
    withTool(fixture, 'spectral', tool);
    return fixture;
  }
  const RULES = { '.spectral.yaml': 'extends: ["spectral:oas"]\n' };

  it('tells errors and warnings, without hints', async () => {
    const fixture = withSpectral(prints(JUDGED, 1), RULES);
    const { findings } = await fixture.inspect(spectral);
    expect(findings.map(({ line, column, rule, severity }) => `${line}:${column} ${rule} ${severity}`)).toEqual([
      '7:6 oas3-schema error',
      '2:6 info-contact warning',
    ]);
    expect(args(fixture)).toEqual(['lint', '--format=json', '--quiet', 'openapi.yaml']);
  });

  it('calls an error what fails its script', async () => {
    const scripts = { 'lint:api': 'spectral lint --fail-severity=warn -f stylish openapi.yaml --ruleset .spectral.yaml' };
    const fixture = withSpectral(prints(JUDGED.slice(1), 1), RULES, scripts);
    expect((await fixture.inspect(spectral)).findings.map(({ severity }) => severity)).toEqual(['error']);
    expect(args(fixture)).toEqual([
      'lint',
      '--format=json',
      '--quiet',
      '--fail-severity=warn',
      '--ruleset',
      '.spectral.yaml',
      'openapi.yaml',
    ]);
  });

  it.each([
    [prints('', 2, 'Error #1: Could not read ruleset at .spectral.yaml: invalid ruleset provided'), 'configuration'],
    [prints('', 2, 'TypeError: rule is not a function'), 'tool-crashed'],
    [prints('', 0), 'nonsense-output'],
    [prints([], 1), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await withSpectral(tool, RULES).inspect(spectral)).toMatchObject({ outcome: 'errored', reason });
  });

  it('has nothing read without a document', async () => {
    const fixture = checkFixture({ 'package.json': { name: 'x', devDependencies: { '@stoplight/spectral-cli': '6' } }, ...RULES });
    withTool(fixture, 'spectral', prints([], 0));
    expect(await fixture.inspect(spectral)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  });
});
