import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../agents/checks/check.ts';
import { goTests } from '../../../agents/checks/go-tests.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const FILES = {
  'go.mod': 'module example.com/x\n\ngo 1.19\n',
  'sub/s.go': 'package sub\n',
  'sub/s_test.go': 'package sub\n',
  'tools/go.mod': 'module example.com/tools\n',
  'tools/t.go': 'package tools\n',
  'tools/t_test.go': 'package tools\n',
};

interface Event {
  readonly Action: string;
  readonly Package: string;
  readonly Test?: string;
  readonly Output?: string;
}

const SUB = 'example.com/x/sub';
const passes = (Package: string, Test: string): Event[] => [
  { Action: 'pass', Package, Test },
  { Action: 'pass', Package },
];
const fails = (Package: string, Test: string, said = 'got 3'): Event[] => [
  { Action: 'output', Package, Test, Output: `    s_test.go:6: ${said}\n` },
  { Action: 'fail', Package, Test },
  { Action: 'fail', Package },
];

/** A machine whose Go tells the first events when it is called for all tests of the root, and `again` when for some. */
function machine(
  all: readonly Event[],
  again: readonly Event[],
  files: Record<string, string> = {},
): { fixture: CheckFixture; baseEnv: Record<string, string> } {
  const fixture = checkFixture({ ...FILES, ...files });
  const folder = join(fixture.root, '.machine');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  const body = `
const fs = require('node:fs');
const args = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(join(fixture.root, 'calls.log'))}, JSON.stringify(args) + '\\n');
const isTools = process.cwd().endsWith('tools');
const events = isTools ? ${JSON.stringify(passes('example.com/tools', 'TestT'))} : args.includes('-run') ? ${JSON.stringify(again)} : ${JSON.stringify(all)};
for (const event of events) console.log(JSON.stringify(event));
const profile = args.find((arg) => arg.startsWith('-coverprofile='));
if (profile !== undefined) fs.writeFileSync(profile.slice(14), 'mode: set\\n' + (isTools ? 'example.com/tools/t.go:1.1,2.2 4 1\\n' : 'example.com/x/sub/s.go:3.20,5.2 1 1\\nexample.com/x/sub/s.go:3.20,5.2 1 0\\nexample.com/x/sub/s.go:7.20,9.2 3 0\\n'));
process.exitCode = events.some(({ Action }) => Action === 'fail') ? 1 : 0;
`;
  fixture.write({ '.machine/go': `#!/usr/bin/env node\n${body}` });
  chmodSync(join(folder, 'go'), 0o755);
  return { fixture, baseEnv: { PATH: folder } };
}

const told = ({ findings }: CheckReport): string[] =>
  findings.map(({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`);

describe('a test of Go that fails', () => {
  it('is run again by itself, in its package, and flaky when it passes then', async () => {
    const all = [...fails(SUB, 'TestA'), ...fails(SUB, 'TestB/first part'), ...fails('example.com/x', 'TestC')];
    const again = [...passes(SUB, 'TestA'), ...fails(SUB, 'TestB/first part'), ...passes('example.com/x', 'TestC')];
    const { fixture, baseEnv } = machine(all, again);
    const report = await fixture.inspect(goTests, { baseEnv });
    expect(report).toMatchObject({ outcome: 'failed', isUncertain: true });
    expect(told(report)).toEqual([
      'sub/s_test.go:6 flaky-test warning TestA: failed, then passed by itself on the same tree. got 3',
      'sub/s_test.go:6 test-failed error TestB/first part: got 3',
      'null:null flaky-test warning TestC: failed, then passed by itself on the same tree. got 3',
    ]);
    const calls = fixture.read('calls.log').trim().split('\n');
    expect(calls.map((line) => (JSON.parse(line) as string[]).slice(3))).toEqual([
      ['./...'],
      ['-count=1', '-run', '^(TestA|TestB|TestC)$', SUB, 'example.com/x'],
      ['./...'],
    ]);
  });

  it('leaves a pass that is not remembered where all of them are flaky', async () => {
    const { fixture, baseEnv } = machine(fails(SUB, 'TestA'), passes(SUB, 'TestA'));
    expect(await fixture.inspect(goTests, { baseEnv })).toMatchObject({ outcome: 'passed', isUncertain: true });
  });

  it('stays failed when it did not run again, or in a package that fails without a test', async () => {
    const { fixture, baseEnv } = machine([...fails(SUB, 'TestA'), { Action: 'fail', Package: 'example.com/x' }], []);
    const report = await fixture.inspect(goTests, { baseEnv });
    expect(report.isUncertain).toBeUndefined();
    expect(told(report)).toEqual(['sub/s_test.go:6 test-failed error TestA: got 3', 'null:null test-failed error example.com/x: failed']);
  });
});

describe('coverage of Go', () => {
  const Makefile = 'test:\n\tgo test -race \\\n\t\t-coverprofile=cover.out ./...\n';

  it('is measured where a Makefile or a workflow does, over all modules', async () => {
    const workflow = { '.github/workflows/ci.yml': 'jobs:\n  a:\n    steps:\n      - run: go test -cover ./...\n' };
    for (const files of [{ Makefile }, workflow]) {
      const { fixture, baseEnv } = machine(passes(SUB, 'TestA'), [], files);
      const report = await fixture.inspect(goTests, { baseEnv });
      // 1 of 4 statements at the root, 4 of 4 in tools.
      expect(report).toMatchObject({ outcome: 'passed', coverage: 62.5 });
      expect(told(report)).toEqual(['null:null coverage-goal warning Tests cover 62.5 % of the lines; the goal is 90 %.']);
    }
  });

  it('is not measured where nothing does, and not told where other tests may measure as well', async () => {
    const plain = machine(passes(SUB, 'TestA'), [], { Makefile: 'test:\n\tgo test ./...\n' });
    expect((await plain.fixture.inspect(goTests, { baseEnv: plain.baseEnv })).coverage).toBeUndefined();
    expect(plain.fixture.read('calls.log')).not.toContain('cover');
    const mixed = machine(passes(SUB, 'TestA'), [], { Makefile, 'package.json': '{"name":"x"}' });
    const report = await mixed.fixture.inspect(goTests, { baseEnv: mixed.baseEnv });
    expect([report.coverage, report.findings]).toEqual([undefined, []]);
  });
});
