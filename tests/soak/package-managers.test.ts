/**
 * Real package managers on a real workspace: a run finds the committed workspace and nothing that a person is writing, and
 * leaves the checkout as it was, whatever installed its packages. They are installed into a temporary folder.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { createRepository, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { runJson } from '../support/run-agent-command.ts';
import type { RunDocument } from '../support/run-agent-command.ts';
import { UNCOMMITTED, workspaceFiles } from '../support/workspace-of-packages.ts';
import type { WorkspaceKind } from '../support/workspace-of-packages.ts';

const run = promisify(execFile);

interface Manager extends WorkspaceKind {
  readonly name: string;
  /** What provides it; null: it comes with Node. */
  readonly packageSpec: string | null;
  readonly program: string;
}

const npm: WorkspaceKind = { own: '*', settings: {}, listsPackages: true };
const yarn = (settings: string): WorkspaceKind => ({ own: 'workspace:*', settings: { '.yarnrc.yml': settings }, listsPackages: true });
const pnpm: WorkspaceKind = {
  own: 'workspace:*',
  settings: { 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n" },
  listsPackages: false,
};

const MANAGERS: readonly Manager[] = [
  { name: 'npm', packageSpec: null, program: 'npm', ...npm },
  ...['9.15.9', '10.34.9', '11.28.11', '12.21.0'].map((version) => ({
    name: `pnpm ${version}`,
    packageSpec: `pnpm@${version}`,
    program: 'pnpm',
    ...pnpm,
  })),
  { name: 'Yarn 1', packageSpec: 'yarn@1.22.22', program: 'yarn', ...npm },
  { name: 'Yarn 4 with node_modules', packageSpec: '@yarnpkg/cli-dist@4.18.1', program: 'yarn', ...yarn('nodeLinker: node-modules\n') },
  { name: 'Bun', packageSpec: 'bun@1.4.5', program: 'bun', ...npm },
];
const PLUG_N_PLAY: Manager = {
  name: 'Yarn 4 Plug’n’Play',
  packageSpec: '@yarnpkg/cli-dist@4.18.1',
  program: 'yarn',
  ...yarn('nodeLinker: pnp\n'),
};

let tools: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  tools = await temporaryFolder();
});
afterAll(() => tools[Symbol.asyncDispose]());

const environments = new Map<string, Promise<Record<string, string>>>();

/** The environment in which the package manager is on the path; installed once. */
function environmentOf(manager: Manager): Promise<Record<string, string>> {
  const environment = environments.get(manager.name) ?? provide(manager);
  environments.set(manager.name, environment);
  return environment;
}

