/** What a person reads when a command cannot go on. */
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { diskFullError, diskOf, fullDisk } from '../git/disk-room.ts';
import { GitError, type GitErrorCode } from '../git/git-error.ts';
import { GitHubError } from '../github/github-error.ts';
import { LedgerError } from '../ledger/ledger-error.ts';
import { DatabaseError } from '../prisma/database-error.ts';
import { SteerError } from '../scheduler/steer/steer-error.ts';
import { BusyError } from './busy-error.ts';
import { ConfigError } from './config/config-error.ts';
import { plainLine, plainText } from './reporters/plain-text.ts';
import { shellWord } from './shell-word.ts';
import { RemoteError } from './remote/remote-error.ts';
import { UsageError } from './usage-error.ts';
import { REPORT_ADDRESS } from './wording.ts';

export interface ExplainedError {
  /** For programs: `usage`, `configuration`, `busy`, `ledger`, `internal`, or what Git, the system or the database says, as `not-a-repository`. */
  readonly code: string;
  /** What is wrong and what to do, without control characters; one line, of a configuration one a problem. */
  readonly message: string;
  /** The same as it is printed. */
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
  'objects-missing':
    'bring the remote back, or name its new address with `git remote set-url`; `git fetch --refetch --no-filter` then makes the clone whole',
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
  const explained = explain(error, about);
  const stack = about.debug && error instanceof Error ? `\n${plainText(error.stack ?? '')}` : '';
  return { ...explained, text: `${explained.text}${stack}` };
}

function explain(error: unknown, about: { debug: boolean; version: string }): ExplainedError {
  if (error instanceof ConfigError) {
    const lines = error.message.split('\n').map(plainLine);
    const text = `agent: the configuration cannot be used\n${lines.map((line) => `  ${line}`).join('\n')}`;
    return { code: 'configuration', message: lines.join('\n'), text, exitCode: 2 };
  }
  // It says itself what is full, and what to do.
  if (error instanceof DatabaseError) return { ...told({ code: error.code, exitCode: 3 }, error.message), text: databaseText(error) };
  if (error instanceof UsageError) return told({ code: 'usage', exitCode: 2 }, error.message);
  if (error instanceof RemoteError) return told({ code: error.code, exitCode: error.code.startsWith('VAL-') ? 2 : 3 }, error.message);
  if (error instanceof SteerError) return told({ code: error.code, exitCode: 2 }, error.message);
  const noRoom = explainFullDisk(error);
  if (noRoom !== null) return told({ code: 'disk-full', exitCode: 3 }, noRoom, ADVICE['disk-full']);
  if (error instanceof GitError) {
    const { text, advice } = explainGitError(error);
    const exitCode = error.code === 'not-a-repository' || error.code === 'no-commits' ? 2 : 3;
    return told({ code: error.code === 'failed' ? 'git' : error.code, exitCode }, text, advice);
  }
  if (error instanceof BusyError) return told({ code: 'busy', exitCode: 3 }, error.message);
  if (error instanceof LedgerError) return told({ code: 'ledger', exitCode: 3 }, error.message);
  if (error instanceof GitHubError) return told({ code: 'github', exitCode: 3 }, error.message);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return told({ code: 'read-only', exitCode: 3 }, accessText(error as NodeJS.ErrnoException), 'the folder must be writable');
  const hint = about.debug ? '' : '; --debug shows where it came from';
  return told(
    { code: 'internal', exitCode: 3 },
    `unexpected error: ${messageOf(error)}`,
    `this is a fault of upkeep ${about.version}, please report it: ${REPORT_ADDRESS}${hint}`,
  );
}

/** Which disk is full, when that is what happened: Git tells it by other words as often as not. */
function explainFullDisk(error: unknown): string | null {
  const said = diskFullError(error);
  if (said === null && (error instanceof BusyError || error instanceof GitHubError)) return null;
  if (said === null && error instanceof GitError && error.code !== 'failed' && error.code !== 'filter-failed') return null;
  const full = fullDisk([...pathsOf(said ?? error), process.cwd(), tmpdir()]);
  if (said === null && full === null) return null;
  const words = full?.words ?? saidOfDisk(said);
  return error instanceof LedgerError ? `the ledger cannot be written: ${words}` : words;
}

/** When there is room again meanwhile, as after a worktree was removed. */
function saidOfDisk(error: Error | null): string {
  const said = messageOf(error);
  if (said.startsWith('no space')) return said.split(': ')[0] ?? said;
  const disk = pathsOf(error)
    .map(diskOf)
    .find((path) => path !== null);
  return disk === undefined ? `no space left on a disk: ${said}` : `no space left on the disk at ${disk}`;
}

/** Folders of the files that an error names. */
function pathsOf(error: unknown): string[] {
  const { path, dest } = (error ?? {}) as { readonly path?: string; readonly dest?: string };
  const named = [...messageOf(error).matchAll(/(?:^|['"\s])(\/[^'":\n]+)/g)].map((match) => match[1]);
  return [path, dest, ...named].filter((one) => typeof one === 'string').map((one) => dirname(one));
}

function told(kind: Pick<ExplainedError, 'code' | 'exitCode'>, what: string, advice: string | null = null): ExplainedError {
  const [line, next] = [plainLine(what), advice === null ? null : plainLine(advice)];
  return { ...kind, message: next === null ? line : `${line}; ${next}`, text: `agent: ${line}${next === null ? '' : `\n  ${next}`}` };
}

/** What a server said last stands below, line by line. */
function databaseText({ message }: DatabaseError): string {
  const [first = '', ...rest] = plainText(message).trimEnd().split('\n');
  return [`agent: ${first}`, ...rest.map((line) => `  ${line}`)].join('\n');
}

function accessText(error: NodeJS.ErrnoException): string {
  return error.path === undefined
    ? error.message
    : `${error.path} cannot be written: ${error.code === 'EROFS' ? 'read-only' : 'no right to'}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
