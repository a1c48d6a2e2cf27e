import { describe, expect, it } from 'vitest';
import { yamlFormat } from '../../../agents/checks/yaml-format.ts';
import { yamllint } from '../../../agents/checks/yamllint.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { isOnMachine, machineDouble } from '../../support/machine-double.ts';

const RULES = 'extends: default\nrules:\n  document-start: disable\n  truthy:\n    level: warning\n';

/** Answers as yamllint 1.29 does, to spaces behind a colon and to words that are truths. */
const LINTER = `
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
writeFileSync('args.json', JSON.stringify(args));
for (const file of args.filter((arg) => arg.endsWith('.yaml') || arg.endsWith('.yml') || arg === '.yamllint')) {
  readFileSync(file, 'utf8').split('\\n').forEach((line, index) => {
    const at = file + ':' + (index + 1);
    if (/: {2,}\\S/.test(line)) { console.log(at + ':5: [error] too many spaces after colon (colons)'); process.exitCode = 1; }
    if (/: yes$/.test(line)) console.log(at + ':4: [warning] truthy value should be one of [false, true] (truthy)');
    if (/\\[1, 2$/.test(line)) { console.log(file + ":2:1: [error] syntax error: expected ',' or ']', but got '<stream end>' (syntax)"); process.exitCode = 1; }
  });
}
if (args.includes('--strict') && process.exitCode === undefined) process.exitCode = 2;
`;

describe.each([
  ['a double', LINTER],
  ['the machine', null],
] as const)('yamllint of %s', (_name, script) => {
  it.runIf(script !== null || isOnMachine('yamllint'))('tells problems by its levels, and leaves syntax to the check of it', async () => {
    const fixture = checkFixture({ '.yamllint': RULES, 'a.yaml': 'a:   1\nb: yes\n', 'deep/b.yml': 'c: [1, 2\n', 'sound.yml': 'd: 1\n' });
    const { outcome, findings } = await fixture.inspect(yamllint, script === null ? {} : machineDouble(fixture, 'yamllint', script));
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, line, column, rule, severity }) => `${path}:${line}:${column} ${rule} ${severity}`)).toEqual([
      'a.yaml:1:5 colons error',
      'a.yaml:2:4 truthy warning',
    ]);
  });
});

describe('yamllint', () => {
  it.each([
    [{ 'package.json': { name: 'x', scripts: { lint: 'yamllint --strict -f colored deploy' } } }, ['--strict', 'deploy/a.yaml']],
    [
      { Makefile: 'lint:\n\tyamllint -c ci/lint.yaml .\n', 'ci/lint.yaml': 'rules: {}\n' },
      ['-c', 'ci/lint.yaml', 'ci/lint.yaml', 'deploy/a.yaml'],
    ],
  ])('is called as the repository calls it: %o', async (files, expected) => {
    const fixture = checkFixture({ ...files, 'deploy/a.yaml': 'a: yes\n' });
    const { findings } = await fixture.inspect(yamllint, machineDouble(fixture, 'yamllint', LINTER));
    expect(JSON.parse(fixture.read('args.json'))).toEqual(['--format', 'parsable', ...expected]);
    expect(findings.map(({ severity }) => severity)).toEqual([expected.includes('--strict') ? 'error' : 'warning']);
  });

  it('is skipped where it is missing, errored where it cannot be used, and not asked where it is not set up', async () => {
    const files = { '.yamllint': RULES, 'a.yaml': 'a: 1\n' };
    expect(await checkFixture(files).inspect(yamllint, { baseEnv: { PATH: '/nowhere' } })).toMatchObject({
      outcome: 'skipped',
      reason: 'tool-missing',
    });
    for (const [script, reason] of [
      ["console.error('invalid config: no such rule: x'); process.exitCode = 255;", 'configuration'],
      ["console.error('Segmentation fault'); process.exitCode = 139;", 'tool-crashed'],
    ] as const) {
      const fixture = checkFixture(files);
      expect(await fixture.inspect(yamllint, machineDouble(fixture, 'yamllint', script))).toMatchObject({ outcome: 'errored', reason });
    }
    expect(await checkFixture({ 'a.yaml': 'a: 1\n' }).detect(yamllint)).toMatchObject({ applies: false });
  });
});

/** Takes spaces behind colons away, as yamlfmt does besides much else; \`LOSE\` stands for a fault of it. */
const FORMATTER = `
const { readFileSync, writeFileSync } = require('node:fs');
const files = process.argv.slice(2);
if (files[0] === '-conf') files.splice(0, 2);
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.includes('LOSE') ? 'a: 1\\n' : text.replace(/: {2,}(?=\\S)/g, ': '));
}
`;

describe('yamlfmt', () => {
  it('tells the files that it changes, and changes them', async () => {
    const fixture = checkFixture({
      '.yamlfmt': 'formatter: {}\n',
      'a.yaml': '# one\na: 1\nb:   2\n',
      'b.yaml': 'b: 1\n',
      'broken.yaml': 'a: [1\n',
    });
    const options = machineDouble(fixture, 'yamlfmt', FORMATTER);
    const { findings } = await fixture.inspect(yamlFormat, options);
    expect(findings.map(({ path, line, rule, severity, fixable }) => ({ path, line, rule, severity, fixable }))).toEqual([
      { path: 'a.yaml', line: 3, rule: 'format', severity: 'error', fixable: true },
    ]);
    fixture.write({ 'a.yaml': '# one\na: 1\nb:   2\n' });
    await fixture.fix(yamlFormat, ['a.yaml'], options);
    expect(fixture.read('a.yaml')).toBe('# one\na: 1\nb: 2\n');
    expect((await fixture.inspect(yamlFormat, options)).outcome).toBe('passed');
  });

  it('puts back what would say something else', async () => {
    const fixture = checkFixture({ '.yamlfmt': '', 'a.yaml': 'a: LOSE\nb: 2\n' });
    expect((await fixture.inspect(yamlFormat, machineDouble(fixture, 'yamlfmt', FORMATTER))).findings).toEqual([]);
    expect(fixture.read('a.yaml')).toBe('a: LOSE\nb: 2\n');
  });

  it('formats neither lockfiles nor what the repository leaves out', async () => {
    const hooks =
      'exclude: ^charts/\nrepos:\n  - repo: https://github.com/google/yamlfmt\n    rev: v0.16.0\n    hooks:\n      - id: yamlfmt\n';
    const fixture = checkFixture({
      '.pre-commit-config.yaml': hooks,
      'pnpm-lock.yaml': 'a:   1\n',
      'charts/a.yaml': 'a:   1\n',
      'b.yaml': 'b:   1\n',
    });
    const { findings } = await fixture.inspect(yamlFormat, machineDouble(fixture, 'yamlfmt', FORMATTER));
    expect(findings.map(({ path }) => path)).toEqual(['b.yaml']);
  });

  it('is skipped where it is missing, errored where it crashes, and not asked where it is not set up', async () => {
    const files = { '.yamlfmt': '', 'a.yaml': 'a:   1\n' };
    expect(await checkFixture(files).inspect(yamlFormat, { baseEnv: { PATH: '/nowhere' } })).toMatchObject({
      outcome: 'skipped',
      reason: 'tool-missing',
    });
    const fixture = checkFixture(files);
    const crash = machineDouble(fixture, 'yamlfmt', "console.error('panic'); process.exitCode = 2;");
    expect(await fixture.inspect(yamlFormat, crash)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
    expect(await checkFixture({ 'a.yaml': 'a: 1\n' }).detect(yamlFormat)).toMatchObject({ applies: false });
  });
});
