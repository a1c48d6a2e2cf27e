import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { advisories } from '../../../agents/checks/advisories.ts';
import { lockedPackages } from '../../../agents/checks/locked-packages.ts';
import { registryOf } from '../../../agents/checks/registry.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const advisory = (id: number, severity: string, [title, range]: readonly [string, string]): object => ({
  id,
  url: `https://github.com/advisories/GHSA-${id}`,
  title,
  severity,
  vulnerable_versions: range,
});

/** What the registry of npm answers of these. */
const KNOWN: Readonly<Record<string, readonly object[]>> = {
  lodash: [advisory(1, 'high', ['Command Injection in lodash', '<4.17.21']), advisory(2, 'moderate', ['ReDoS in lodash', '<4.17.21'])],
  minimist: [advisory(3, 'critical', ['Prototype Pollution in minimist', '<0.2.4'])],
  'word-wrap': [advisory(4, 'moderate', ['word-wrap ReDoS', '<1.2.4'])],
  '@babel/traverse': [advisory(5, 'critical', ['Arbitrary code execution', '<7.23.2'])],
};

/** A registry; `asked` is what it was asked last. */
async function registry(answer: (asked: Record<string, string[]>) => { status?: number; body: unknown }) {
  const heard = { asked: {} as Record<string, string[]>, path: '', authorization: undefined as string | undefined };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      heard.asked = body as Record<string, string[]>;
      heard.path = request.url ?? '';
      heard.authorization = request.headers.authorization;
      const { status = 200, body: said } = answer(heard.asked);
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { heard, npmrc: `registry=http://127.0.0.1:${(server.address() as AddressInfo).port}/npm\n` };
}

const honest = (asked: Record<string, string[]>) => ({
  body: Object.fromEntries(Object.keys(asked).flatMap((name) => (KNOWN[name] === undefined ? [] : [[name, KNOWN[name]]]))),
});

const npmLock = (packages: Readonly<Record<string, string>>): object => ({
  name: 'shop',
  lockfileVersion: 3,
  packages: {
    '': { name: 'shop' },
    ...Object.fromEntries(Object.entries(packages).map(([at, version]) => [`node_modules/${at}`, { version }])),
  },
});

const told = (findings: readonly { path: string | null; rule: string; severity: string; message: string }[]) =>
  findings.map(({ path, rule, severity, message }) => `${severity} ${rule} ${path ?? ''}: ${message}`);

describe('packages with known holes', () => {
  it('are told of with their advisory; what is fixed is not, and what weighs less is one line', async () => {
    const { npmrc, heard } = await registry(honest);
    const lock = npmLock({
      lodash: '4.17.20',
      minimist: '0.0.8',
      'a/node_modules/minimist': '1.2.8',
      '@babel/traverse': '7.25.0',
      'word-wrap': '1.2.3',
    });
    const report = await checkFixture({ '.npmrc': npmrc, 'package-lock.json': lock }).inspect(advisories);
    expect(told(report.findings)).toEqual([
      'warning critical-advisory package-lock.json: minimist 0.0.8: Prototype Pollution in minimist (critical, https://github.com/advisories/GHSA-3); versions with it: <0.2.4',
      'warning high-advisory package-lock.json: lodash 4.17.20: Command Injection in lodash (high, https://github.com/advisories/GHSA-1), and 1 more; versions with it: <4.17.21',
      'warning lesser-advisories package-lock.json: 1 more package has known holes of less weight: word-wrap',
    ]);
    expect(report.findings.map(({ line }) => line)).toEqual([expect.any(Number), expect.any(Number), null]);
    expect(heard.path).toBe('/npm/-/npm/v1/security/advisories/bulk');
    expect(heard.asked).toMatchObject({ minimist: ['0.0.8', '1.2.8'], '@babel/traverse': ['7.25.0'] });
  });

  it('are none where the registry knows of none, though it knows of others', async () => {
    const { npmrc } = await registry(honest);
    const report = await checkFixture({ '.npmrc': npmrc, 'package-lock.json': npmLock({ lodash: '4.17.21', semver: '7.7.0' }) }).inspect(
      advisories,
    );
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('of a scope with a registry of its own are nobody else’s business, and no token is sent', async () => {
    const { npmrc, heard } = await registry(honest);
    const own = '@corp:registry=https://npm.corp.example/\n//127.0.0.1/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789\n';
    await checkFixture({ '.npmrc': `${own}${npmrc}`, 'package-lock.json': npmLock({ '@corp/secret-plans': '1.0.0', a: '1.0.0' }) }).inspect(
      advisories,
    );
    expect(Object.keys(heard.asked).sort()).toEqual(['a', 'lodash']);
    expect(heard.authorization).toBeUndefined();
  });

  it.each<[string, (asked: Record<string, string[]>) => { status?: number; body: unknown }, RegExp]>([
    [
      'refuses the question',
      () => ({ status: 405, body: { error: 'Method Not Allowed' } }),
      /answered 405 Method Not Allowed\. Nothing is known/,
    ],
    ['knows no advisories at all', () => ({ body: {} }), /knows of no hole in lodash 4\.17\.4, so it has no advisories/],
    ['answers with a page', () => ({ body: '<html>' }), /its answer is no JSON/],
    ['answers with something else', () => ({ body: { error: 'no' } }), /no list of advisories/],
  ])('are never called none where the registry %s', async (_what, answer, hint) => {
    const { npmrc } = await registry(answer);
    const report = await checkFixture({ '.npmrc': npmrc, 'package-lock.json': npmLock({ lodash: '4.17.4' }) }).inspect(advisories);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
    expect(report.hint).toMatch(/^Advisory data unavailable: /);
    expect(report.hint).toMatch(hint);
  });

  it('are never called none without a network', async () => {
    const fixture = checkFixture({ '.npmrc': 'registry=http://127.0.0.1:9/\n', 'package-lock.json': npmLock({ a: '1.0.0' }) });
    const report = await fixture.inspect(advisories);
    expect(report).toMatchObject({ outcome: 'skipped' });
    expect(report.hint).toMatch(/^Advisory data unavailable: 127\.0\.0\.1:9: /);
  });

  it('are looked for at night only, where there is a lockfile', async () => {
    expect(advisories.isNightly).toBe(true);
    expect(await checkFixture({ 'package.json': {} }).detect(advisories)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'examples/a/package-lock.json': npmLock({}) }).detect(advisories)).toMatchObject({ applies: false });
  });
});

