import { describe, expect, it } from 'vitest';
import { createVerifiedCommit } from '../../github/verified-commits.ts';
import { startGitHub, TOKEN } from '../support/github/start-github.ts';
import type { FakeGitHub } from '../support/github/start-github.ts';

const MESSAGE = 'auto: Docs – fix 1 problem in 1 file\n\nMade by Upkeep.\n\nAgent: docs\nAgent-Run: x\n';

async function commit(double: FakeGitHub, more: Partial<Parameters<typeof createVerifiedCommit>[1]> = {}) {
  return createVerifiedCommit(double.open(), {
    branch: 'main',
    expectedHead: await double.repository().head(),
    message: MESSAGE,
    additions: [{ path: 'deep/ünï.txt', content: Buffer.from([0, 255, 10, 13]) }],
    deletions: ['README.md'],
    ...more,
  });
}

describe('a commit that GitHub makes', () => {
  it('has exactly these bytes and this message, and is signed', async () => {
    await using double = await startGitHub();
    const repository = double.repository();
    const made = await commit(double);
    expect(made).toEqual({ ok: true, sha: await repository.head(), signature: 'valid', isVerified: true });
    expect(await repository.git.git(['log', '-1', '--format=%B', 'main'])).toContain(MESSAGE.trim());
    expect(await repository.git.git(['-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', 'main'])).toBe('deep/ünï.txt\n');
    expect(await repository.git.git(['cat-file', '-s', 'main:deep/ünï.txt'])).toBe('4\n');
  });

  it('is not made when the branch is elsewhere', async () => {
    await using double = await startGitHub();
    const before = await double.repository().head();
    const moved = await double.repository().commit({ 'a.txt': 'a\n' });
    expect(await commit(double, { expectedHead: before })).toMatchObject({ ok: false, isTransient: true });
    expect(await double.repository().head()).toBe(moved);
  });

  it.each([
    ['a token may not write', { contents: 'read' as const, metadata: 'read' as const }, {}, 'Resource not accessible'],
    [
      'a token may not change workflows',
      undefined,
      { additions: [{ path: '.github/workflows/a.yml', content: Buffer.from('on: push\n') }] },
      'workflow',
    ],
    ['there is no such branch', undefined, { branch: 'nowhere' }, 'No ref found'],
  ])('is refused with a reason where %s', async (...row) => {
    const [, permissions, more, words] = row;
    await using double = await startGitHub(permissions === undefined ? {} : { tokens: { [TOKEN]: { permissions } } });
    expect(await commit(double, more)).toMatchObject({ ok: false, isTransient: false, reason: expect.stringContaining(words) as unknown });
  });

  it('that is not signed is told as such', async () => {
    await using double = await startGitHub();
    const body = { data: { createCommitOnBranch: { commit: { oid: 'a'.repeat(40), signature: null } } } };
    double.failNext({ on: 'POST /graphql', status: 200, body });
    expect(await commit(double)).toMatchObject({ ok: true, signature: 'unsigned', isVerified: false });
  });

  it('is tried again later when GitHub is away', async () => {
    await using double = await startGitHub();
    double.failNext({ on: 'POST /graphql', status: 502 });
    expect(await commit(double)).toMatchObject({ ok: false, isTransient: true });
  });
});
