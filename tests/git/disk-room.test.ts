import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fullDisk, isDiskFullError, saysDiskFull } from '../../git/disk-room.ts';
import { GitError } from '../../git/git-error.ts';

describe('fullDisk', () => {
  it('finds nothing where there is room, whether the path is there or not', () => {
    expect(fullDisk([tmpdir(), join(tmpdir(), 'not', 'there')])).toBeNull();
  });

  it('finds nothing where the system counts no room', () => {
    expect(fullDisk(['/proc', '/sys'])).toBeNull();
  });

  it('does not fail over a path that leads through a file', () => {
    expect(fullDisk([join(import.meta.filename, 'x')])).toBeNull();
  });
});

describe('isDiskFullError', () => {
  const full = new GitError('disk-full', 'no space left');
  const system = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  it.each<[string, unknown]>([
    ['of Git', full],
    ['of the system', system],
    ['of a quota', Object.assign(new Error('x'), { code: 'EDQUOT' })],
    ['as a cause', new Error('the ledger cannot be written', { cause: system })],
    ['behind the failure of cleaning up', new SuppressedError(new Error('cannot be removed'), full)],
    ['in cleaning up', new SuppressedError(system, new Error('first'))],
  ])('sees one %s', (_title, error) => {
    expect(isDiskFullError(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['another error of Git', new GitError('failed', 'x')],
    ['another error', new Error('x')],
    ['what is no error', 'ENOSPC'],
    ['nothing', undefined],
  ])('sees none in %s', (_title, error) => {
    expect(isDiskFullError(error)).toBe(false);
  });
});

it.each([
  ['Error: ENOSPC: no space left on device, write', true],
  ["fatal: sha1 file '/x/index.lock' write error. Out of diskspace", true],
  ['cp: error writing: Disk quota exceeded', true],
  ['sh: write error: No space left on device', true],
  ['3 tests failed', false],
  ['there is space left on the shelf', false],
])('of %j says whether it tells of a full disk', (text, expected) => {
  expect(saysDiskFull(text)).toBe(expected);
});
