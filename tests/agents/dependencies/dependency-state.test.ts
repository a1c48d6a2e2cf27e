import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dependencyState } from '../../../agents/dependencies/dependency-state.ts';
import { readProject } from '../../../agents/read-project.ts';
import { repositoryWith } from '../../support/git-repository.ts';

let installed: string;
beforeEach(() => {
  installed = mkdtempSync(join(tmpdir(), 'upkeep-installed-'));
});
afterEach(() => rmSync(installed, { recursive: true, force: true }));

function install(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(installed, path)), { recursive: true });
    writeFileSync(join(installed, path), text);
  }
}

const manifest = JSON.stringify({ name: 'x', devDependencies: { eslint: '^10.0.0' } });
const lock = (version: string): string =>
  JSON.stringify({
    packages: { '': {}, 'node_modules/eslint': { version }, 'node_modules/fsevents': { version: '2.0.0', optional: true } },
  });

async function stateOf(files: Readonly<Record<string, string>>): Promise<string> {
  await using repository = await repositoryWith(files);
  const state = await dependencyState(installed, await readProject(await repository.open(), await repository.head()));
  return state.inStep ? 'in step' : state.why;
}

describe('dependencyState', () => {
  it('is in step where nothing is needed', async () => {
    expect(await stateOf({ 'package.json': '{"name":"x"}' })).toBe('in step');
  });

  it('is in step when npm installed what the lockfile says, optional packages aside', async () => {
    install({ 'node_modules/.package-lock.json': lock('10.1.0') });
    expect(await stateOf({ 'package.json': manifest, 'package-lock.json': lock('10.1.0') })).toBe('in step');
  });

  it('names the package whose version differs', async () => {
    install({ 'node_modules/.package-lock.json': lock('10.0.0') });
    expect(await stateOf({ 'package.json': manifest, 'package-lock.json': lock('10.1.0') })).toBe(
      'eslint is 10.0.0, package-lock.json says 10.1.0',
    );
  });

  it('names a package that hides the one of the lockfile', async () => {
    const packages = { 'node_modules/eslint': { version: '10.1.0' }, 'packages/a/node_modules/eslint': { version: '9.0.0' } };
    install({ 'node_modules/.package-lock.json': JSON.stringify({ packages }) });
    expect(await stateOf({ 'package.json': manifest, 'package-lock.json': lock('10.1.0') })).toBe(
      'eslint 9.0.0 is installed in packages/a/node_modules/eslint, where package-lock.json has none',
    );
  });

  it('does not mind what was installed besides', async () => {
    const packages = { 'node_modules/eslint': { version: '10.1.0' }, 'node_modules/other': { version: '1.0.0', extraneous: true } };
    install({ 'node_modules/.package-lock.json': JSON.stringify({ packages }) });
    expect(await stateOf({ 'package.json': manifest, 'package-lock.json': lock('10.1.0') })).toBe('in step');
  });

  it('names the package that is not installed', async () => {
    expect(await stateOf({ 'package.json': manifest, 'package-lock.json': lock('10.1.0') })).toBe(
      'eslint of package.json is not installed',
    );
  });

  it('is in step without a lockfile when every direct dependency is there', async () => {
    install({ 'node_modules/eslint/package.json': '{}' });
    expect(await stateOf({ 'package.json': manifest })).toBe('in step');
  });

  it('compares the lockfile that pnpm installed from', async () => {
    install({ 'node_modules/.pnpm/lock.yaml': 'lockfileVersion: 9\n' });
    expect(await stateOf({ 'package.json': manifest, 'pnpm-lock.yaml': 'lockfileVersion: 9\n' })).toBe('in step');
    expect(await stateOf({ 'package.json': manifest, 'pnpm-lock.yaml': 'lockfileVersion: 9\n# other\n' })).toContain(
      'another pnpm-lock.yaml',
    );
  });

  it('looks for what a workspace member needs in its own folder and in the root', async () => {
    install({ 'packages/a/node_modules/eslint/package.json': '{}' });
    expect(await stateOf({ 'package.json': '{"workspaces":["packages/*"]}', 'packages/a/package.json': manifest })).toBe('in step');
  });

  it('does not ask for what an example outside the workspaces needs', async () => {
    expect(await stateOf({ 'package.json': '{"workspaces":["packages/*"]}', 'examples/a/package.json': manifest })).toBe('in step');
  });

  it('compares as well where pnpm leaves out of its copy which dependencies are injected', async () => {
    const lockfile = (meta: string): string =>
      `importers:\n\n  packages/b:\n    dependencies:\n      a:\n        version: file:packages/a\n${meta}\npackages: {}\n`;
    install({ 'node_modules/.pnpm/lock.yaml': lockfile('') });
    const files = { 'package.json': manifest, 'pnpm-lock.yaml': lockfile('    dependenciesMeta:\n      a:\n        injected: true\n') };
    expect(await stateOf(files)).toBe('in step');
  });

  it.each([
    ['10.1.0', 'in step'],
    ['10.0.0', 'eslint is 10.0.0, bun.lock says 10.1.0'],
    [null, 'eslint of package.json is not installed'],
  ])('compares what Bun installed: %s', async (version, expected) => {
    if (version !== null) install({ 'node_modules/eslint/package.json': JSON.stringify({ version }) });
    const files = {
      'package.json': manifest,
      'bun.lock': '{\n  "packages": {\n    "eslint": ["eslint@10.1.0", "", {}, "sha512-x"],\n  },\n}\n',
    };
    expect(await stateOf(files)).toBe(expected);
  });

  describe('with Yarn 1', () => {
    const lockfile = (version: string): string =>
      `# yarn lockfile v1\n\n\n"eslint@^10.0.0", eslint@10:\n  version "${version}"\n  resolved "https://registry.example.test/eslint-${version}.tgz#abc"\n  dependencies:\n    chalk "4"\n\nchalk@4:\n  version "4.0.0"\n`;
    const record = (version: string, more: object = { 'chalk@4': '' }): string => {
      const resolved = `https://registry.example.test/eslint-${version}.tgz#abc`;
      return JSON.stringify({ lockfileEntries: { 'eslint@^10.0.0': resolved, 'eslint@10': resolved, ...more } });
    };

    it('is in step when it resolved every range to what the lockfile says', async () => {
      install({ 'node_modules/.yarn-integrity': record('10.1.0') });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe('in step');
    });

    it('names a range that it resolved to something else', async () => {
      install({ 'node_modules/.yarn-integrity': record('10.0.0') });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe(
        'eslint@^10.0.0 was installed from another yarn.lock',
      );
    });

    it('names a range that it did not know', async () => {
      install({ 'node_modules/.yarn-integrity': record('10.1.0', {}) });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe('chalk@4 of yarn.lock is not installed');
    });
  });

  describe('with a later Yarn', () => {
    const entry = (descriptor: string, resolution: string, more = ''): string =>
      `"${descriptor}":\n  version: 0\n  resolution: "${resolution}"\n${more}  linkType: hard\n\n`;
    const lockfile = (version: string): string =>
      '__metadata:\n  version: 8\n\n' +
      entry('eslint@npm:^10.0.0', `eslint@npm:${version}`) +
      entry('fsevents@npm:2', 'fsevents@npm:2.0.0', '  conditions: os=darwin\n') +
      entry('typescript@npm:6', 'typescript@npm:6.0.0') +
      entry(
        'x@workspace:.',
        'x@workspace:.',
        '  dependencies:\n    eslint: "npm:^10.0.0"\n    fsevents: "npm:2"\n    typescript: "npm:6"\n  dependenciesMeta:\n    fsevents:\n      optional: true\n',
      );
    const record = (...locators: string[]): string =>
      `__metadata:\n  version: 1\n\n${locators.map((locator) => `"${locator}":\n  locations:\n    - "node_modules/x"\n\n`).join('')}`;
    const patched = 'typescript@patch:typescript@npm%3A6.0.0#optional!builtin<compat/typescript>::version=6.0.0';

    it('is in step when what the workspaces ask for is there, patched or with its peers', async () => {
      install({ 'node_modules/.yarn-state.yml': record('eslint@virtual:0a1b#npm:10.1.0', patched, 'x@workspace:.') });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe('in step');
    });

    it('names what is installed in another version', async () => {
      install({ 'node_modules/.yarn-state.yml': record('eslint@npm:10.0.0', patched) });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe(
        'eslint 10.0.0 is installed, and yarn.lock has another',
      );
    });

    it('names what is not installed', async () => {
      install({ 'node_modules/.yarn-state.yml': record(patched) });
      expect(await stateOf({ 'package.json': manifest, 'yarn.lock': lockfile('10.1.0') })).toBe(
        'eslint 10.1.0 of yarn.lock is not installed',
      );
    });
  });
});
