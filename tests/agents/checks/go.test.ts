import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check, CheckReport } from '../../../agents/checks/check.ts';
import { goFormat } from '../../../agents/checks/go-format.ts';
import { goTests } from '../../../agents/checks/go-tests.ts';
import { goVet } from '../../../agents/checks/go-vet.ts';
import { staticcheck } from '../../../agents/checks/staticcheck.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const FILES = {
  ...{
    'go.mod': 'module example.com/x\n\ngo 1.19\n',
    'a.go': 'package x\n',
    'sub/s.go': 'package sub\n',
    'sub/s_test.go': 'package sub\n',
  },
  ...{ 'vendor/v/v.go': 'package v\n', 'testdata/t.go': 'package (\n', Makefile: 'lint:\n\tstaticcheck ./...\n' },
};

interface Said {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** A machine with Node and one tool that prints what the real one printed. */
function machine(
  tool: string,
  { stdout = '', stderr = '', exitCode = 0 }: Said,
): { fixture: CheckFixture; baseEnv: Record<string, string> } {
  const fixture = checkFixture(FILES);
  const folder = join(fixture.root, '.machine');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  const given = "require('node:fs').writeFileSync('args.json', JSON.stringify(process.argv.slice(2)));";
  const script = `${given}process.stdout.write(${JSON.stringify(stdout)}); process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = ${exitCode};`;
  fixture.write({ [`.machine/${tool}`]: `#!/usr/bin/env node\n${script}\n` });
  chmodSync(join(folder, tool), 0o755);
  return { fixture, baseEnv: { PATH: folder } };
}

async function inspect(check: Check, tool: string, said: Said): Promise<CheckReport> {
  const { fixture, baseEnv } = machine(tool, said);
  return fixture.inspect(check, { baseEnv });
}

const told = ({ findings }: CheckReport): string[] =>
  findings.map(({ path, line, rule, severity, message }) => `${path}:${line} ${rule} ${severity} ${message}`);

describe('Go', () => {
  it.each([goFormat, goVet, goTests, staticcheck])('is skipped where the machine has no tool for it: $id', async (check) => {
    const report = await inspect(check, 'other', {});
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
    expect(report.hint).toContain('is not on this machine');
  });

  it.each([goFormat, goVet, goTests, staticcheck])('is nothing to look at without a module: $id', async (check) => {
    expect(await checkFixture({ 'a.go': 'package x\n', 'a_test.go': '' }).detect(check)).toMatchObject({ applies: false });
  });

  it('is said nothing about where what it imports, or its version of Go, is not on the machine', async () => {
    const lookup = 'a.go:3:8: cannot find module providing package example.com/m: module lookup disabled by GOPROXY=off\n';
    expect(await inspect(goVet, 'go', { stderr: lookup, exitCode: 1 })).toMatchObject({
      outcome: 'skipped',
      reason: 'dependencies-missing',
    });
    const version = 'go: go.mod requires go >= 1.99 (running go 1.24.1; GOTOOLCHAIN=local)\n';
    expect((await inspect(goTests, 'go', { stderr: version, exitCode: 1 })).hint).toContain('asks for Go 1.99');
  });
});

describe('go-format', () => {
  it('warns of what gofmt would write, and tells what it cannot read', async () => {
    const said = { stdout: 'a.go\n', stderr: "sub/s.go:2:8: expected ')', found 'EOF'\n", exitCode: 2 };
    const { fixture, baseEnv } = machine('gofmt', said);
    expect(told(await fixture.inspect(goFormat, { baseEnv }))).toEqual([
      "sub/s.go:2 parse-error error expected ')', found 'EOF'",
      'a.go:null unformatted warning The file is not formatted as gofmt does it.',
    ]);
    expect(JSON.parse(fixture.read('args.json'))).toEqual(['-l', 'a.go', 'sub/s.go', 'sub/s_test.go']);
  });

  it('is no pass after a crash', async () => {
    expect(await inspect(goFormat, 'gofmt', { stderr: 'panic: x\n', exitCode: 2 })).toMatchObject({
      outcome: 'errored',
      reason: 'tool-crashed',
    });
  });
});

describe('go-vet', () => {
  it('warns of what vet finds, and tells what does not compile as an error', async () => {
    const stderr =
      '# example.com/x/sub\nvet: sub/s.go:1:13: undeclared name: B\n# example.com/x\n./a.go:1:12: fmt.Printf format %d has arg "s" of wrong type string\n';
    expect(told(await inspect(goVet, 'go', { stderr, exitCode: 2 }))).toEqual([
      'sub/s.go:1 compile error undeclared name: B',
      'a.go:1 vet warning fmt.Printf format %d has arg "s" of wrong type string',
    ]);
  });

  it('is no pass where it found no package or crashed', async () => {
    expect(await inspect(goVet, 'go', { stderr: 'no packages to vet\n', exitCode: 1 })).toMatchObject({ reason: 'nothing-read' });
    expect(await inspect(goVet, 'go', { stderr: 'panic: oh\n', exitCode: 2 })).toMatchObject({ reason: 'tool-crashed' });
  });
});

describe('staticcheck', () => {
  it('tells its problems with their codes', async () => {
    const stdout = 'a.go:1:2: func a is unused (U1000)\nsub/s.go:1:9: this value of err is never used (SA4006)\n';
    expect(told(await inspect(staticcheck, 'staticcheck', { stdout, exitCode: 1 }))).toEqual([
      'a.go:1 U1000 error func a is unused',
      'sub/s.go:1 SA4006 error this value of err is never used',
    ]);
  });

  it('applies only where the repository names it', async () => {
    expect(await checkFixture({ ...FILES, Makefile: 'lint:\n' }).detect(staticcheck)).toMatchObject({ applies: false });
    expect(await checkFixture({ ...FILES, Makefile: '', 'staticcheck.conf': '' }).detect(staticcheck)).toMatchObject({ applies: true });
  });
});

const event = (Action: string, Test?: string, Output?: string): string =>
  JSON.stringify({
    Action,
    Package: 'example.com/x/sub',
    ...(Test === undefined ? {} : { Test }),
    ...(Output === undefined ? {} : { Output }),
  });
const lines = (...events: string[]): string => `${events.join('\n')}\n`;

describe('go-tests', () => {
  it('tells the innermost test that failed, where it says so, and no package twice', async () => {
    const stdout = lines(
      ...[
        event('run', 'TestA'),
        event('pass', 'TestA'),
        event('output', 'TestB/sub', '    s_test.go:6: got 3\n'),
        event('fail', 'TestB/sub'),
      ],
      ...[event('fail', 'TestB'), event('output', undefined, 'FAIL\texample.com/x/sub\t0.002s\n'), event('fail')],
    );
    expect(told(await inspect(goTests, 'go', { stdout, exitCode: 1 }))).toEqual(['sub/s_test.go:6 test-failed error TestB/sub: got 3']);
  });

  it('tells a panic, and what does not compile, beside the tests of other packages', async () => {
    const stdout = lines(
      event('output', 'TestA', 'panic: runtime error: invalid memory address [recovered]\ngoroutine 18 [running]:\n\t s_test.go:14 +0x2\n'),
      event('fail', 'TestA'),
      event('fail'),
    );
    const stderr = '# example.com/x [example.com/x.test]\n./a.go:1:4: cannot use "s" as int value\n';
    expect(told(await inspect(goTests, 'go', { stdout, stderr, exitCode: 2 }))).toEqual([
      'a.go:1 compile error cannot use "s" as int value',
      'sub/s_test.go:14 test-failed error TestA: panic: runtime error: invalid memory address',
    ]);
  });

  it.each([
    [{ stdout: lines(event('output', undefined, '? [no test files]\n'), event('skip')) }, 'nothing-read'],
    [{ stderr: 'go: cannot parse go.work\n', exitCode: 1 }, 'tool-crashed'],
    [{ stdout: 'lovely' }, 'nonsense-output'],
  ])('is no pass after %j', async (said, reason) => {
    expect(await inspect(goTests, 'go', said)).toMatchObject({ outcome: 'errored', reason });
  });

  it('passes with tests that pass', async () => {
    expect(await inspect(goTests, 'go', { stdout: lines(event('pass', 'TestA'), event('pass')) })).toMatchObject({ outcome: 'passed' });
  });
});
