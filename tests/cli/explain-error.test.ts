import { describe, expect, it } from 'vitest';
import { BusyError } from '../../cli/busy-error.ts';
import { ConfigError } from '../../cli/config/config-error.ts';
import { explainError } from '../../cli/explain-error.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { GitError } from '../../git/git-error.ts';
import { GitHubError } from '../../github/github-error.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { DatabaseError } from '../../prisma/database-error.ts';

const about = { debug: false, version: '1.2.3' };
const system = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

describe('an error that ends a command', () => {
  const cases: [string, unknown, number, RegExp][] = [
    ['wrong usage', new UsageError('there is no agent "x"'), 2, /^agent: there is no agent "x"$/],
    [
      'a wrong configuration',
      new ConfigError([{ source: 'agent.config.json', line: 2, column: 3, message: 'unknown key "x"' }]),
      2,
      /^agent: the configuration cannot be used\n {2}agent\.config\.json:2:3: unknown key "x"$/,
    ],
    ['no repository', new GitError('not-a-repository', 'not a git repository'), 2, /go into a Git repository/],
    [
      'no repository, without the command that found out',
      new GitError('not-a-repository', 'git rev-parse ended with exit code 128: fatal: not a git repository (or any of the parents): .git'),
      2,
      /^agent: this folder is in no Git repository\n {2}go into a Git repository/,
    ],
    ['no folder', new GitError('not-a-repository', 'there is no folder /nope'), 2, /^agent: there is no folder \/nope\n/],
    ['an unsafe owner', new GitError('unsafe-owner', 'detected dubious ownership'), 3, /safe\.directory/],
    [
      'an unsafe owner, with the command to copy',
      new GitError('unsafe-owner', "git rev-parse ended with exit code 128: fatal: detected dubious ownership in repository at '/a b/c'"),
      3,
      /^agent: \/a b\/c belongs to another user, so Git refuses to work in it\n.*--add safe\.directory '\/a b\/c'$/,
    ],
    [
      'a folder that this user may not write',
      Object.assign(new Error("EACCES: permission denied, mkdir '/r/.git/upkeep'"), { code: 'EACCES', path: '/r/.git/upkeep' }),
      3,
      /^agent: \/r\/\.git\/upkeep cannot be written: no right to\n {2}the folder must be writable$/,
    ],
    [
      'a partial clone whose remote is gone',
      new GitError('objects-missing', 'this clone is partial and 1 object that is needed is missing: origin (/r.git) cannot be reached'),
      3,
      /^agent: this clone is partial and 1 object .*\n {2}bring the remote back, .*`git fetch --refetch --no-filter`/,
    ],
    ['no git', new GitError('git-missing', 'git was not found'), 3, /install Git/],
    ['another run', new BusyError(42, 'now'), 3, /process 42/],
    ['a ledger of the future', new LedgerError('future-version', 'a newer upkeep wrote it'), 3, /newer upkeep/],
    [
      'a refusal of GitHub',
      new GitHubError('forbidden', 'GET /x: GitHub refused (403: no)'),
      3,
      /^agent: GET \/x: GitHub refused \(403: no\)$/,
    ],
    ['no database', new DatabaseError('unreachable', 'No PostgreSQL answers at db:5432'), 3, /^agent: No PostgreSQL answers at db:5432$/],
    [
      'a database that does not start, with what it said',
      new DatabaseError('start-failed', 'PostgreSQL did not start. It said:\nFATAL: one\n\x1b[2JPANIC: two\n'),
      3,
      /^agent: PostgreSQL did not start\. It said:\n {2}FATAL: one\n {2}PANIC: two$/,
    ],
    [
      'a database without room, by its own words',
      new DatabaseError('disk-full', 'PostgreSQL at db has no space left', system('ENOSPC')),
      3,
      /^agent: PostgreSQL at db has no space left$/,
    ],
    ['a full disk', system('ENOSPC'), 3, /no space left/],
    [
      'a full disk, with its place',
      Object.assign(system('ENOSPC'), { path: '/not/there' }),
      3,
      /^agent: no space left on the disk at \/\n {2}make room on the disk and run again; finished work is kept$/,
    ],
    [
      'a full disk as Git told of it at the time',
      new GitError('disk-full', 'no space left on the disk at /mnt (4 KB free): make room and run again'),
      3,
      /^agent: no space left on the disk at \/mnt \(4 KB free\)\n/,
    ],
    [
      'a full disk under the ledger',
      new LedgerError('git', 'the ledger cannot be written: x', {
        cause: new GitError('disk-full', 'no space left on the disk at /mnt (4 KB free)'),
      }),
      3,
      /^agent: the ledger cannot be written: no space left on the disk at \/mnt \(4 KB free\)\n/,
    ],
    [
      'a full disk that cleaning up met too',
      new SuppressedError(new Error('a worktree cannot be removed'), Object.assign(system('ENOSPC'), { path: '/not/there' })),
      3,
      /^agent: no space left on the disk at \/\n/,
    ],
    ['a folder that cannot be written', system('EROFS'), 3, /must be writable/],
    [
      'a fault of ours',
      new TypeError('x is not a function'),
      3,
      /unexpected error: x is not a function\n {2}this is a fault of upkeep 1\.2\.3, please report it: .+; --debug/,
    ],
    ['something that is no error', 'text', 3, /unexpected error: text/],
  ];
  it.each(cases)('is told in a few lines with its exit code: %s', (...[, error, exitCode, text]) => {
    const explained = explainError(error, about);
    expect(explained.text).toMatch(text);
    expect(explained.exitCode).toBe(exitCode);
    expect(explained.text).not.toMatch(/\n\s+at /);
  });
  it('has a code of its own for whatever the database refuses', () => {
    expect(explainError(new DatabaseError('newer-schema', 'update upkeep'), about)).toMatchObject({
      code: 'newer-schema',
      message: 'update upkeep',
    });
  });
  it('shows the stack only with --debug', () => {
    expect(explainError(new TypeError('x'), { ...about, debug: true }).text).toMatch(/\n\s+at /);
  });
  it('loses control characters', () => {
    expect(explainError(new UsageError('a\x1b[2J\u202Eb\n::error::c'), about).text).not.toMatch(/[\x1b\u202e\n]/);
  });
});
