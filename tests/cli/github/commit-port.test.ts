import { describe, expect, it } from 'vitest';
import { commitPort } from '../../../cli/github/commit-port.ts';
import { startGitHub } from '../../support/github/start-github.ts';

const SECRET = 'c2VjcmV0IGFzIGJhc2U2NA';
const redact = (text: string): string => text.replaceAll(SECRET, '***').replaceAll('hush', '***');

describe('a commit that GitHub is to make', () => {
  it.each([
    ['a file', { additions: [{ path: 'a.txt', content: Buffer.from(SECRET, 'base64') }] }, 'a.txt'],
    ['a path', { additions: [{ path: 'hush.txt', content: Buffer.from('a') }] }, 'hush.txt'],
    ['a path that goes', { deletions: ['hush.txt'] }, 'hush.txt'],
    ['the message', { message: 'auto: hush' }, 'the message'],
  ])('is not sent at all when %s would be changed on the way', async (...row) => {
    const [, more, what] = row;
    await using double = await startGitHub();
    const port = commitPort(() => Promise.resolve(double.open({ redact })), redact);
    const commit = {
      branch: 'main',
      expectedHead: await double.repository().head(),
      message: 'auto: a',
      additions: [],
      deletions: [],
      ...more,
    };
    expect(await port.commit(commit)).toMatchObject({ ok: false, isTransient: false, reason: expect.stringContaining(what) as unknown });
    expect(double.log).toEqual([]);
  });

  it('is sent when nothing would be changed', async () => {
    await using double = await startGitHub();
    const port = commitPort(() => Promise.resolve(double.open({ redact })), redact);
    const additions = [{ path: 'a.txt', content: Buffer.from('a\n') }];
    const commit = { branch: 'main', expectedHead: await double.repository().head(), message: 'auto: a', additions, deletions: [] };
    expect(await port.commit(commit)).toMatchObject({ ok: true, value: { isVerified: true } });
  });
});
