import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check, CheckReport } from '../../../agents/checks/check.ts';
import { shellSyntax } from '../../../agents/checks/shell-syntax.ts';
import { shellcheck } from '../../../agents/checks/shellcheck.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const SOUND = '#!/usr/bin/env bash\nset -euo pipefail\nnames=(a "b c")\nfor name in "${names[@]}"; do echo "$name"; done\n';

async function problems(check: Check, files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(check);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

describe('the syntax of scripts', () => {
  it('is what bash can read, in scripts with an extension, by their first line, and in hooks', async () => {
    const files = {
      'build.sh': '#!/bin/sh\nif true; then\n  echo\n',
      'lib/quote.bash': 'echo "open\n',
      'bin/deploy': '#!/usr/bin/env bash\nfor x in a; do echo; doen\n',
      '.husky/pre-commit': 'npm test )\n',
      'space in name.sh': 'case x in\n  a) ;;\n',
      'sound.sh': SOUND,
    };
    expect(await problems(shellSyntax, files)).toEqual([
      '.husky/pre-commit:1 shell-syntax error',
      'bin/deploy:3 shell-syntax error',
      'build.sh:4 shell-syntax error',
      'lib/quote.bash:1 shell-syntax error',
      'space in name.sh:3 shell-syntax error',
    ]);
  });

  it('is nothing to ask of other shells, of fixtures, and of files that are no scripts', async () => {
    const files = {
      'a.sh': '#!/bin/zsh\nfor x (a b) { echo $x }\n',
      'bin/tool': '#!/usr/bin/env node\nconst x = (;\n',
      LICENSE: 'if you must (\n',
      'test/fixtures/broken.sh': 'if (\n',
      'ok.sh': SOUND,
    };
    expect(await problems(shellSyntax, files)).toEqual([]);
    expect((await checkFixture({ LICENSE: 'x' }).inspect(shellSyntax)).outcome).toBe('skipped');
    expect(await checkFixture({ 'a.js': '' }).detect(shellSyntax)).toMatchObject({ applies: false });
  });

  it('runs nothing of a script', async () => {
    const fixture = checkFixture({ 'a.sh': 'echo done > ran.txt\n$(touch ran.txt)\n' });
    expect((await fixture.inspect(shellSyntax)).outcome).toBe('passed');
    expect(() => fixture.read('ran.txt')).toThrow(/ENOENT/);
  });

  it('warns of a text in a script that never ends', async () => {
    expect(await problems(shellSyntax, { 'a.sh': 'cat <<EOF\nhi\n' })).toEqual(['a.sh:2 shell-warning warning']);
  });
});

/** Answers as ShellCheck 0.9 does, with what it was given. */
const ANSWERS = `#!/usr/bin/env node
const args = process.argv.slice(2);
const files = args.slice(args.indexOf('--') + 1);
const of = (file, level, code) => ({ file, line: 2, endLine: 2, column: 1, endColumn: 4, level, code, message: args[1] ?? '', fix: null });
console.log(JSON.stringify({ comments: files.flatMap((file) => [of(file, 'error', 1073), of(file, 'warning', 2115), of(file, 'error', 2068)]) }));
process.exitCode = 1;
`;

/** What the check says on a machine whose ShellCheck is this script. */
async function withShellcheck(script: string, files: Readonly<Record<string, string>>): Promise<CheckReport> {
  const fixture = checkFixture({ ...files, 'tools/shellcheck': script });
  chmodSync(join(fixture.root, 'tools/shellcheck'), 0o755);
  return fixture.inspect(shellcheck, { baseEnv: { PATH: `${join(fixture.root, 'tools')}:${process.env['PATH'] ?? ''}` } });
}

describe('ShellCheck', () => {
  it('is asked for warnings, which are ours to bring, and says nothing of the syntax again', async () => {
    const { findings, command } = await withShellcheck(ANSWERS, { 'a.sh': SOUND });
    expect(findings.map(({ rule, severity, message }) => [rule, severity, message])).toEqual([
      ['SC2115', 'warning', '--severity=warning'],
      ['SC2068', 'warning', '--severity=warning'],
    ]);
    expect(command).toBe('shellcheck --severity=warning --exclude=SC1090,SC1091,SC2148,SC2209 a.sh');
  });

  it('says what a repository that set it up wants to hear, errors as errors', async () => {
    const report = await withShellcheck(ANSWERS, { 'a.sh': SOUND, '.shellcheckrc': 'disable=SC2034\n' });
    expect(report.findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['SC2115', 'warning'],
      ['SC2068', 'error'],
    ]);
    expect(report.outcome).toBe('failed');
  });

  it('is skipped in clear words where the machine has none, and errored where it talks nonsense', async () => {
    const without = await checkFixture({ 'a.sh': SOUND }).inspect(shellcheck, { baseEnv: { PATH: '/nowhere' } });
    expect(without).toMatchObject({
      outcome: 'skipped',
      reason: 'tool-missing',
      hint: expect.stringContaining('not on this machine') as string,
    });
    const nonsense = await withShellcheck('#!/usr/bin/env node\nconsole.log("segmentation fault");\n', { 'a.sh': SOUND });
    expect(nonsense).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
  });
});
