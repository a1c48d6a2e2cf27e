import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../agents/checks/check.ts';
import { dprint } from '../../../agents/checks/dprint.ts';
import { oxfmt } from '../../../agents/checks/oxfmt.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

const prints = (stdout: string, stderr: string, code: number): string =>
  `#!${process.execPath}
  process.stdout.write(${JSON.stringify(stdout)}.replaceAll('CWD', process.cwd())); process.stderr.write(${JSON.stringify(stderr)}.replaceAll('CWD', process.cwd()));
  require('node:fs').writeFileSync('arguments.json', JSON.stringify(process.argv.slice(2)));
  process.exitCode = ${code};`;

const sources = { 'src/a.js': 'const  a = "x"\n', 'src/b\nc.js': 'b', 'src/c.js': 'let = ;' };
const given = (fixture: CheckFixture): unknown => JSON.parse(fixture.read('arguments.json'));
const told = ({ findings }: CheckReport) =>
  findings.map(({ path, line, column, rule, severity, fixable }) => `${path}:${line}:${column} ${rule} ${severity} ${fixable}`);

function withOxfmt(tool: string, files: Files = {}): CheckFixture {
  const manifest = { name: 'x', devDependencies: { oxfmt: '^0.79.0' } };
  const fixture = checkFixture({ 'package.json': manifest, '.oxfmtrc.json': {}, ...sources, ...files });
  fixture.fakeTool('oxfmt', tool);
  return fixture;
}

/** dprint is a program in its package, or in the one for this platform. */
function withDprint(tool: string, files: Files = {}, home = 'dprint'): CheckFixture {
  const manifest = { name: 'x', devDependencies: { dprint: '^0.57.4' } };
  const fixture = checkFixture({ 'package.json': manifest, 'dprint.json': {}, ...sources, ...files });
  fixture.fakeTool('dprint', 'throw new Error("copies a program into its package");');
  const program = join('node_modules', home, 'dprint');
  fixture.write({ [program]: tool });
  chmodSync(join(fixture.root, program), 0o755);
  return fixture;
}

describe('oxfmt', () => {
  /** What oxfmt 0.79.0 wrote. */
  const broken = `\n  x Unexpected token\n   ,-[src/c.js:1:7]\n 1 | let = ;\n   :       ^\n   \`----\nError occurred when checking code style in the above files.\n`;

  it('applies where it is set up', async () => {
    expect(await withOxfmt('').detect(oxfmt)).toMatchObject({ applies: true, why: '.oxfmtrc.json with oxfmt ^0.79.0' });
    expect(await checkFixture({ 'package.json': { devDependencies: { oxfmt: '1' } } }).detect(oxfmt)).toMatchObject({ applies: false });
  });

  const drawn =
    '\n  \u001B[31;1m×\u001B[0m \u001B[31;1mUnexpected token\u001B[0m\n   ╭─\u001B[34;1msrc/c.js\u001B[0m:1:7\n \u001B[2m1\u001B[0m │ let = ;\n   ╰───\n';

  it.each([broken, drawn])('tells each file that is not formatted, and what cannot be parsed with its place (%#)', async (said) => {
    const fixture = withOxfmt(prints('src/a.js\nsrc/b\nc.js\n', said, 2));
    const report = await fixture.inspect(oxfmt);
    expect(told(report)).toEqual([
      'src/a.js:null:null format error true',
      'src/b\nc.js:null:null format error true',
      'src/c.js:1:7 parse-error error false',
    ]);
    expect(report.outcome).toBe('failed');
    expect(given(fixture)).toEqual(['--list-different', '--', '.']);
  });

  it('gets what the scripts say of reading, and formats the given files', async () => {
    const scripts = { format: 'oxfmt --write -c conf.json --threads 1 src' };
    const fixture = withOxfmt(prints('', '', 0), { 'package.json': { devDependencies: { oxfmt: '*' }, scripts } });
    expect(await fixture.inspect(oxfmt)).toMatchObject({ outcome: 'passed', findings: [] });
    expect(given(fixture)).toEqual(['--list-different', '-c', 'conf.json', '--', 'src']);
    expect(await fixture.fix(oxfmt, ['package.json', 'src/a.js', 'src/CHANGELOG.md'])).toMatchObject({ outcome: 'done' });
    expect(given(fixture)).toEqual(['--write', '--no-error-on-unmatched-pattern', '-c', 'conf.json', '--', './src/a.js']);
  });

  it.each([
    [prints('', 'Expected at least one target file. All matched files may have been excluded.\n', 2), 'nothing-read'],
    [prints('', 'Failed to load configuration file.\nEOF while parsing a value at line 2 column 0\n', 1), 'configuration'],
    [prints('', 'thread main panicked\n', 101), 'tool-crashed'],
    [prints('', 'odd\n', 1), 'tool-crashed'],
    [prints('all is lovely\n', '', 0), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await withOxfmt(tool).inspect(oxfmt)).toMatchObject({ outcome: 'errored', reason });
  });
});

