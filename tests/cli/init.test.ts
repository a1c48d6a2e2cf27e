import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseJsonc } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { autoMessage } from '../../agents/auto-message.ts';
import { createRepository, repositoryWith, temporaryFolder, type TestRepository } from '../support/git-repository.ts';
import { loadFrom } from '../support/config-request.ts';
import { runCli } from '../support/run-cli.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const LOCK = '{"lockfileVersion": 3}';
const MANIFEST = '{"name": "x", "devDependencies": {"upkeep": "^1.0.0"}}';

async function init(repository: TestRepository, ...args: string[]): ReturnType<typeof runCli> {
  return runCli(repository.path, ['init', ...args]);
}

async function onGitHub(files: Record<string, string>): Promise<TestRepository> {
  const repository = await repositoryWith(files);
  await repository.git('remote', 'add', 'origin', 'https://github.com/owner/name.git');
  return repository;
}

interface Job {
  permissions: object;
  steps: { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }[];
}

interface Workflow {
  on: { push: { branches: string[] }; schedule: { cron: string }[] };
  permissions: object;
  jobs: Record<'gate' | 'agents' | 'pull-request' | 'comment', Job>;
}

const runsOf = ({ steps }: Job): string[] => steps.flatMap((step) => step.run ?? []);

describe('agent init', () => {
  it('shows what it would write and writes nothing with --dry-run', async () => {
    await using repository = await onGitHub({ 'package.json': MANIFEST, 'package-lock.json': LOCK });
    const { exitCode, stdout } = await init(repository, '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('new: agent.config.json');
    expect(stdout).toContain('new: .github/workflows/agents.yml');
    expect(await repository.git('status', '--porcelain')).toBe('');
  });
  it('writes only when it is told to, where nobody can be asked', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { exitCode, stderr } = await init(repository);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('say --yes');
    expect(await repository.git('status', '--porcelain')).toBe('');
  });
  it('writes a configuration that is valid and a workflow with least permissions and pinned actions', async () => {
    await using repository = await onGitHub({ 'package.json': MANIFEST, 'package-lock.json': LOCK });
    const { exitCode, stdout } = await init(repository, '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\n {2}npx agent run\n$/);
    const text = await repository.read('agent.config.json');
    expect((await loadFrom({ 'agent.config.json': text })).config.paths.exclude).toEqual([]);
    expect((parseJsonc(text) as { $schema: string }).$schema).toBe('./node_modules/upkeep/schema/agent.config.schema.json');
    const source = await repository.read('.github/workflows/agents.yml');
    const workflow = parse(source) as Workflow;
    expect(workflow.permissions).toEqual({});
    const { gate, agents, comment, 'pull-request': pullRequest } = workflow.jobs;
    expect(gate.permissions).toEqual({ contents: 'read' });
    expect(pullRequest.permissions).toEqual({ contents: 'read' });
    expect(agents.permissions).toEqual({ checks: 'write', contents: 'write', issues: 'write', 'pull-requests': 'write' });
    expect(comment.permissions).toEqual({ contents: 'write', checks: 'write', issues: 'write', 'pull-requests': 'write' });
    expect(workflow.on.push.branches).toEqual(['main']);
    expect([gate, agents, pullRequest, comment].map(runsOf)).toEqual([
      ['node .github/upkeep/gate.mjs'],
      ['npm ci', 'npx --no -- agent run --ci'],
      ['npm ci', 'npx --no -- agent run --ci'],
      ['npm ci', 'npx --no -- agent comment'],
    ]);
    const steps = [gate, agents, pullRequest, comment].flatMap((job) => job.steps);
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout')))
      expect(step.with?.['persist-credentials']).toBe(false);
    expect(steps.filter(({ env }) => env !== undefined).map(({ run }) => run)).toEqual([
      'node .github/upkeep/gate.mjs',
      'npx --no -- agent run --ci',
      'npx --no -- agent run --ci',
      'npx --no -- agent comment',
    ]);
    expect(await repository.read('.github/upkeep/gate.mjs')).toMatch(/^\/\/ upkeep-gate \d/);
    expect(stdout).not.toContain('createRequire');
    for (const line of source.split('\n').filter((one) => one.includes('uses:'))) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
  const managers: [string, Record<string, string>, string[]][] = [
    ['pnpm', { 'pnpm-lock.yaml': '' }, ['corepack enable', 'pnpm install --frozen-lockfile', 'pnpm exec agent run --ci']],
    ['yarn 1', { 'yarn.lock': '# yarn lockfile v1\n' }, ['corepack enable', 'yarn install --frozen-lockfile', 'yarn run agent run --ci']],
    ['yarn', { 'yarn.lock': '__metadata:\n' }, ['corepack enable', 'yarn install --immutable', 'yarn run agent run --ci']],
  ];
  it.each(managers)('installs with %s where the lockfile is of it', async (_name, files, runs) => {
    await using repository = await onGitHub({ 'package.json': MANIFEST, ...files });
    await init(repository, '--yes');
    const workflow = parse(await repository.read('.github/workflows/agents.yml')) as Workflow;
    expect(runsOf(workflow.jobs.agents)).toEqual(runs);
  });
  it('names a version for npx where there is no package.json', async () => {
    await using repository = await onGitHub({ 'README.md': '# A\n' });
    const { stdout } = await init(repository, '--yes');
    expect(await repository.read('.github/workflows/agents.yml')).toMatch(/npx --yes -p upkeep@\d+\.\d+\.\d+ agent run --ci/);
    expect(stdout).not.toContain('npm install --save-dev');
    expect(parseJsonc(await repository.read('agent.config.json'))).toEqual({ paths: { exclude: [] } });
  });
  it('brings a gate of an older version up to date, and leaves anything else in its place', async () => {
    await using repository = await onGitHub({ 'package.json': MANIFEST, 'package-lock.json': LOCK });
    await init(repository, '--yes');
    const gate = await repository.read('.github/upkeep/gate.mjs');
    await repository.write('.github/upkeep/gate.mjs', '// upkeep-gate 0.0.1: made long ago\n');
    const { stdout } = await init(repository, '--yes');
    expect(stdout).toContain('added to: .github/upkeep/gate.mjs');
    expect(await repository.read('.github/upkeep/gate.mjs')).toBe(gate);
    await repository.write('.github/upkeep/gate.mjs', 'mine\n');
    const foreign = (await init(repository, '--yes')).stdout;
    expect(foreign).toContain('there is nothing to write');
    expect(foreign).toContain('for you to add: .github/upkeep/gate.mjs\n    this is no gate that upkeep wrote: if that is not on purpose');
    expect(await repository.read('.github/upkeep/gate.mjs')).toBe('mine\n');
  });
  it('keeps Prettier away from the gate, where there is Prettier', async () => {
    const manifest = '{"name": "x", "devDependencies": {"upkeep": "^1.0.0", "prettier": "^3.0.0"}}';
    await using repository = await onGitHub({ 'package.json': manifest, 'package-lock.json': LOCK });
    await init(repository, '--yes');
    expect(await repository.read('.prettierignore')).toBe('.github/upkeep/\n');
    await using other = await onGitHub({ 'package.json': MANIFEST, 'package-lock.json': LOCK, '.prettierignore': 'dist' });
    await init(other, '--yes');
    expect(await other.read('.prettierignore')).toBe('dist\n.github/upkeep/\n');
    expect((await init(other, '--yes')).stdout).toContain('there is nothing to write');
    execFileSync(
      `${PROJECT}node_modules/.bin/eslint`,
      ['--no-config-lookup', '--rule', '{"no-undef": 2, "no-var": 2}', '.github/upkeep/gate.mjs'],
      { cwd: other.path },
    );
  });
  it('takes no other workflow for its own, and no other program for its gate', async () => {
    await using repository = await onGitHub({ '.github/workflows/agents.yml': 'name: agents # upkeep\njobs: {}\n' });
    await init(repository, '--yes');
    expect(parse(await repository.read('.github/workflows/upkeep.yml'))).toMatchObject({ name: 'agents' });
    expect(await repository.read('.github/workflows/agents.yml')).toBe('name: agents # upkeep\njobs: {}\n');
    await using other = await onGitHub({ '.github/upkeep/gate.mjs': 'mine\n' });
    const { stdout } = await init(other, '--yes');
    expect(stdout).toContain('so no workflow is written that would run it');
    expect(await other.git('status', '--porcelain')).toBe('?? agent.config.json');
  });
  it('runs on pushes to the default branch, wherever it is called, and says how it knows it', async () => {
    await using repository = await onGitHub({ 'README.md': '# A\n' });
    await repository.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    await repository.git('switch', '-q', '-c', 'feature');
    const { stdout } = await init(repository, '--yes');
    expect(stdout).toContain('the branch trunk: origin/trunk is there\n');
    expect((parse(await repository.read('.github/workflows/agents.yml')) as Workflow).on.push.branches).toEqual(['trunk']);
  });
  it.for([
    ['pnpm-lock.yaml', { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': 'packages: [a]\n' }, 'pnpm add --save-dev -w upkeep'],
    ['yarn.lock', { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn add --dev -W upkeep'],
  ] as const)('adds upkeep to the root of workspaces: %s', async ([, files, command]) => {
    await using repository = await repositoryWith({ 'package.json': '{"workspaces": ["a"]}', ...files });
    expect((await init(repository, '--yes')).stdout).toContain(`next:\n  ${command}\n`);
  });
  it('writes through no link out of the repository', async () => {
    await using outside = await temporaryFolder();
    await using repository = await onGitHub({ 'README.md': '# A\n' });
    await symlink(outside.path, join(repository.path, '.github'));
    const { exitCode, stderr } = await init(repository, '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing was written: .github is a symbolic link that leads out of the repository');
    expect(await readdir(outside.path)).toEqual([]);
    expect(await repository.git('status', '--porcelain')).toBe('?? .github');
  });
  it('writes no workflow where the remote is not on GitHub', async () => {
    await using repository = await repositoryWith({ 'package.json': MANIFEST, 'package-lock.json': LOCK });
    await init(repository, '--yes');
    expect(await repository.git('status', '--porcelain')).toBe('?? agent.config.json');
  });
  it('never overwrites: a second time it has nothing to write', async () => {
    const own = {
      'agent.config.yaml': 'strict: true\n',
      '.github/workflows/agents.yml': 'name: mine\njobs: { a: { steps: [{ run: npx agent run }] } }\n',
      'package.json': '{"name": "x"}\n',
      'commitlint.config.js': 'export default {};\n',
      '.husky/commit-msg': 'npx commitlint --edit "$1"\n',
    };
    await using repository = await onGitHub(own);
    const { stdout, exitCode } = await init(repository, '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('there is nothing to write');
    expect(stdout).toContain('for you to add: commitlint.config.js');
    expect(stdout).toContain('for you to add: .husky/commit-msg');
    expect(await repository.git('status', '--porcelain')).toBe('');
  });
  it('adds to commitlint rules that are data and keeps the rest of the file as it is', async () => {
    const before =
      '{\n    "name": "x",\n    "commitlint": {\n        "extends": ["@commitlint/config-conventional"],\n        "rules": { "scope-enum": [2, "always", ["core"]], "body-max-line-length": [0] }\n    },\n    "version": "1.0.0"\n}\n';
    await using repository = await repositoryWith({ 'package.json': before });
    const { stdout } = await init(repository, '--yes');
    expect(stdout).toContain('added to package.json');
    expect(stdout).not.toContain('extends');
    expect(await repository.git('diff', '--numstat')).toBe('1\t1\tpackage.json');
    const after = await repository.read('package.json');
    const { commitlint, name, version } = JSON.parse(after) as {
      commitlint: { rules: Record<string, unknown[]> };
      name: string;
      version: string;
    };
    expect({ name, version }).toEqual({ name: 'x', version: '1.0.0' });
    expect(after.startsWith('{\n    "name": "x",\n    "commitlint": {\n')).toBe(true);
    expect(commitlint.rules['body-max-line-length']).toEqual([0]);
    expect(commitlint.rules['scope-enum']?.[2]).toEqual(expect.arrayContaining(['core', 'backend', 'docs']));
    await repository.link('node_modules', `${PROJECT}node_modules`);
    const { message } = autoMessage({
      agent: 'backend',
      title: 'Backend',
      runId: '01900000-0000-7000-8000-000000000000',
      base: '0'.repeat(40),
      fixed: 12,
      files: ['a', 'b'],
    });
    const commitlintProgram = `${PROJECT}node_modules/.bin/commitlint`;
    execFileSync(commitlintProgram, { cwd: repository.path, input: message });
    expect(spawnSync(commitlintProgram, { cwd: repository.path, input: 'feat: Loud Subject\n\nno: type of ours\n' }).status).toBe(0);
    expect(spawnSync(commitlintProgram, { cwd: repository.path, input: 'automatic: x\n' }).status).toBe(1);
    expect((await init(repository, '--yes')).stdout).toContain('there is nothing to write');
  });
  it('says what to do in a bare repository and outside of any', async () => {
    await using bare = await createRepository('--bare');
    expect(await init(bare, '--yes')).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
