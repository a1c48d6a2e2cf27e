import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockfile } from '../../../agents/checks/lockfile.ts';
import { manifests } from '../../../agents/checks/manifests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

/** Written by npm 11, pnpm 10, yarn 1.22 and yarn 4 for the manifests below. */
const sample = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/lockfiles', name), 'utf8');

const root = {
  name: 'root',
  version: '1.0.0',
  private: true,
  workspaces: ['packages/*'],
  dependencies: { ms: '^2.1.0', alias: 'npm:is-number@^7.0.0' },
  devDependencies: { '@types/ms': '^2.1.0' },
  optionalDependencies: { 'is-odd': '^3.0.1' },
};
const member = { name: 'a', version: '1.0.0', dependencies: { ms: '~2.1.1', 'is-number': '*' }, peerDependencies: { 'is-odd': '>=3' } };

const managers: readonly { manager: string; files: Readonly<Record<string, string>>; command: string }[] = [
  { manager: 'npm', files: { 'package-lock.json': sample('package-lock.json') }, command: 'npm ci --dry-run --ignore-scripts' },
  {
    manager: 'pnpm',
    files: { 'pnpm-lock.yaml': sample('pnpm-lock.yaml'), 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' },
    command: 'pnpm install --frozen-lockfile --lockfile-only',
  },
  { manager: 'yarn 1', files: { 'yarn.lock': sample('yarn-1.lock') }, command: 'yarn install --frozen-lockfile --ignore-scripts' },
  { manager: 'yarn 4', files: { 'yarn.lock': sample('yarn-4.lock') }, command: 'yarn install --immutable --mode=skip-build' },
];

async function inspect(files: Files) {
  const report = await checkFixture(files).inspect(lockfile);
  return { ...report, lines: report.findings.map(({ path, rule, severity, message }) => `${path} ${rule} ${severity}: ${message}`) };
}

describe.each(managers)('the lockfile of $manager', ({ files, command }) => {
  const base = { 'package.json': root, 'packages/a/package.json': member };

  it('is in step as the manager wrote it', async () => {
    expect(await inspect({ ...base, ...files })).toMatchObject({ outcome: 'passed', findings: [], command: null });
  });

  it('is out of step when a range changed, a dependency came or a workspace asks for more', async () => {
    const changed = await inspect({ ...base, ...files, 'package.json': { ...root, dependencies: { ...root.dependencies, ms: '^2.1.3' } } });
    expect(changed).toMatchObject({ outcome: 'failed', command });
    expect(changed.lines).toHaveLength(1);
    expect(changed.lines[0]).toMatch(/lockfile-out-of-step error: .*package\.json: ms is \^2\.1\.3 there and \^2\.1\.0/);
    const added = await inspect({
      ...base,
      ...files,
      'package.json': { ...root, devDependencies: { ...root.devDependencies, 'left-pad': '^1.3.0' } },
    });
    expect(added.lines[0]).toContain('left-pad ^1.3.0 is not in it');
    const inMember = await inspect({
      ...base,
      ...files,
      'packages/a/package.json': { ...member, dependencies: { ...member.dependencies, 'left-pad': '1' } },
    });
    expect(inMember.lines).toHaveLength(1);
    expect(inMember.lines[0]).toContain('packages/a/package.json: left-pad 1 is not in it');
  });

  it('cannot be read when a merge left its marks', async () => {
    const [name = ''] = Object.keys(files);
    const text = files[name] ?? '';
    const at = text.indexOf('\n', text.length / 2) + 1;
    const torn = `${text.slice(0, at)}<<<<<<< HEAD\n${text.slice(at)}`;
    expect((await inspect({ ...base, ...files, [name]: torn })).lines[0]).toMatch(/lockfile-broken error/);
  });
});

describe('lockfiles of single managers', () => {
  it('npm: a removed dependency, a workspace that is not there, and a package that npm left out in silence', async () => {
    const lock = sample('package-lock.json');
    const base = { 'package.json': root, 'packages/a/package.json': member };
    const removed = await inspect({ ...base, 'package-lock.json': lock, 'package.json': { ...root, devDependencies: {} } });
    expect(removed.lines[0]).toContain('@types/ms is only in the lockfile');
    const workspace = await inspect({
      ...base,
      'package-lock.json': lock,
      'packages/b/package.json': { name: 'b', dependencies: { ms: '2' } },
    });
    expect(workspace.lines[0]).toContain('b is not in it');
    const json = JSON.parse(lock) as { packages: Record<string, unknown> };
    delete json.packages['node_modules/is-odd/node_modules/is-number'];
    delete json.packages['node_modules/is-number'];
    expect((await inspect({ ...base, 'package-lock.json': json })).lines[0]).toContain('is-number');
  });

  it('npm: version 1, optional duplicates and bundled packages are no fault', async () => {
    const old = { lockfileVersion: 1, dependencies: { ms: { version: '2.1.3' } } };
    expect((await inspect({ 'package.json': { dependencies: { ms: '^2' } }, 'package-lock.json': old })).lines).toEqual([]);
    expect((await inspect({ 'package.json': { dependencies: { ms: '^2', x: '1' } }, 'package-lock.json': old })).lines).toHaveLength(1);
    const optional = { dependencies: { f: '^2', ms: '1' }, optionalDependencies: { f: '^2' } };
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { ms: '1' }, optionalDependencies: { f: '^2' } },
        'node_modules/f': { version: '2.0.0', optional: true },
        'node_modules/ms': { version: '1.0.0', dependencies: { inner: '1' }, bundleDependencies: ['inner'] },
      },
    };
    expect((await inspect({ 'package.json': optional, 'package-lock.json': lock })).lines).toEqual([]);
  });

  it('pnpm: overrides, catalogs, hooks, older versions', async () => {
    const lock = (specifier: string, more = ''): string =>
      `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      ms:\n        specifier: ${specifier}\n        version: 2.1.3\n${more}`;
    const manifest = (range: string, more = {}): object => ({ dependencies: { ms: range }, ...more });
    expect(
      (
        await inspect({
          'package.json': manifest('^2.0.0', { pnpm: { overrides: { 'ms@<3': '2.1.3' } } }),
          'pnpm-lock.yaml': lock('2.1.3'),
        })
      ).lines,
    ).toEqual([]);
    const catalogs = 'catalogs:\n  default:\n    ms:\n      specifier: ^2.1.0\n      version: 2.1.3\n';
    const workspace = (range: string): string => `packages: []\ncatalog:\n  ms: ${range}\n`;
    const files = { 'package.json': manifest('catalog:'), 'pnpm-lock.yaml': lock("'catalog:'", catalogs) };
    expect((await inspect({ ...files, 'pnpm-workspace.yaml': workspace('^2.1.0') })).lines).toEqual([]);
    expect((await inspect({ ...files, 'pnpm-workspace.yaml': workspace('^2.1.3') })).lines[0]).toContain('ms (catalog default) is ^2.1.3');
    expect((await inspect({ 'package.json': manifest('1'), '.pnpmfile.cjs': '', 'pnpm-lock.yaml': lock('2.1.3') })).lines).toEqual([]);
    const five = 'lockfileVersion: 5.4\nspecifiers:\n  ms: ^2.1.0\ndependencies:\n  ms: 2.1.3\n';
    expect((await inspect({ 'package.json': manifest('^2.1.0'), 'pnpm-lock.yaml': five })).lines).toEqual([]);
    expect((await inspect({ 'package.json': manifest('^2.1.3'), 'pnpm-lock.yaml': five })).lines).toHaveLength(1);
  });

  it('yarn: resolutions, workspaces by range, and local packages', async () => {
    const files = {
      'yarn.lock': '# yarn lockfile v1\n\n\nms@2.1.3:\n  version "2.1.3"\n',
      'packages/b/package.json': { name: 'b', version: '1.0.0' },
    };
    const manifest = {
      workspaces: ['packages/*'],
      dependencies: { ms: '^2.0.0', b: '^1.0.0', local: 'link:./x' },
      resolutions: { '**/ms': '2.1.3' },
    };
    expect((await inspect({ ...files, 'package.json': manifest })).lines).toEqual([]);
    expect((await inspect({ ...files, 'package.json': { ...manifest, resolutions: {} } })).lines).toHaveLength(1);
  });

  it('bun: the text format is read, the binary one passed over', async () => {
    const lock =
      '{\n  "lockfileVersion": 1,\n  "workspaces": { "": { "name": "x", "dependencies": { "ms": "^2.1.0", }, }, },\n  "packages": {},\n}\n';
    expect((await inspect({ 'package.json': { dependencies: { ms: '^2.1.0' } }, 'bun.lock': lock })).lines).toEqual([]);
    expect((await inspect({ 'package.json': { dependencies: { ms: '^2.1.3' } }, 'bun.lock': lock })).lines).toHaveLength(1);
    expect((await inspect({ 'package.json': { dependencies: { ms: '1' } }, 'bun.lockb': 'x' })).lines).toEqual([]);
  });
});

