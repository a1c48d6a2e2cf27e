import { describe, expect, it } from 'vitest';
import { standard } from '../../../agents/checks/standard.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

/** What Standard 17.1.2 wrote. */
const SAID = `  CWD/src/a.js:1:6: Multiple spaces found before 'a'. (no-multi-spaces)
  CWD/src/a.js:3:7: Expected '===' and instead saw '=='. (eqeqeq)
  CWD/src/a.js:4:1: Do not do this (really). (n/no-this) (warning)
  CWD/src/c.js:1:1: Parsing error: The keyword 'let' is reserved (null)
`;
const HEAD =
  'standard: Use JavaScript Standard Style (https://standardjs.com)\nstandard: Run `standard --fix` to automatically fix some problems.\n';

const prints = (stdout: string, stderr: string, code: number): string =>
  `process.stdout.write(${JSON.stringify(stdout)}.replaceAll('CWD', process.cwd())); process.stderr.write(${JSON.stringify(stderr)});
  require('node:fs').writeFileSync('arguments.json', JSON.stringify([...process.argv.slice(2), process.env.XDG_CACHE_HOME !== undefined]));
  process.exitCode = ${code};`;

function sample(tool: string, used: { readonly name?: string; readonly script?: string } = {}): CheckFixture {
  const { name = 'standard' } = used;
  const script = used.script ?? name;
  const fixture = checkFixture({
    'package.json': { name: 'x', scripts: { test: `${script} && tape test.js` }, devDependencies: { [name]: '^17.0.0' } },
    'src/a.js': 'const  a\n\nif (a == 1)\n',
    'src/c.js': 'let = ;',
  });
  fixture.fakeTool(name, tool);
  return fixture;
}

describe('Standard', () => {
  it('applies by a script or its key, whichever of the family it is', async () => {
    for (const name of ['standard', 'semistandard', 'ts-standard'])
      expect(await sample('', { name }).detect(standard)).toMatchObject({ why: `the scripts of package.json with ${name} ^17.0.0` });
    const keyed = { name: 'x', devDependencies: { standard: '17' }, standard: { ignore: ['lib/'] } };
    expect(await checkFixture({ 'package.json': keyed }).detect(standard)).toMatchObject({ applies: true });
    expect(await checkFixture({ 'package.json': { devDependencies: { standard: '17' } } }).detect(standard)).toMatchObject({
      applies: false,
    });
    expect(await checkFixture({ 'package.json': {} }).detect(standard)).toEqual({ applies: false, why: 'standard is in no package.json' });
  });

  it('tells its rules with their severities and places', async () => {
    const fixture = sample(prints(SAID, HEAD, 1));
    const { findings, outcome, command } = await fixture.inspect(standard);
    expect(outcome).toBe('failed');
    expect(
      findings.map(({ path, line, column, rule, severity, fixable }) => [`${path}:${line}:${column}`, rule, severity, fixable]),
    ).toEqual([
      ['src/a.js:1:6', 'no-multi-spaces', 'error', true],
      ['src/a.js:3:7', 'eqeqeq', 'error', true],
      ['src/a.js:4:1', 'n/no-this', 'warning', true],
      ['src/c.js:1:1', 'parse-error', 'error', false],
    ]);
    expect(findings[2]?.message).toBe('Do not do this (really).');
    expect(command).toBe('npx standard src/a.js src/c.js');
    expect(JSON.parse(fixture.read('arguments.json'))).toEqual([true]);
  });

  it('reads and fixes what its script names', async () => {
    const fixture = sample(prints('', '', 0), { script: 'standard --fix --env mocha "src/*.js"' });
    expect(await fixture.inspect(standard)).toMatchObject({ outcome: 'passed' });
    expect(JSON.parse(fixture.read('arguments.json'))).toEqual(['--env', 'mocha', '--', 'src/*.js', true]);
    expect(await fixture.fix(standard, ['src/a.js', 'test.js'])).toMatchObject({ outcome: 'done' });
    expect(JSON.parse(fixture.read('arguments.json'))).toEqual(['--fix', '--env', 'mocha', '--', './src/a.js', true]);
  });

  const unexpected = 'standard: Unexpected linter output:\n\n';
  it.each([
    [prints('', `${unexpected}Error: No files matching '.' were found.\n    at x\n`, 1), 'nothing-read'],
    [prints('', `${unexpected}TypeError: Failed to load parser\n`, 1), 'tool-crashed'],
    [prints('', `${unexpected}Error: Cannot find module 'eslint-plugin-x'\n`, 1), 'dependencies-missing'],
    [prints('Unable to locate the project file. A project file (tsconfig.json) is required', '', 1), 'configuration'],
    [prints('', '', 1), 'nonsense-output'],
    [prints('hello', '', 0), 'nonsense-output'],
    [prints('', 'Error: killed', 7), 'tool-crashed'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await sample(tool).inspect(standard)).toMatchObject({ outcome: 'errored', reason });
  });
});
