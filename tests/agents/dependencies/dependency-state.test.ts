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
});