describe('which lockfiles there are', () => {
  const application = { private: true, dependencies: { ms: '2' } };

  it('warns of several, and of none where an application wants one', async () => {
    expect((await inspect({ 'package.json': application })).lines[0]).toMatch(/^package.json lockfile-missing warning/);
    const two = await inspect({
      'package.json': { private: true },
      'package-lock.json': { lockfileVersion: 3, packages: { '': {} } },
      'yarn.lock': '# yarn lockfile v1\n',
    });
    expect(two.lines).toHaveLength(1);
    expect(two.lines[0]).toMatch(/several-lockfiles warning: package-lock.json and yarn.lock/);
  });

  it.each<[string, Files]>([
    ['libraries', { 'package.json': { name: 'lib', dependencies: { ms: '2' } } }],
    ['packages without dependencies', { 'package.json': { private: true } }],
    ['those who turned it off', { 'package.json': application, '.npmrc': 'package-lock=false\n' }],
    ['those who ignore it', { 'package.json': application, '.gitignore': 'package-lock.json\n' }],
    ['members of a workspace', { 'package.json': { private: true, workspaces: ['a'] }, 'a/package.json': application }],
    ['fixtures', { 'package.json': {}, 'test/fixtures/x/package.json': application, 'test/fixtures/x/package-lock.json': '{' }],
  ])('does not ask for one from %s', async (_, files) => {
    expect((await inspect(files)).lines).toEqual([]);
  });

  it('looks at folders with a lockfile of their own, and only warns in examples', async () => {
    const lock = { lockfileVersion: 3, packages: { '': { dependencies: {} } } };
    const files = {
      'package.json': {},
      'website/package.json': application,
      'website/package-lock.json': lock,
      'examples/x/package.json': application,
      'examples/x/package-lock.json': lock,
    };
    const report = await inspect(files);
    expect(report.lines.map((line) => line.split(':')[0])).toEqual([
      'examples/x/package-lock.json lockfile-out-of-step warning',
      'website/package-lock.json lockfile-out-of-step error',
    ]);
    expect(report.command).toContain("(cd 'website' && npm ci");
  });

  it('keeps the fingerprint while other packages go out of step', async () => {
    const lock = { lockfileVersion: 3, packages: { '': {} } };
    const one = await inspect({ 'package.json': { dependencies: { a: '1' } }, 'package-lock.json': lock });
    const two = await inspect({ 'package.json': { dependencies: { a: '1', b: '1' } }, 'package-lock.json': lock });
    expect(two.findings[0]?.fingerprint).toBe(one.findings[0]?.fingerprint);
  });

  it('does not apply without package.json', async () => {
    expect(await checkFixture({ 'README.md': '' }).detect(lockfile)).toEqual({ applies: false, why: 'there is no package.json' });
  });
});

describe('manifests', () => {
  it('finds those that do not parse, with the line', async () => {
    const report = await checkFixture({
      'package.json': {},
      'a/package.json': '{\n  "name": "a",\n}\n',
      'b/package.json': '{\n<<<<<<< HEAD\n  "name": "b"\n}\n',
      'tests/fixtures/c/package.json': '{',
    }).inspect(manifests);
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.findings).toMatchObject([
      { path: 'a/package.json', line: 3, rule: 'manifest-broken', severity: 'error' },
      { path: 'b/package.json', line: 2, severity: 'error' },
    ]);
    expect((await checkFixture({ 'package.json': {} }).inspect(manifests)).outcome).toBe('passed');
  });
});
