import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GitHub } from '../../github/client.ts';
import type { GitHubAuth } from '../../github/usable-auth.ts';
import { failureOf } from '../support/github/failure-of.ts';
import { ALL_PERMISSIONS, startGitHub } from '../support/github/start-github.ts';
import type { FakeGitHub, FakeGitHubOptions } from '../support/github/start-github.ts';

const AT = { owner: 'acme', repo: 'site' };
const HOUR_MS = 3_600_000;
const list = (github: GitHub): Promise<unknown> => github.rest.issues.listForRepo(AT);

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs1 = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

type AppAuth = Extract<GitHubAuth, { kind: 'app' }>;
const app: AppAuth = { kind: 'app', appId: '7', privateKey: pkcs1, installationId: 70 };

function start(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const installations = [{ id: 70, account: 'acme', permissions: ALL_PERMISSIONS }];
  return startGitHub({ apps: [{ id: 7, slug: 'upkeep', publicKey, installations }], tokens: {}, ...options });
}

const open = (double: FakeGitHub, auth: Partial<AppAuth> = {}): GitHub => double.open({ auth: { ...app, ...auth } });
const tokensAsked = (double: FakeGitHub): number =>
  double.log.filter(({ operation }) => operation === 'apps/create-installation-access-token').length;

afterEach(() => {
  vi.useRealTimers();
});

describe('a GitHub App', () => {
  it('speaks as its installation, by one token for many requests', async () => {
    await using double = await start();
    const github = open(double);
    await github.rest.issues.create({ ...AT, title: 'one' });
    await list(github);
    expect(double.repository().issue(1).author).toBe('upkeep[bot]');
    expect(tokensAsked(double)).toBe(1);
  });

  it('renews its token before it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using double = await start();
    const github = open(double);
    await list(github);
    vi.setSystemTime(Date.now() + HOUR_MS - 90_000);
    await list(github);
    expect(tokensAsked(double)).toBe(1);
    vi.setSystemTime(Date.now() + 60_000);
    await list(github);
    expect(tokensAsked(double)).toBe(2);
    expect(double.log.every(({ status }) => status < 400)).toBe(true);
  });

  it.each([
    ['as GitHub gives it', pkcs1],
    ['in the form of PKCS 8', pkcs8],
    ['on one line, with the line ends written out', pkcs1.replaceAll('\n', '\\n')],
    ['with line ends of Windows and blanks around it', `\r\n${pkcs1.replaceAll('\n', '\r\n')}  `],
  ])('takes its key %s', async (_how, privateKey) => {
    await using double = await start();
    await list(open(double, { privateKey }));
    expect(double.lines.at(-1)).toBe('GET /repos/acme/site/issues 200');
  });

  it.each<[string, Partial<AppAuth>, string]>([
    [
      'text that is no key',
      { privateKey: 'secret-of-mine' },
      'the private key of the GitHub App cannot be read: expected the whole .pem file',
    ],
    ['half a key', { privateKey: pkcs1.slice(0, 400) }, 'the private key of the GitHub App cannot be read'],
    ['the public key', { privateKey: publicKey }, 'the private key of the GitHub App cannot be read'],
    [
      'a key of another kind',
      { privateKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      "of type ed25519, GitHub's are RSA",
    ],
    ['an id with blanks', { appId: 'my app' }, 'the id of the GitHub App is a number or a client id, not "my app"'],
    [
      'an installation that is no number',
      { installationId: Number.NaN },
      "the installation of the GitHub App is a number, the last part of its settings page's address",
    ],
  ])('is refused with %s before anything is sent', async (_what, auth, words) => {
    await using double = await start();
    expect(() => open(double, auth)).toThrow(
      expect.objectContaining({ code: 'bad-credentials', message: expect.stringContaining(words) as string }),
    );
    expect(() => open(double, auth)).toThrow(/^(?!.*secret-of-mine)(?!.*MII)/);
    expect(double.log).toEqual([]);
  });

  it('whose key was deleted is told what to look at', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await using double = await start({ apps: [{ id: 7, slug: 'upkeep', publicKey: other, installations: [] }] });
    const failure = await failureOf(list(open(double)));
    expect(failure).toMatchObject({ code: 'bad-credentials', facts: { status: 401 } });
    expect(failure.message).toContain(
      "GitHub does not accept the App's key (401: A JSON web token could not be decoded): look at its id, its private key and",
    );
  });

  it('that is not installed here finds nothing', async () => {
    await using double = await start();
    expect(await failureOf(list(open(double, { installationId: 71 })))).toMatchObject({
      code: 'not-found',
      facts: { request: 'POST /app/installations/{installation_id}/access_tokens' },
    });
  });

  it('tries again when its token could not be had', async () => {
    await using double = await start();
    double.failNext({ on: /access_tokens/, status: 502 });
    await list(double.open({ auth: app, patience: { retries: 2, throttle: false, secondMs: 1 } }));
    expect(double.log.map(({ status }) => status)).toEqual([502, 201, 200]);
  });

  it.each([
    ['an hour ahead', HOUR_MS],
    ['an hour behind', -HOUR_MS],
  ])('works on a machine whose clock is %s', async (_how, offset) => {
    await using double = await start({ now: () => new Date(Date.now() - offset) });
    const github = open(double);
    await github.rest.issues.create({ ...AT, title: 'one' });
    expect(double.log.map(({ status }) => status)).toEqual([401, 201, 201]);
    expect(double.repository().issues).toHaveLength(1);
  });
});
