import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pythonFormat } from '../../../agents/checks/python-format.ts';
import { pythonLint } from '../../../agents/checks/python-lint.ts';
import { pythonTests } from '../../../agents/checks/python-tests.ts';
import { pythonTypes } from '../../../agents/checks/python-types.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const PROJECT = '[tool.ruff.format]\n[tool.mypy]\nfiles = ["pkg"]\n[tool.pytest.ini_options]\n';

/** A program in an environment of Python: `body` sees its arguments as `args`, and where it runs as `here`. */
function program(fixture: CheckFixture, path: string, body: string): void {
  const script = `#!/usr/bin/env node
const fs = require('node:fs');
const args = process.argv.slice(2), here = process.cwd();
if (args[0] === '--version') { console.log('1.2.3'); process.exit(0); }
fs.appendFileSync('${join(fixture.root, 'calls.log')}', JSON.stringify({ here: here.slice(${fixture.root.length}), args }) + '\\n');
${body}
`;
  fixture.write({ [path]: script });
  chmodSync(join(fixture.root, path), 0o755);
}

function calls(fixture: CheckFixture): { here: string; args: string[] }[] {
  return fixture
    .read('calls.log')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { here: string; args: string[] });
}

async function told(fixture: CheckFixture): Promise<string[]> {
  return (await fixture.inspect(pythonTests)).findings.map(
    ({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`,
  );
}

/** Writes a report: `fails` by the node ids that it was given tells which tests failed. */
const PYTEST = (fails: string, end = ''): string => `
const ids = args.filter((arg) => arg.includes('::'));
const case_ = (classname, name, bad) => '<testcase classname="' + classname + '" name="' + name + '" file="tests/test_a.py" line="4">' + (bad ? '<failure message="assert 1 == 2">E</failure>' : '') + '</testcase>';
const fails = ${fails};
const cases = case_('tests.test_a', 'test_ok', false) + case_('tests.test_a', 'test_one', fails('one', ids)) + case_('tests.test_a.TestX.TestY', 'test_p[a b/c::d]', fails('p', ids));
fs.writeFileSync(args.find((arg) => arg.startsWith('--junit-xml=')).slice(12), '<testsuites>' + cases + '</testsuites>');
process.exitCode = cases.includes('failure') ? 1 : 0;
${end}
`;
const FILES = { 'pyproject.toml': PROJECT, 'tests/test_a.py': 'def test_ok(): pass\n' };

describe('a test of pytest that fails', () => {
  it('is run again by itself, and flaky when it passes then', async () => {
    const fixture = checkFixture(FILES);
    program(fixture, '.venv/bin/pytest', PYTEST("(name, ids) => name === 'one' || ids.length === 0"));
    expect(await told(fixture)).toEqual([
      'tests/test_a.py:5 test-failed error test_one: assert 1 == 2',
      'tests/test_a.py:5 flaky-test warning test_p[a b/c::d]: failed, then passed by itself on the same tree. assert 1 == 2',
    ]);
    const [first, second, ...more] = calls(fixture).map(({ args }) => args.slice(8));
    expect(first).toEqual([]);
    expect(second).toEqual(['tests/test_a.py::test_one', 'tests/test_a.py::TestX::TestY::test_p[a b/c::d]']);
    expect(more).toEqual([]);
    expect(await fixture.inspect(pythonTests)).toMatchObject({ outcome: 'failed', isUncertain: true });
  });

  it('leaves nothing failed where all of them are flaky', async () => {
    const fixture = checkFixture(FILES);
    program(fixture, '.venv/bin/pytest', PYTEST('(name, ids) => ids.length === 0'));
    expect(await fixture.inspect(pythonTests)).toMatchObject({ outcome: 'passed', isUncertain: true });
    expect((await told(fixture)).map((line) => line.split(' ')[1])).toEqual(['flaky-test', 'flaky-test']);
  });

  it('stays failed when it could not be run again', async () => {
    const fixture = checkFixture(FILES);
    program(fixture, '.venv/bin/pytest', `if (args.some((arg) => arg.includes('::'))) process.exit(3);${PYTEST('() => true')}`);
    expect((await told(fixture)).map((line) => line.split(' ')[1])).toEqual(['test-failed', 'test-failed']);
  });

  it('is not run again where its file cannot be read', async () => {
    const fixture = checkFixture(FILES);
    const broken = `fs.writeFileSync(args.find((arg) => arg.startsWith('--junit-xml=')).slice(12), '<testsuites><testcase classname="" name="tests.test_a"><error message="collection failure">E   SyntaxError: bad</error></testcase></testsuites>'); process.exitCode = 2;`;
    program(fixture, '.venv/bin/pytest', broken);
    expect(await told(fixture)).toEqual(['tests/test_a.py:null test-failed error the file cannot be read: SyntaxError: bad']);
    expect(calls(fixture)).toHaveLength(1);
  });
});

describe('coverage of Python', () => {
  const said = (text: string, exitCode: number): string => `console.log(${JSON.stringify(text)}); process.exitCode = ${exitCode};`;

  it.each([
    [
      'FAIL Required test coverage of 90.0% not reached. Total coverage: 75.00%',
      'Tests cover 75.00 % of the code, below the threshold of 90.0 %.',
    ],
    ['ERROR: Coverage failure: total of 75 is less than fail-under=90', 'Tests cover 75 % of the code, below the threshold of 90 %.'],
  ])('below the threshold that the repository set is an error: %s', async (text, message) => {
    const fixture = checkFixture({ ...FILES, '.coveragerc': '[report]\nfail_under = 90\n' });
    program(fixture, '.venv/bin/pytest', PYTEST('() => false', said(text, 1)));
    expect(await told(fixture)).toEqual([`.coveragerc:null coverage-threshold error ${message}`]);
  });

  it('is told where pytest-cov measures it and nothing else does, with a warning below the goal', async () => {
    const table = 'Name     Stmts   Miss  Cover\n----\nTOTAL        4      1    75%\n';
    const fixture = checkFixture(FILES);
    program(fixture, '.venv/bin/pytest', PYTEST('() => false', said(table, 0)));
    expect(await fixture.inspect(pythonTests)).toMatchObject({ outcome: 'passed', coverage: 75 });
    expect(await told(fixture)).toEqual(['null:null coverage-goal warning Tests cover 75 % of the lines; the goal is 90 %.']);
    fixture.write({ 'package.json': { name: 'x' } });
    expect((await fixture.inspect(pythonTests)).coverage).toBeUndefined();
    expect(await told(fixture)).toEqual([]);
  });

  it('is nobody’s business where nothing measures it', async () => {
    const fixture = checkFixture(FILES);
    program(fixture, '.venv/bin/pytest', PYTEST('() => false'));
    const report = await fixture.inspect(pythonTests);
    expect([report.outcome, report.coverage, report.findings]).toEqual(['passed', undefined, []]);
  });
});

describe('a project of Python below the root', () => {
  const below = {
    'package.json': { name: 'x' },
    'services/api/pyproject.toml': PROJECT,
    'services/api/pkg/__init__.py': 'x=1\n',
    'services/api/tests/test_a.py': '',
  };

  it('is looked at from its own folder, with its own environment or that of the root', async () => {
    const fixture = checkFixture(below);
    program(fixture, 'services/api/.venv/bin/pytest', PYTEST("(name) => name === 'one'"));
    program(
      fixture,
      '.venv/bin/ruff',
      "console.log(args[0] === 'format' ? 'Would reformat: pkg/__init__.py' : JSON.stringify([{ code: 'E225', filename: here + '/pkg/__init__.py', message: 'Missing whitespace', location: { row: 1, column: 2 }, fix: { applicability: 'safe' } }])); process.exitCode = args.includes('--fix') ? 0 : 1;",
    );
    program(fixture, '.venv/bin/mypy', "console.log('pkg/__init__.py:1: error: Bad  [misc]'); process.exitCode = 1;");
    expect(await fixture.detect(pythonTests)).toMatchObject({ applies: true, why: 'services/api/pyproject.toml with pytest' });
    expect(await told(fixture)).toEqual(['services/api/tests/test_a.py:5 test-failed error test_one: assert 1 == 2']);
    expect((await fixture.inspect(pythonTests)).command).toBe('(cd services/api && pytest)');
    for (const [check, rule] of [
      [pythonLint, 'E225'],
      [pythonFormat, 'unformatted'],
      [pythonTypes, 'misc'],
    ] as const) {
      const { findings } = await fixture.inspect(check);
      expect(findings.map((finding) => `${finding.path} ${finding.rule}`)).toEqual([`services/api/pkg/__init__.py ${rule}`]);
    }
    await fixture.fix(pythonLint, ['services/api/pkg/__init__.py', 'other.py']);
    const last = calls(fixture).at(-1);
    expect([last?.here, last?.args.slice(-2)]).toEqual(['/services/api', ['--', 'pkg/__init__.py']]);
    expect(new Set(calls(fixture).map(({ here }) => here))).toEqual(new Set(['/services/api']));
  });

  it('is each looked at by itself, and one that fails hides no other', async () => {
    const fixture = checkFixture({ ...below, 'services/jobs/pyproject.toml': PROJECT, 'services/jobs/tests/test_a.py': '' });
    program(
      fixture,
      '.venv/bin/pytest',
      PYTEST(
        "(name) => name === 'one'",
        "if (here.endsWith('jobs')) { process.exitCode = 4; fs.rmSync(args.find((arg) => arg.startsWith('--junit-xml=')).slice(12)); }",
      ),
    );
    expect(await fixture.detect(pythonTests)).toMatchObject({ why: 'services/api/pyproject.toml and 1 more folder with pytest' });
    const report = await fixture.inspect(pythonTests);
    expect(report).toMatchObject({ outcome: 'failed', command: '(cd services/api && pytest)' });
    expect(report.hint).toContain('services/jobs: pytest cannot start');
    program(fixture, '.venv/bin/pytest', PYTEST("(name) => name === 'one'"));
    const both = (await fixture.inspect(pythonTests)).findings;
    expect(both.map(({ path }) => path)).toEqual(['services/api/tests/test_a.py', 'services/jobs/tests/test_a.py']);
    expect(new Set(both.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('is none where the root sets the tool up, in test data and examples, or without Python', async () => {
    const applies = async (files: Record<string, string>): Promise<boolean> => (await checkFixture(files).detect(pythonLint)).applies;
    expect(await applies({ 'tests/data/pyproject.toml': PROJECT, 'tests/data/a.py': '' })).toBe(false);
    expect(await applies({ 'examples/x/pyproject.toml': PROJECT, 'examples/x/a.py': '' })).toBe(false);
    expect(await applies({ 'infra/pyproject.toml': PROJECT, 'a.py': '' })).toBe(false);
    const fixture = checkFixture({ ...FILES, 'packages/x/pyproject.toml': PROJECT, 'packages/x/tests/test_b.py': '' });
    program(fixture, '.venv/bin/pytest', PYTEST('() => false'));
    await fixture.inspect(pythonTests);
    expect(calls(fixture).map(({ here }) => here)).toEqual(['']);
  });
});