async function provide({ packageSpec }: Manager): Promise<Record<string, string>> {
  if (packageSpec === null) return { PATH: process.env['PATH'] ?? '' };
  const folder = join(tools.path, packageSpec.replace(/\W/g, '-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  await run('npm', ['install', '--no-audit', '--no-fund', packageSpec], { cwd: folder });
  return { PATH: [join(folder, 'node_modules', '.bin'), process.env['PATH']].join(delimiter) };
}

/** The workspace as a person has it: installed, committed with its lockfile, and being worked on. */
async function checkout(manager: Manager, env: Readonly<Record<string, string>>): Promise<TestRepository> {
  const repository = await createRepository();
  for (const [path, text] of Object.entries(workspaceFiles(manager))) await repository.write(path, text);
  chmodSync(join(repository.path, 'packages/tool/bin.js'), 0o755);
  await run(manager.program, ['install'], { cwd: repository.path, env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  await repository.commit('first');
  for (const [path, text] of Object.entries(UNCOMMITTED)) await repository.write(path, text);
  await repository.git('status');
  return repository;
}

/** `<agent> <check>` → how it ended, and what is left. */
function outcomes(document: RunDocument): Record<string, string> {
  return Object.fromEntries(
    document.runs.flatMap(({ agent, checks }) =>
      checks.map(({ check, outcome, findings }) => {
        const left = findings.filter(({ fixed }) => !fixed).map(({ path, rule }) => `${path} ${rule}`);
        return [`${agent} ${check}`, [outcome, ...left].join(' ')] as const;
      }),
    ),
  );
}

const GREEN = { 'backend eslint': 'fixed', 'backend type-check': 'passed', 'qa tests': 'passed' };

describe.each(MANAGERS)('a workspace of $name', (manager) => {
  it('is checked and repaired with its own packages, and left as it is', async () => {
    const env = await environmentOf(manager);
    await using repository = await checkout(manager, env);
    const before = await checkoutFingerprint(repository);
    const { document, stderr } = await runJson(repository.path, ['--delivery', 'none'], env);
    expect(outcomes(document), stderr).toMatchObject(GREEN);
    expect(await checkoutFingerprint(repository)).toEqual(before);
    expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1);
  });

  it('is installed beside a checkout that has no packages', async () => {
    const env = await environmentOf(manager);
    await using seed = await checkout(manager, env);
    await using clone = await seed.clone();
    const before = await checkoutFingerprint(clone);
    const { document, stderr } = await runJson(clone.path, ['--delivery', 'none', '--install'], env);
    expect(outcomes(document), stderr).toMatchObject(GREEN);
    expect(await checkoutFingerprint(clone)).toEqual(before);
  });

  it('is out of step when the lockfile asks for another version', async () => {
    const env = await environmentOf(manager);
    await using repository = await checkout(manager, env);
    await using elsewhere = await repository.clone();
    const manifest = await elsewhere.read('packages/core/package.json');
    await elsewhere.write('packages/core/package.json', manifest.replace('"nanoid": "^5.0.0"', '"nanoid": "^3.0.0"'));
    // npm would keep the version that is locked.
    await elsewhere.write('package-lock.json', null);
    const arguments_ = manager.program === 'yarn' && manager.name !== 'Yarn 1' ? ['install', '--no-immutable'] : ['install'];
    await run(manager.program, arguments_, { cwd: elsewhere.path, env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
    await elsewhere.commit('another nanoid');
    await repository.git('stash');
    await repository.git('pull', '-q', elsewhere.path, 'main');
    const { code, document, stderr } = await runJson(repository.path, ['--no-fix'], env);
    expect(code).toBe(3);
    expect(document.runs.flatMap(({ checks }) => checks).find(({ check }) => check === 'type-check')?.reason).toBe('dependencies-missing');
    expect(stderr).toMatch(/(nanoid|another (yarn|pnpm)).*install the dependencies, or pass --install/);
  });
});

describe.each(MANAGERS.filter(({ program }) => program === 'pnpm'))('a check that calls $name', (manager) => {
  it('runs a script in the worktree and installs nothing into it', async () => {
    const env = await environmentOf(manager);
    await using repository = await checkout(manager, env);
    await repository.git('stash');
    await repository.commit('a check', {
      'agent.config.json': JSON.stringify({
        customChecks: {
          'not-installed-into': {
            agent: 'qa',
            run: ['pnpm', 'run', 'not-installed-into'],
            paths: ['package.json'],
            findings: { format: 'exit-code' },
          },
        },
      }),
    });
    const { document, stderr } = await runJson(repository.path, ['qa', '--no-fix'], env);
    expect(outcomes(document), stderr).toMatchObject({ 'qa not-installed-into': 'passed' });
  });
});

describe('a workspace of Yarn 4 Plug’n’Play', () => {
  it('is told from one without packages, with the ways out', async () => {
    const env = await environmentOf(PLUG_N_PLAY);
    await using repository = await checkout(PLUG_N_PLAY, env);
    const before = await checkoutFingerprint(repository);
    const { code, stderr } = await runJson(repository.path, [], env);
    expect(code).toBe(3);
    expect(stderr).toMatch(/Yarn Plug’n’Play \(\.pnp\.cjs\) .*: pass --install, .* nodeLinker/);
    expect(await checkoutFingerprint(repository)).toEqual(before);
  });

  it('is checked and repaired in a node_modules of our own', async () => {
    const env = await environmentOf(PLUG_N_PLAY);
    await using repository = await checkout(PLUG_N_PLAY, env);
    const before = await checkoutFingerprint(repository);
    const { document, stderr } = await runJson(repository.path, ['--delivery', 'none', '--install'], env);
    expect(outcomes(document), stderr).toMatchObject(GREEN);
    expect(await checkoutFingerprint(repository)).toEqual(before);
  });
});
