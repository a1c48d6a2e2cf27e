import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandWords } from '../../cli/completion/command-words.ts';
import { completionScript } from '../../cli/completion/shell-scripts.ts';
import { buildProgram } from '../../cli/program.ts';
import { runFlagsOf } from '../../cli/run-flags.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const program = buildProgram({
  version: '1.0.0',
  context: () => {
    throw new Error('nothing is run here');
  },
  finish: () => undefined,
});
const words = commandWords(program);

describe('the command line', () => {
  it('prints help without a command and exits 0', async () => {
    await using folder = await temporaryFolder();
    const bare = await runCli(folder.path, []);
    const asked = await runCli(folder.path, ['--help']);
    expect(bare.exitCode).toBe(0);
    expect(bare.stdout).toBe(asked.stdout);
    expect(bare.stdout).toContain('Examples:');
  });
  it('explains a command by help as by --help', async () => {
    await using folder = await temporaryFolder();
    for (const path of [['run'], ['config'], ['config', 'print']]) {
      const asked = await runCli(folder.path, [...path, '--help']);
      expect(await runCli(folder.path, ['help', ...path])).toEqual({ ...asked, exitCode: 0 });
    }
    expect((await runCli(folder.path, ['help'])).stdout).toContain('Examples:');
  });
  it('prints its version', async () => {
    await using folder = await temporaryFolder();
    expect((await runCli(folder.path, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
  const wrong: [string, string[], RegExp][] = [
    ['an unknown command', ['confg'], /unknown command 'confg'\n\(Did you mean config\?\)/],
    ['help on an unknown command', ['help', 'statsu'], /^error: unknown command 'statsu'\n\(Did you mean status\?\)\n$/],
    [
      'help on a command that resembles none',
      ['help', 'nope'],
      /^error: unknown command 'nope'\n\(known here: run, status, .*completion\)\n$/,
    ],
    ['help on an unknown command of a command', ['help', 'config', 'prnt'], /unknown command 'prnt'\n\(Did you mean print\?\)/],
    ['an unknown option', ['run', '--delivry', 'local'], /unknown option '--delivry'\n\(Did you mean --delivery\?\)/],
    ['an unknown delivery', ['run', '--delivery', 'mail'], /Allowed choices are local, push, pull-request, patch, none/],
    ['a number that is none', ['run', '--concurrency', '0'], /whole number of at least 1/],
    ['an unknown shell', ['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
    ['a missing argument', ['why'], /missing required argument 'agent'/],
  ];
  it.each(wrong)('exits 2 for %s', async (_title, args, message) => {
    await using folder = await temporaryFolder();
    const { exitCode, stderr, stdout } = await runCli(folder.path, args);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
  it('explains every command, and every option of it', () => {
    for (const command of words) {
      expect(command.summary, command.path).not.toBe('');
      for (const option of command.options) expect(option.summary, `${command.path} ${option.flags.join()}`).not.toBe('');
    }
  });
  it('has every option of the design for run', () => {
    const options = words.find(({ path }) => path === 'run')?.options.flatMap(({ flags }) => flags);
    for (const flag of [
      '--due',
      '--nightly',
      '--ci',
      '--trigger',
      '--base',
      '--working-tree',
      '--delivery',
      '--rehearse',
      '--no-fix',
      '--force',
      '--strict',
      '--install',
      '--concurrency',
      '--json',
      '--sarif',
    ])
      expect(options).toContain(flag);
  });
  it('fills in what was not given', () => {
    expect(runFlagsOf(['qa'], {})).toMatchObject({ agents: ['qa'], fix: true, json: false, delivery: undefined, strict: undefined });
    expect(runFlagsOf([], { fix: false }).fix).toBe(false);
  });
});

/** What bash offers at the end of a line. */
function completeInBash(line: readonly string[]): string[] {
  const script = `${completionScript('bash', words, ['agent'])}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}; _upkeep_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('shell completion', () => {
  it('offers commands, options, agents and choices in bash', () => {
    expect(completeInBash(['agent', 'r'])).toEqual(['run', 'resume', 'retry', 'recover']);
    expect(completeInBash(['agent', 'run', 'b'])).toEqual(['backend']);
    expect(completeInBash(['agent', 'run', '--delivery', 'p'])).toEqual(['push', 'pull-request', 'patch']);
    expect(completeInBash(['agent', 'config', ''])).toEqual(expect.arrayContaining(['print', 'validate', 'schema']));
    expect(completeInBash(['agent', 'config', 'print', '--e'])).toEqual(['--explain']);
    expect(completeInBash(['agent', 'why', 'fro'])).toEqual(['frontend']);
    expect(completeInBash(['agent', 'run', '--concurrency', ''])).toEqual([]);
  });
  it('is a script that the shell can read', () => {
    execFileSync('bash', ['-n', '-c', completionScript('bash', words, ['agent', 'upkeep'])]);
    const zsh = completionScript('zsh', words, ['agent', 'upkeep']);
    expect(zsh.startsWith('#compdef agent upkeep\n')).toBe(true);
    expect(zsh).toContain("'run') candidates=('architecture:'");
    const fish = completionScript('fish', words, ['agent', 'upkeep']);
    expect(fish).toContain("complete -c agent -n 'not __fish_seen_subcommand_from run");
    expect(fish).toContain("complete -c upkeep -n '__fish_seen_subcommand_from run' -l json -d 'print one JSON document");
    for (const line of fish.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^complete -c (agent|upkeep)( |$)/);
  });
  it('keeps quotes of descriptions from the shell', () => {
    const hostile = [
      { path: '', summary: '', subcommands: [{ name: 'x', summary: "it's $(touch /tmp/no) `y`" }], options: [], values: [] },
    ];
    expect(completionScript('zsh', hostile, ['agent'])).toContain("'x:it'\\''s $(touch /tmp/no) `y`'");
    expect(completionScript('fish', hostile, ['agent'])).toContain("-d 'it\\'s $(touch /tmp/no) `y`'");
  });
});
