import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { dependencySource, openDependencies, placeDependencies } from '../../../agents/dependencies/prepare-dependencies.ts';
import type { DependencyPolicy, DependencySource } from '../../../agents/dependencies/prepare-dependencies.ts';
import { readProject } from '../../../agents/read-project.ts';
import type { RunTool, ToolCall } from '../../../agents/tools/run-tool.ts';
import { repositoryWith, temporaryFolder } from '../../support/git-repository.ts';
import type { Content } from '../../support/git-repository.ts';

const policy: DependencyPolicy = { how: 'link', mayInstall: false, cache: '/nonexistent' };
const manifest = '{"name":"x","dependencies":{"left-pad":"1"}}';
const refuse: RunTool = () => Promise.reject(new Error('nothing was to be started'));

/** A package manager that writes what it is told. */
function installs(files: Readonly<Record<string, string>>, calls: ToolCall[] = []): RunTool {
  return (call) => {
    calls.push(call);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(call.cwd, path)), { recursive: true });
      writeFileSync(join(call.cwd, path), text);
    }
    return Promise.resolve({ end: 'exited', exitCode: 0, stdout: '', stderr: '', durationMs: 1 });
  };
}

async function sourceFor(
  files: Readonly<Record<string, Content>>,
  ask: { bare?: boolean; policy?: Partial<DependencyPolicy>; runTool?: RunTool; disk?: Readonly<Record<string, string>> } = {},
): Promise<DependencySource> {
  await using repository = await repositoryWith({ '.gitignore': 'node_modules\n', ...files });
  for (const [path, text] of Object.entries(ask.disk ?? {})) await repository.write(path, text);
  return await dependencySource({
    root: ask.bare === true ? null : repository.path,
    project: await readProject(await repository.open(), await repository.head()),
    policy: { ...policy, ...ask.policy },
    runTool: ask.runTool ?? refuse,
  });
}

it('finds nothing missing in a bare repository that asks for no packages', async () => {
  expect(await sourceFor({ 'package.json': '{"name":"x","scripts":{"test":"node --test"}}' }, { bare: true })).toEqual({
    ok: true,
    how: 'none',
  });
  expect(await sourceFor({ 'README.md': '# x\n' }, { bare: true })).toEqual({ ok: true, how: 'none' });
});

it('installs nothing where no package is asked for, whatever the configuration says', async () => {
  expect(await sourceFor({ 'package.json': '{"name":"x"}' }, { policy: { how: 'install' } })).toEqual({ ok: true, how: 'none' });
});

it('says of a bare repository what is to be done', async () => {
  expect(await sourceFor({ 'package.json': manifest }, { bare: true })).toEqual({
    ok: false,
    why: 'a bare repository has no node_modules: pass --install',
  });
});

it('says of a checkout without packages what is to be done', async () => {
  expect(await sourceFor({ 'package.json': manifest })).toEqual({
    ok: false,
    why: 'left-pad of package.json is not installed: install the dependencies, or pass --install',
  });
});

it('names Plug’n’Play and the ways out of it', async () => {
  const source = await sourceFor({ 'package.json': manifest, 'yarn.lock': '__metadata:\n  version: 8\n' }, { disk: { '.pnp.cjs': '' } });
  expect(source.ok ? '' : source.why).toMatch(/^Yarn Plug’n’Play .* pass --install, .* nodeLinker/);
});

it('installs with the package manager of the lockfile, once for the same files, and links to that', async () => {
  await using cache = await temporaryFolder();
  await using repository = await repositoryWith({ 'package.json': manifest, 'package-lock.json': '{}', 'src/a.js': '1' });
  const calls: ToolCall[] = [];
  const runTool = installs({ 'node_modules/left-pad/index.js': 'left' }, calls);
  const commits = [await repository.head(), await repository.commit('code', { 'src/a.js': '2' })];
  const dependencies = openDependencies({ root: null, policy: { ...policy, mayInstall: true, cache: cache.path }, runTool });
  for (const commit of commits) {
    const project = await readProject(await repository.open(), commit);
    const source = await dependencies(project);
    expect(source).toMatchObject({ ok: true, how: 'link' });
    await using worktree = await temporaryFolder();
    await placeDependencies(source, worktree.path, project);
    expect(readFileSync(join(worktree.path, 'node_modules/left-pad/index.js'), 'utf8')).toBe('left');
  }
  expect(calls.map(({ argv }) => argv.slice(0, 2))).toEqual([['npm', 'ci']]);
});

it('says what a package manager that failed said', async () => {
  await using cache = await temporaryFolder();
  const runTool: RunTool = () => Promise.resolve({ end: 'exited', exitCode: 1, stdout: '', stderr: 'a\nERR no network\n', durationMs: 1 });
  const source = await sourceFor(
    { 'package.json': manifest, 'pnpm-lock.yaml': 'lockfileVersion: 9\n' },
    { policy: { mayInstall: true, cache: cache.path }, runTool },
  );
  expect(source.ok ? '' : source.why).toBe(
    'left-pad of package.json is not installed; `pnpm install --frozen-lockfile --ignore-scripts --prefer-offline` ended with 1: a ERR no network',
  );
  expect(readdirSync(cache.path)).toEqual([]);
});

it('removes what an installation that was killed left behind, and not what another one is doing', async () => {
  await using cache = await temporaryFolder();
  mkdirSync(join(cache.path, '.installing-999999999-abc'));
  mkdirSync(join(cache.path, `.installing-${process.pid}-abc`));
  await sourceFor(
    { 'package.json': manifest, 'package-lock.json': '{}' },
    { policy: { mayInstall: true, cache: cache.path }, runTool: installs({ 'node_modules/left-pad/index.js': '' }) },
  );
  expect(readdirSync(cache.path).filter((name) => name.startsWith('.'))).toEqual([`.installing-${process.pid}-abc`]);
});

it('copies real files where the configuration asks for it', async () => {
  await using repository = await repositoryWith({ 'package.json': manifest, '.gitignore': 'node_modules\n' });
  await repository.write('node_modules/left-pad/index.js', 'left');
  await repository.write('node_modules/.bin/left-pad', 'left', 0o755);
  const project = await readProject(await repository.open(), await repository.head());
  const source = await dependencySource({ root: repository.path, project, policy: { ...policy, how: 'copy' }, runTool: refuse });
  await using worktree = await temporaryFolder();
  await placeDependencies(source, worktree.path, project);
  await repository.write('node_modules/left-pad/index.js', 'changed');
  expect(readFileSync(join(worktree.path, 'node_modules/left-pad/index.js'), 'utf8')).toBe('left');
});
