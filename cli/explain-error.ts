/** What a person reads when a command cannot go on. */
import { GitError, type GitErrorCode } from '../git/git-error.ts';
import { LedgerError } from '../ledger/ledger-error.ts';
import { BusyError } from './busy-error.ts';
import { ConfigError } from './config/config-error.ts';
import { plainLine, plainText } from './reporters/plain-text.ts';
import { shellWord } from './shell-word.ts';
import { UsageError } from './usage-error.ts';
import { REPORT_ADDRESS } from './wording.ts';

export interface ExplainedError {
  readonly text: string;
  readonly exitCode: number;
}

const ADVICE: Readonly<Partial<Record<GitErrorCode, string>>> = {
  'not-a-repository': 'go into a Git repository, or make one with `git init`',
  'no-commits': 'make a first commit; agents check commits',
  'git-missing': 'install Git 2.38 or later',
  'git-too-old': 'install Git 2.38 or later',
  'disk-full': 'make room on the disk and run again; finished work is kept',
  'read-only': 'the Git directory must be writable',
  locked: 'another git process is at work; run again when it has ended',
  timeout: 'the command took too long; is the remote reachable?',
};

/** What people read of an error of Git: without the command that we called, and with the path that is meant. */
export function explainGitError(error: GitError): { readonly text: string; readonly advice: string | null } {
  if (error.code === 'unsafe-owner') {
    const [, path] = /repository at '(.+)'/.exec(error.message) ?? [];
    return {
      text: `${path ?? 'the repository'} belongs to another user, so Git refuses to work in it`,
      advice: `if you trust it: git config --global --add safe.directory ${path === undefined ? '<its path>' : shellWord(path)}`,
    };
  }
  const text =
    error.code === 'not-a-repository' && /^git \S+ ended/.test(error.message) ? 'this folder is in no Git repository' : error.message;
  return { text, advice: ADVICE[error.code] ?? null };
}

/** One clear line, its advice, and the exit code; the stack only with --debug. */
export function explainError(error: unknown, about: { debug: boolean; version: string }): ExplainedError {
  const stack = about.debug && error instanceof Error ? `\n${plainText(error.stack ?? '')}` : '';
  if (error instanceof ConfigError) {
    const lines = error.message.split('\n').map(plainLine);
    return { text: `agent: the configuration cannot be used\n${lines.map((line) => `  ${line}`).join('\n')}${stack}`, exitCode: 2 };
  }
  if (error instanceof UsageError) return { text: `agent: ${plainLine(error.message)}${stack}`, exitCode: 2 };
  if (error instanceof GitError) {
    const { text, advice } = explainGitError(error);
    const exitCode = error.code === 'not-a-repository' || error.code === 'no-commits' ? 2 : 3;
    return { text: `agent: ${plainLine(text)}${advice === null ? '' : `\n  ${plainLine(advice)}`}${stack}`, exitCode };
  }
  if (error instanceof LedgerError || error instanceof BusyError)
    return { text: `agent: ${plainLine(error.message)}${stack}`, exitCode: 3 };
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { text: `agent: no space left on the disk\n  ${ADVICE['disk-full'] ?? ''}${stack}`, exitCode: 3 };
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return { text: `agent: ${plainLine(accessText(error as NodeJS.ErrnoException))}\n  the folder must be writable${stack}`, exitCode: 3 };
  const hint = about.debug ? '' : '; --debug shows where it came from';
  return {
    text: `agent: unexpected error: ${plainLine(messageOf(error))}\n  this is a fault of upkeep ${about.version}, please report it: ${REPORT_ADDRESS}${hint}${stack}`,
    exitCode: 3,
  };
}

function accessText(error: NodeJS.ErrnoException): string {
  return error.path === undefined
    ? error.message
    : `${error.path} cannot be written: ${error.code === 'EROFS' ? 'read-only' : 'no right to'}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
