import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../agents/checks/check.ts';
import { pythonFormat } from '../../../agents/checks/python-format.ts';
import { pythonLint } from '../../../agents/checks/python-lint.ts';
import { pythonTests } from '../../../agents/checks/python-tests.ts';
import { pythonTypes } from '../../../agents/checks/python-types.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const PROJECT = '[tool.ruff.format]\n[tool.mypy]\nfiles = ["pkg"]\n[tool.pytest.ini_options]\n';
const FILES = {
  'pyproject.toml': PROJECT,
  'pkg/__init__.py': '',
  'pkg/a.py': 'import os\nx=1\n',
  'tests/test_a.py': 'def test_a(): pass\n',
};

/** What a tool prints, and how it ends; `report` goes where `--junit-xml` says. */
interface Said {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly report?: string;
  readonly version?: string;
}

/** Puts a tool of our own making, which prints what the real one printed, into the environment in the checkout. */
function installed(
  tool: string,
  said: Said,
  { files = {}, folder = '.venv/bin' }: { files?: Record<string, string>; folder?: string } = {},
): CheckFixture {
  const fixture = checkFixture({ ...FILES, ...files });
  const path = join(folder, tool);
  const script = `#!/usr/bin/env node
const args = process.argv.slice(2);
if (args[0] === '--version') { console.log(${JSON.stringify(`${tool} ${said.version ?? '1.2.3'} (compiled: yes)`)}); process.exit(0); }
const fs = require('node:fs');
fs.writeFileSync('args.json', JSON.stringify(args));
const report = args.find((arg) => arg.startsWith('--junit-xml='));
if (report !== undefined && ${JSON.stringify(said.report !== undefined)}) fs.writeFileSync(report.slice(12), ${JSON.stringify(said.report ?? '')});
process.stdout.write(${JSON.stringify(said.stdout ?? '')}); process.stderr.write(${JSON.stringify(said.stderr ?? '')});
process.exitCode = ${said.exitCode ?? 0};
`;
  fixture.write({ [path]: script });
  chmodSync(join(fixture.root, path), 0o755);
  return fixture;
}

/** A machine with Node and nothing else, and what is in `folders`. */
function machine(fixture: CheckFixture, ...folders: string[]): { baseEnv: Record<string, string> } {
  const bare = join(fixture.root, '.bare');
  mkdirSync(bare, { recursive: true });
  symlinkSync(process.execPath, join(bare, 'node'));
  return { baseEnv: { PATH: [...folders.map((folder) => join(fixture.root, folder)), bare].join(':') } };
}

