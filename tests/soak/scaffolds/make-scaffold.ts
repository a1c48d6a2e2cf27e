/** Makes scaffolds into real repositories with their packages installed, each once. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryAt, temporaryFolder } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { PROVIDERS } from './scaffold.ts';
import type { Manager, Scaffold } from './scaffold.ts';

const run = promisify(execFile);

const INSTALL: Readonly<Record<Manager, readonly string[]>> = {
  npm: ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'install', '--ignore-scripts', '--no-frozen-lockfile'],
  yarn: ['yarn', 'install', '--ignore-scripts', '--non-interactive'],
};

export interface ScaffoldYard extends AsyncDisposable {
  /** What makes package managers found; for the runs as well. */
  readonly env: Readonly<Record<string, string>>;
  /** The scaffold in its first commit, with its packages installed: the same folder for everybody who asks, as if nothing had run. */
  make(scaffold: Scaffold): Promise<TestRepository>;
}

/**
 * Opens a folder in which scaffolds are made. SCAFFOLDS in the environment names one that is kept, for work on these tests: what is
 * there already is used again, taken back to its first commit.
 */
export async function openYard(): Promise<ScaffoldYard> {
  const kept = process.env['SCAFFOLDS'];
  const folder = kept === undefined ? await temporaryFolder() : { path: kept, [Symbol.asyncDispose]: () => Promise.resolve() };
  const providers = join(folder.path, 'providers');
  await provide(providers);
  const bins = join(providers, 'node_modules', '.bin');
  // Generators and package managers run on the Node of this test.
  const env = { PATH: [dirname(process.execPath), bins, process.env['PATH']].join(delimiter) };
  const made = new Map<string, Promise<TestRepository>>();
  return {
    env,
    make: async (scaffold) => {
      const making = made.get(scaffold.name) ?? makeScaffold(scaffold, { folder: folder.path, env });
      made.set(scaffold.name, making);
      return backToFirst(await making);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function provide(folder: string): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PROVIDERS], { cwd: folder });
}

async function makeScaffold(scaffold: Scaffold, place: { folder: string; env: Record<string, string> }): Promise<TestRepository> {
  const path = join(place.folder, scaffold.name);
  const repository = repositoryAt(path);
  if (existsSync(join(path, '.git', 'scaffolded'))) return repository;
  const env = { ...process.env, ...place.env };
  if (scaffold.generator !== null) await generate(scaffold, { folder: place.folder, env });
  mkdirSync(path, { recursive: true });
  await repository.git('init', '-q', '-b', 'main');
  for (const [file, text] of Object.entries(scaffold.files)) await repository.write(file, text);
  const [program, ...args] = scaffold.manager === null ? [] : INSTALL[scaffold.manager];
  if (program !== undefined) await run(program, args, { cwd: path, env, maxBuffer: 1 << 26 });
  await repository.commit('first');
  await repository.git('tag', 'first');
  await repository.write('.git/scaffolded', '');
  return repository;
}

async function generate({ generator, name }: Scaffold, { folder, env }: { folder: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const [bin, args] = [generator?.bin ?? '', generator?.args(name) ?? []];
  const child = run(bin, [...args], { cwd: folder, env, maxBuffer: 1 << 26 });
  // Generators that may ask do not when nobody can answer.
  child.child.stdin?.end();
  await child;
}

/** The checkout of the first commit; nothing that a run remembered is left. */
async function backToFirst(repository: TestRepository): Promise<TestRepository> {
  await repository.git('checkout', '-q', '-f', '-B', 'main', 'first');
  await repository.git('clean', '-qfd');
  await repository.write('.git/upkeep', null);
  return repository;
}
