import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { githubAccess } from '../../../cli/github/github-access.ts';
import { readEnvironment } from '../../../cli/environment.ts';

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const REMOTE = 'git@github.com:acme/shop.git';
const access = (variables: Record<string, string>, remoteUrl: string | null = REMOTE) =>
  githubAccess({ environment: readEnvironment(variables), remoteUrl, version: '0.0.0', redact: (text) => text });

/** The header of the first request that an opened door sends. */
async function authorizationOf(variables: Record<string, string>): Promise<{ url: string; authorization: string | null }> {
  const found = access(variables);
  if (found.kind !== 'ready') throw new Error(found.reason);
  let sent: { url: string; authorization: string | null } | undefined;
  const github = await found.open({
    fetch: (input, init) => {
      sent = { url: (input as URL | string).toString(), authorization: new Headers(init?.headers).get('authorization') };
      return Promise.resolve(new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } }));
    },
  });
  await github.rest.repos.get({ owner: github.owner, repo: github.repo });
  if (sent === undefined) throw new Error('nothing was sent');
  return sent;
}

describe('access to GitHub', () => {
  it('takes the repository from Actions before the remote', () => {
    const found = access({ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/fork', GITHUB_TOKEN: 'secret-token' });
    expect(found).toMatchObject({ kind: 'ready', repository: { owner: 'acme', repo: 'fork' }, pages: 'https://github.com/acme/fork' });
  });

  it('takes it from the remote elsewhere', () => {
    expect(access({ GITHUB_TOKEN: 'secret-token' })).toMatchObject({ kind: 'ready', repository: { owner: 'acme', repo: 'shop' } });
  });

  it('says what is missing', () => {
    expect(access({})).toMatchObject({ kind: 'none', reason: expect.stringContaining('GITHUB_TOKEN') as string });
    expect(access({ GITHUB_TOKEN: '' })).toMatchObject({ kind: 'none', reason: expect.stringContaining('GITHUB_TOKEN') as string });
    expect(access({ GITHUB_TOKEN: 'secret-token' }, '/srv/shop.git')).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('owner/name') as string,
    });
  });

  it('speaks with the token that was named for it first', async () => {
    const both = { GITHUB_TOKEN: 'of-actions', UPKEEP_GITHUB_TOKEN: 'of-upkeep' };
    expect(await authorizationOf(both)).toEqual({ url: 'https://api.github.com/repos/acme/shop', authorization: 'token of-upkeep' });
    expect((await authorizationOf({ GITHUB_TOKEN: 'of-actions' })).authorization).toBe('token of-actions');
    expect((await authorizationOf({ GH_TOKEN: 'of-gh' })).authorization).toBe('token of-gh');
  });

  it('speaks to the server that Actions runs on', async () => {
    const variables = {
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_SERVER_URL: 'https://ghe.acme.io',
      GITHUB_TOKEN: 'secret',
    };
    expect((await authorizationOf(variables)).url).toBe('https://ghe.acme.io/api/v3/repos/a/b');
    expect((await authorizationOf({ ...variables, GITHUB_API_URL: 'https://api.ghe.acme.io' })).url).toBe(
      'https://api.ghe.acme.io/repos/a/b',
    );
  });

  it('sends no token to the host of a remote unless the environment names it', () => {
    const remote = 'https://code.acme.io/acme/shop.git';
    const token = { GITHUB_TOKEN: 'secret-token' };
    expect(access(token, remote)).toEqual({
      kind: 'none',
      why: 'another-host',
      reason: 'no leave to send a token to code.acme.io: if it is a GitHub, set GITHUB_API_URL=https://code.acme.io/api/v3',
    });
    expect(access({ ...token, GITHUB_API_URL: 'https://api.github.com' }, remote).kind).toBe('none');
    expect(access({ ...token, GITHUB_API_URL: 'https://code.acme.io/api/v3' }, remote)).toMatchObject({
      kind: 'ready',
      pages: 'https://code.acme.io/acme/shop',
    });
  });

  it.each([
    [{ GITHUB_TOKEN: `${'ghp'}_x` }, 'classic'],
    [{ GITHUB_TOKEN: `${'github'}_pat_x` }, 'fine-grained'],
    [{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'a/b', GITHUB_TOKEN: `${'ghs'}_x` }, 'workflow'],
    [{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'a/b', UPKEEP_GITHUB_TOKEN: `${'ghs'}_x` }, 'app'],
    [{ UPKEEP_APP_ID: '1', UPKEEP_APP_PRIVATE_KEY: KEY, UPKEEP_APP_INSTALLATION_ID: '2' }, 'app'],
    [{ GITHUB_TOKEN: 'something' }, 'unknown'],
  ])('knows whose token it is: %j', (variables, token) => {
    expect(access(variables as unknown as Record<string, string>)).toMatchObject({ token });
  });

  const actions = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'a/b' };
  const app = { UPKEEP_APP_ID: '1', UPKEEP_APP_PRIVATE_KEY: KEY, UPKEEP_APP_INSTALLATION_ID: '7' };
  it.each([
    ['a key', { ...app, UPKEEP_APP_PRIVATE_KEY: 'garbage' }, /private key of the GitHub App cannot be read: expected the whole \.pem file/],
    ['an installation', { ...app, UPKEEP_APP_INSTALLATION_ID: 'abc' }, /the installation of the GitHub App is a number/],
    ['the id of an App', { ...app, UPKEEP_APP_ID: 'a b' }, /the id of the GitHub App is a number or a client id/],
    ['a token', { GITHUB_TOKEN: 'a b' }, /^no credentials that GitHub could take: the token for GitHub has blanks/],
  ])('is none with what cannot be %s', (_what, variables, reason) => {
    const found = access({ ...actions, ...variables });
    expect(found).toMatchObject({ kind: 'none', why: 'bad-credentials', reason: expect.stringMatching(reason) as string });
  });

  it('is none where the server has no address', () => {
    expect(access({ ...actions, GITHUB_TOKEN: 'x', GITHUB_SERVER_URL: 'github.com' })).toEqual({
      kind: 'none',
      why: 'no-repository',
      reason: 'no address of GitHub\'s pages: GITHUB_SERVER_URL is "github.com", expected an address such as https://github.com',
    });
  });
});