const told = async (check: Check, fixture: CheckFixture): Promise<string[]> =>
  (await fixture.inspect(check)).findings.map(
    ({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`,
  );

const RUFF = JSON.stringify([
  {
    ...{ code: 'F401', filename: 'pkg/a.py', message: '`os` imported but unused', location: { row: 1, column: 8 } },
    fix: { applicability: 'safe', edits: [], message: 'Remove unused import: `os`' },
  },
  { code: 'E741', filename: 'pkg/a.py', message: 'Ambiguous variable name: `l`', location: { row: 2, column: 1 }, fix: null },
  { code: null, filename: 'tests/test_a.py', message: 'SyntaxError: Expected an expression', location: { row: 1, column: 9 }, fix: null },
]);

describe('python-lint', () => {
  it('tells what ruff tells, and which of it is safely repaired', async () => {
    const fixture = installed('ruff', { stdout: RUFF, exitCode: 1 });
    const { findings, outcome } = await fixture.inspect(pythonLint);
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, line, rule, fixable }) => `${path}:${line} ${rule} ${fixable}`)).toEqual([
      'pkg/a.py:1 F401 true',
      'pkg/a.py:2 E741 false',
      'tests/test_a.py:1 invalid-syntax false',
    ]);
    expect(fixture.read('args.json')).toContain('"--no-fix"');
  });

  it('repairs safely, and only Python', async () => {
    const fixture = installed('ruff', {});
    expect(await fixture.fix(pythonLint, ['pkg/a.py', 'pyproject.toml'])).toMatchObject({ outcome: 'done' });
    const args = JSON.parse(fixture.read('args.json')) as string[];
    expect(args).toEqual(expect.arrayContaining(['--fix', '--no-unsafe-fixes', 'pkg/a.py']));
    expect(args).not.toContain('pyproject.toml');
  });

  it.each([
    [{ stdout: '[]', stderr: 'warning: No Python files found under the given path(s)\n' }, 'nothing-read'],
    [{ stderr: 'ruff failed\n  Cause: Failed to parse pyproject.toml\n', exitCode: 2 }, 'configuration'],
    [{ stderr: 'panicked at crates/ruff/src/main.rs\n', exitCode: 101 }, 'tool-crashed'],
    [{ stdout: 'lovely' }, 'nonsense-output'],
  ])('is no pass after %j', async (said, reason) => {
    expect(await installed('ruff', said).inspect(pythonLint)).toMatchObject({ outcome: 'errored', reason });
  });

  it('takes the environment of the checkout that a worktree belongs to', async () => {
    const fixture = installed('ruff', { stdout: RUFF, exitCode: 1 }, { folder: 'checkout/.venv/bin' });
    rmSync(join(fixture.root, '.git'), { recursive: true });
    fixture.write({ '.git': 'gitdir: checkout/.git/worktrees/w\n', 'checkout/.git/worktrees/w/commondir': '../..\n' });
    expect((await fixture.inspect(pythonLint)).findings).toHaveLength(3);
  });

  it('is skipped where the machine has it not, or has another version than the one that is asked for', async () => {
    const fixture = installed('ruff', { stdout: '[]' }, { folder: 'elsewhere' });
    expect(await fixture.inspect(pythonLint, machine(fixture))).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
    const pinned = (version: string): CheckFixture =>
      installed('ruff', { stdout: '[]' }, { folder: 'elsewhere', files: { 'requirements-dev.txt': `ruff==${version}\n` } });
    const other = pinned('0.9.9');
    expect((await other.inspect(pythonLint, machine(other, 'elsewhere'))).hint).toContain('ruff 0.9.9, and this machine has 1.2.3');
    const same = pinned('1.2.3');
    expect(await same.inspect(pythonLint, machine(same, 'elsewhere'))).toMatchObject({ outcome: 'passed' });
  });

  it('applies only where it is set up', async () => {
    expect(await checkFixture({ 'a.py': '', 'pyproject.toml': '[project]\n' }).detect(pythonLint)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'pyproject.toml': PROJECT }).detect(pythonLint)).toMatchObject({ applies: false });
    const hooks = 'repos:\n  - repo: x\n    hooks:\n      - id: ruff-check\n';
    expect(await checkFixture({ 'a.py': '', '.pre-commit-config.yaml': hooks }).detect(pythonLint)).toMatchObject({ applies: true });
  });
});

describe('python-format', () => {
  it('tells what ruff would format, and what it cannot read', async () => {
    const stderr = 'error: Failed to parse tests/test_a.py:1:9: Expected an expression\n';
    expect(
      await told(
        pythonFormat,
        installed('ruff', { stdout: 'Would reformat: pkg/a.py\n1 file would be reformatted\n', stderr, exitCode: 2 }),
      ),
    ).toEqual(['pkg/a.py:null unformatted error The file is not formatted.', 'tests/test_a.py:1 parse-error error Expected an expression']);
  });

  it('tells what black would format, and what it cannot read', async () => {
    const stderr =
      'error: cannot format tests/test_a.py: Cannot parse: 2:0: EOF in multi-line statement\nwould reformat pkg/a.py\n\nOh no!\n1 file would be reformatted, 1 file would fail to reformat.\n';
    const fixture = installed('black', { stderr, exitCode: 123 }, { files: { 'pyproject.toml': '[tool.black]\n' } });
    expect(await told(pythonFormat, fixture)).toEqual([
      'pkg/a.py:null unformatted error The file is not formatted.',
      'tests/test_a.py:2 parse-error error Cannot parse: 2:0: EOF in multi-line statement',
    ]);
  });

  it('is no pass where nothing was read', async () => {
    const fixture = installed(
      'black',
      { stderr: 'No Python files are present to be formatted. Nothing to do\n' },
      { files: { 'pyproject.toml': '[tool.black]\n' } },
    );
    expect(await fixture.inspect(pythonFormat)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  });
});

const MYPY =
  'pkg/a.py:2:10: error: Incompatible return value type (got "int", expected "str")  [return-value]\npkg/a.py:2: note: See more\n';

describe('python-types', () => {
  it('tells errors of what its configuration names, and warns of what nobody named', async () => {
    const line = (severity: string): string =>
      `pkg/a.py:2 return-value ${severity} Incompatible return value type (got "int", expected "str")`;
    expect(await told(pythonTypes, installed('mypy', { stdout: MYPY, exitCode: 1 }))).toEqual([line('error')]);
    const unnamed = installed(
      'mypy',
      { stdout: MYPY, exitCode: 1 },
      { files: { 'pyproject.toml': '[tool.mypy]\nstrict = true\n[tool.x]\nfiles = 1\n' } },
    );
    expect(await told(pythonTypes, unnamed)).toEqual([line('warning')]);
    expect(JSON.parse(unnamed.read('args.json'))).toContain('pkg');
  });

  it('says nothing where it does not see what is imported', async () => {
    const stdout = 'pkg/a.py:1:1: error: Cannot find implementation or library stub for module named "django"  [import-not-found]\n';
    const fixture = installed('mypy', { stdout, exitCode: 1 }, { folder: 'elsewhere' });
    expect(await fixture.inspect(pythonTypes, machine(fixture, 'elsewhere'))).toMatchObject({
      outcome: 'skipped',
      reason: 'dependencies-missing',
    });
    expect(await installed('mypy', { stdout, exitCode: 1 }).inspect(pythonTypes)).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    [{ stderr: "There are no .py[i] files in directory 'pkg'\n", exitCode: 2 }, 'nothing-read'],
    [{ stderr: 'pkg/a.py: error: INTERNAL ERROR -- Please try using mypy master\n', exitCode: 2 }, 'tool-crashed'],
    [{ exitCode: 1 }, 'nonsense-output'],
  ])('is no pass after %j', async (said, reason) => {
    expect(await installed('mypy', said).inspect(pythonTypes)).toMatchObject({ outcome: 'errored', reason });
  });
});

const JUNIT = (inside: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">${inside}</testsuite></testsuites>`;
const PASSED = '<testcase classname="tests.test_a" name="test_ok" file="tests/test_a.py" line="0" time="0.1" />';

describe('python-tests', () => {
  it('tells each test that failed, where it stands, and each file that cannot be read', async () => {
    const failed =
      '<testcase classname="tests.test_a.TestX" name="test_p[2]" file="tests/test_a.py" line="14" time="0.0"><failure message="assert 2 &lt; 1">E assert 2 &lt; 1</failure></testcase>';
    const broken =
      '<testcase classname="" name="tests.test_b" time="0.0"><error message="collection failure">tests/test_b.py:1\nE   ImportError: cannot import name &apos;x&apos;</error></testcase>';
    const fixture = installed('pytest', { report: JUNIT(PASSED + failed + broken), exitCode: 1 }, { files: { 'tests/test_b.py': '' } });
    expect(await told(pythonTests, fixture)).toEqual([
      'tests/test_a.py:15 test-failed error test_p[2]: assert 2 < 1',
      "tests/test_b.py:null test-failed error the file cannot be read: ImportError: cannot import name 'x'",
    ]);
  });

  it('passes with a report of tests that passed', async () => {
    expect(await installed('pytest', { report: JUNIT(PASSED) }).inspect(pythonTests)).toMatchObject({ outcome: 'passed' });
  });

  it('says nothing where what the tests import is not on the machine', async () => {
    const said = { stdout: "E   ModuleNotFoundError: No module named 'django'\n", report: JUNIT(PASSED), exitCode: 2 };
    const fixture = installed('pytest', said, { folder: 'elsewhere' });
    expect(await fixture.inspect(pythonTests, machine(fixture, 'elsewhere'))).toMatchObject({
      outcome: 'skipped',
      reason: 'dependencies-missing',
    });
  });

  it.each([
    [{ report: JUNIT(''), exitCode: 5 }, 'nothing-read'],
    [{ exitCode: 5 }, 'nothing-read'],
    [{ stderr: 'ERROR: pyproject.toml: bad\n', exitCode: 4 }, 'configuration'],
    [{ report: JUNIT(PASSED), exitCode: 1 }, 'nonsense-output'],
    [{ stdout: 'lovely' }, 'nonsense-output'],
  ])('is no pass after %j', async (said, reason) => {
    expect(await installed('pytest', said).inspect(pythonTests)).toMatchObject({ outcome: 'errored', reason });
  });

  it('does not apply without tests', async () => {
    expect(await checkFixture({ 'pyproject.toml': PROJECT, 'a.py': '' }).detect(pythonTests)).toMatchObject({ applies: false });
  });
});