describe('what a lockfile holds', () => {
  const read = async (path: string, text: string): Promise<string[] | null> => {
    const packages = await lockedPackages(path, text);
    return packages === null
      ? null
      : [...packages].flatMap(([name, versions]) => [...versions].map((version) => `${name} ${version}`)).sort();
  };

  it('is read from npm, with aliases by their real names, and without links and what comes from Git', async () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': {},
        'packages/a': { version: '1.0.0' },
        'node_modules/a': { resolved: 'packages/a', link: true },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/c/node_modules/b': { version: '1.5.0' },
        'node_modules/alias': { name: 'real', version: '3.0.0' },
        'node_modules/g': { version: '1.0.0', resolved: 'git+ssh://git@github.com/x/g.git#abc' },
      },
    };
    expect(await read('package-lock.json', JSON.stringify(lock))).toEqual(['b 1.5.0', 'b 2.0.0', 'real 3.0.0']);
    const first = { lockfileVersion: 1, dependencies: { a: { version: '1.0.0', dependencies: { b: { version: 'npm:real@2.0.0' } } } } };
    expect(await read('package-lock.json', JSON.stringify(first))).toEqual(['a 1.0.0', 'real 2.0.0']);
  });

  it('is read from pnpm, in the three forms that its lockfiles had', async () => {
    const packages = (keys: readonly string[]): string =>
      `lockfileVersion: '9.0'\npackages:\n${keys.map((key) => `  '${key}':\n    resolution: {integrity: sha512-x}\n`).join('')}`;
    expect(await read('pnpm-lock.yaml', packages(['@s/a@1.0.0', 'b@2.0.0(c@1.0.0)']))).toEqual(['@s/a 1.0.0', 'b 2.0.0']);
    expect(await read('pnpm-lock.yaml', packages(['/@s/a@1.0.0', '/b@2.0.0(c@1.0.0)']))).toEqual(['@s/a 1.0.0', 'b 2.0.0']);
    expect(await read('pnpm-lock.yaml', packages(['/@s/a/1.0.0', '/b/2.0.0_c@1.0.0']))).toEqual(['@s/a 1.0.0', 'b 2.0.0']);
    expect(
      await read('pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages:\n  g@https://x/g.tgz:\n    resolution: {type: git, repo: x}\n"),
    ).toEqual([]);
  });

  it('is read from Yarn, of both kinds', async () => {
    const classic =
      '# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@^1.1.0":\n  version "1.1.0"\n  resolved "https://r/a.tgz"\n\nalias@npm:real@^2:\n  version "2.0.0"\n  resolved "https://r/real.tgz"\n\ng@git+https://x/g.git:\n  version "1.0.0"\n  resolved "git+https://x/g.git#abc"\n';
    expect(await read('yarn.lock', classic)).toEqual(['@s/a 1.1.0', 'real 2.0.0']);
    const berry =
      '__metadata:\n  version: 8\n\n"@s/a@npm:^1.0.0":\n  version: 1.1.0\n  resolution: "@s/a@npm:1.1.0"\n\n"shop@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "shop@workspace:."\n';
    expect(await read('yarn.lock', berry)).toEqual(['@s/a 1.1.0']);
  });

  it('is read from Bun', async () => {
    expect(
      await read('bun.lock', '{ "lockfileVersion": 1, "packages": { "a": ["a@1.0.0", "", {}, "sha512-x"], "@s/b": ["@s/b@2.0.0"], }, }'),
    ).toEqual(['@s/b 2.0.0', 'a 1.0.0']);
  });

  it('is nothing where it cannot be read', async () => {
    expect(await read('package-lock.json', '<<<<<<< HEAD')).toBeNull();
  });
});

describe('the registry', () => {
  it('is that of .npmrc without its password, or npm’s own', () => {
    const nobody = '/nonexistent';
    expect(registryOf('', nobody)).toMatchObject({ ok: true, url: 'https://registry.npmjs.org/' });
    expect(registryOf('registry = https://ann:secret@npm.example/own\n', nobody)).toMatchObject({
      ok: true,
      url: 'https://npm.example/own/',
    });
    expect(registryOf('registry=file:///etc\n', nobody)).toEqual({ ok: false, why: 'the registry of .npmrc is no address of the web' });
  });
});