describe('dprint', () => {
  /** What dprint 0.57.4 wrote. */
  const broken =
    'Error formatting CWD/src/c.js. Message: Expression expected at file://CWD/src/c.js:1:7\n\n  let = ;\n        ~\nHad 1 error formatting.\n';

  it('applies where it is set up', async () => {
    expect(await withDprint('').detect(dprint)).toMatchObject({ applies: true, why: 'dprint.json with dprint ^0.57.4' });
    expect(await checkFixture({ 'package.json': {}, 'dprint.json': {} }).detect(dprint)).toMatchObject({ applies: false });
  });

  it('tells each file that is not formatted, and what cannot be parsed with its place', async () => {
    const fixture = withDprint(prints('CWD/src/a.js\nCWD/src/b\nc.js\n', broken, 1));
    const report = await fixture.inspect(dprint);
    expect(told(report)).toEqual([
      'src/a.js:null:null format error true',
      'src/b\nc.js:null:null format error true',
      'src/c.js:1:7 parse-error error false',
    ]);
    expect(given(fixture)).toEqual(['check', '--incremental=false', '--list-different']);
    expect(report.command).toContain('npx dprint check');
  });

  it('runs the program of its platform, and never the script that would write into its package', async () => {
    const platform = withDprint(prints('CWD/src/a.js\n', '', 20), {}, `@dprint/${process.platform}-${process.arch}-glibc`);
    expect(told(await platform.inspect(dprint))).toEqual(['src/a.js:null:null format error true']);
    expect(await platform.fix(dprint, ['src/a.js'])).toMatchObject({ outcome: 'errored' });
    const none = withDprint('', {}, 'other');
    expect(await none.inspect(dprint)).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });

  it('formats the given files', async () => {
    const fixture = withDprint(prints('', '', 0));
    expect(await fixture.fix(dprint, ['src/a.js', 'CHANGELOG.md'])).toMatchObject({ outcome: 'done' });
    expect(given(fixture)).toEqual(['fmt', '--incremental=false', '--allow-no-files', '--', './src/a.js']);
  });

  it.each([
    ['Error resolving plugin https://plugins.dprint.dev/a.wasm: Error downloading https://plugins.dprint.dev/a.wasm', 12, 'network'],
    ['Error resolving plugin ./node_modules/@dprint/json/plugin.wasm: No such file', 12, 'dependencies-missing'],
    ['No formatting plugins found.', 13, 'configuration'],
    ['Error deserializing. Expected value after colon', 11, 'configuration'],
    ['No files found to format with the specified plugins.', 14, 'nothing-read'],
    ['odd', 20, 'tool-crashed'],
    ['odd', 1, 'tool-crashed'],
  ])('is no pass after "%s" and exit code %i', async (said, code, reason) => {
    expect(await withDprint(prints('', `${said}\n`, code)).inspect(dprint)).toMatchObject({ outcome: 'errored', reason });
  });
});
