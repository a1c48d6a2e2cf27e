/** Messages of agents before the repository's own, real commitlint. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptAutoCommits } from '../../../agents/commit-hooks.ts';
import { noDelivery, patchDelivery } from '../../../agents/delivery/quiet-delivery.ts';
import { readEnvironment } from '../../../cli/environment.ts';
import { linkCommitlint } from '../../support/commitlint.ts';
import type { EngineRun } from '../../support/engine.ts';
import { agentWith, leftovers, policyOf, runEngine, wordCheck } from '../../support/engine.ts';
import type { Content, TestRepository } from '../../support/git-repository.ts';
import { repositoryWith, temporaryFolder } from '../../support/git-repository.ts';

const CONVENTIONAL = { extends: ['@commitlint/config-conventional'] };
const ACCEPTING = acceptAutoCommits(CONVENTIONAL);
const PATIENT_MS = 60_000;
const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const backend = agentWith('backend', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' })], 'HIGH');
const docs = agentWith('docs', [wordCheck({ id: 'colour', bad: 'colour', good: 'color', files: /\.md$/ })], 'LOW');
const both = [backend, docs];

/** A repository in which both agents have something to commit, with commitlint installed. */
async function repositoryThatLints(files: Readonly<Record<string, Content>>): Promise<TestRepository> {
  const repository = await repositoryWith({
    'a.txt': 'teh cat\n',
    'b.md': 'colour\n',
    '.gitignore': 'node_modules\n',
    'package.json': json({ name: 'x', private: true, devDependencies: { '@commitlint/cli': '*' } }),
    ...files,
  });
  linkCommitlint(repository.path);
  return repository;
}

/** Runs the agents, both by default, with more patience than a busy machine needs. */
const run = (repository: TestRepository, change: Parameters<typeof runEngine>[2] = {}, agents = both): Promise<EngineRun> =>
  runEngine(repository, agents, { policy: policyOf(agents, { toolTimeoutMs: PATIENT_MS }), ...change });

const verdictOf = ({ result }: EngineRun): unknown => result.commitlint?.verdict;

describe('a message that the rules of the repository refuse', () => {
  it('keeps the commits off the branch and says which rules, of which file, and the way out', async () => {
    await using repository = await repositoryThatLints({ '.commitlintrc.json': json(CONVENTIONAL) });
    const before = await repository.head();
    const { result, recorded } = await run(repository);
    expect(await repository.head()).toBe(before);
    expect(result.commitlint).toMatchObject({
      configuration: '.commitlintrc.json',
      verdict: 'refused',
      refused: ['backend', 'docs'],
      rules: ['subject-case', 'type-enum'],
    });
    expect(result.delivery).toMatchObject({ mode: 'local', outcome: 'kept', ref: 'refs/upkeep/suggest' });
    expect(result.delivery.reason).toMatch(
      /^\.commitlintrc\.json refuses the commit messages of backend, docs: .*type must be one of \[.*\] \[type-enum\]/,
    );
    expect(result.delivery.advice).toMatch(/`agent init`.*`agent accept`/);
    expect((await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).split('\n')).toEqual([
      'refs/upkeep/suggest/backend',
      'refs/upkeep/suggest/docs',
    ]);
    expect(recorded.map(({ type }) => type)).toEqual(['agent:completed', 'agent:completed', 'delivery:kept']);
    expect(recorded[0]?.data).toMatchObject({ outcome: 'fixed', delivered: false, producedKey: null });
    expect(await leftovers(repository)).toMatchObject({ worktrees: 0, runRefs: '', journals: [], status: '' });
  });

  it('is delivered by the run that finds them accepted', async () => {
    await using repository = await repositoryThatLints({ '.commitlintrc.json': json(CONVENTIONAL) });
    await run(repository);
    await repository.commit('feat: let agents commit', { '.commitlintrc.json': json(ACCEPTING) });
    const pending = await repository.git('rev-parse', 'refs/upkeep/suggest/backend');
    const { result } = await runEngine(repository, [backend], { pending });
    expect(result).toMatchObject({ commitlint: { verdict: 'accepted' }, delivery: { outcome: 'delivered' } });
    expect(await repository.read('a.txt')).toBe('the cat\n');
    expect(await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/docs');
  });

  it('is only told where the commits go to no branch', async () => {
    await using repository = await repositoryThatLints({ '.commitlintrc.json': json(CONVENTIONAL) });
    await using folder = await temporaryFolder();
    const reason = expect.stringContaining('[type-enum]') as string;
    const none = await run(repository, { mode: 'none', deliveryFor: (context) => noDelivery(context, 'main') });
    expect(none.result.delivery).toMatchObject({ outcome: 'none', reason, commits: [expect.any(String), expect.any(String)] });
    const rehearsal = await run(repository, {
      mode: 'patch',
      deliveryFor: (context) => patchDelivery(context, { branch: 'main', folder: folder.path }),
    });
    expect(rehearsal.result.delivery).toMatchObject({ outcome: 'patch', reason, patches: [expect.any(String), expect.any(String)] });
  });

  it('keeps back the commits that it accepts as well, for they were checked together', async () => {
    const rules = { 'header-max-length': [2, 'always', '"auto: Docs – fix 1 problem in 1 file"'.length] };
    await using repository = await repositoryThatLints({ '.commitlintrc.json': json({ rules }) });
    const before = await repository.head();
    const { result } = await run(repository);
    expect(result.commitlint).toMatchObject({ refused: ['backend'], rules: ['header-max-length'] });
    expect(result.delivery.reason).toContain('refuses the commit message of backend: header must not be longer than');
    expect(result.delivery.commits).toHaveLength(2);
    expect(await repository.head()).toBe(before);
  });
});

describe('a configuration that accepts the messages', () => {
  const code = (value: unknown): string => `export default ${JSON.stringify(value)};\n`;
  it.each<[string, Record<string, string>]>([
    ['.commitlintrc.json', { '.commitlintrc.json': json(ACCEPTING) }],
    ['.commitlintrc.yml', { '.commitlintrc.yml': json(ACCEPTING) }],
    ['commitlint.config.mjs', { 'commitlint.config.mjs': code(ACCEPTING) }],
    ['commitlint.config.cjs', { 'commitlint.config.cjs': `module.exports = ${JSON.stringify(ACCEPTING)};\n` }],
    ['commitlint.config.ts', { 'commitlint.config.ts': `const rules: unknown = 1;\n${code(ACCEPTING)}void rules;\n` }],
    ['"commitlint" in package.json', { 'package.json': json({ name: 'x', commitlint: ACCEPTING }) }],
    ['commitlint.config.mjs', { 'commitlint.config.mjs': `console.log('hello'); process.stdout.write('{');\n${code(ACCEPTING)}` }],
    ['commitlint.config.mjs', { 'commitlint.config.mjs': "export default { ignores: [(m) => m.startsWith('auto: ')], rules: {} };\n" }],
  ])('is read like commitlint reads it: %s', async (configuration, files) => {
    await using repository = await repositoryThatLints(files);
    const { result } = await run(repository, {}, [backend]);
    expect(result.commitlint).toEqual({ configuration, verdict: 'accepted', refused: [], rules: [], why: null });
    expect(result.delivery).toMatchObject({ outcome: 'delivered', reason: null });
  });

  it('is asked once a run, in a worktree, without our variables', async () => {
    await using folder = await temporaryFolder();
    const log = join(folder.path, 'asked.log');
    await using repository = await repositoryThatLints({
      'commitlint.config.mjs': `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(log)}, JSON.stringify([process.cwd(), process.env.API_TOKEN ?? null, process.env.CI]) + '\\n');
export default { rules: { 'type-enum': [2, 'always', ['auto']] } };
`,
    });
    const variables = { PATH: process.env['PATH'], HOME: process.env['HOME'], API_TOKEN: 'secret-value-1234' };
    const { result } = await run(repository, { environment: readEnvironment(variables) });
    expect(result).toMatchObject({ commitlint: { verdict: 'accepted' }, delivery: { outcome: 'delivered' } });
    const asked = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(asked).toHaveLength(1);
    const [cwd, token, ci] = JSON.parse(asked[0] ?? '') as [string, string | null, string];
    expect(cwd).not.toBe(repository.path);
    expect(existsSync(cwd)).toBe(false);
    expect([token, ci]).toEqual([null, 'true']);
  });

  it('is found by whatever package brought commitlint, however packages lie', async () => {
    await using repository = await repositoryWith({
      'a.txt': 'teh\n',
      '.gitignore': 'node_modules\n',
      '.commitlintrc.json': json(CONVENTIONAL),
    });
    linkCommitlint(repository.path, ['cli', 'config-conventional']);
    expect(verdictOf(await run(repository))).toBe('refused');
    await repository.write('node_modules/@commitlint', null);
    linkCommitlint(repository.path, ['config-conventional']);
    await repository.write('node_modules/commitlint/package.json', json({ name: 'commitlint', version: '1.0.0' }));
    linkCommitlint(join(repository.path, 'node_modules/commitlint'), ['cli']);
    expect(verdictOf(await run(repository))).toBe('refused');
  });
});

describe('a configuration that cannot be asked', () => {
  it.each<[string, Record<string, string>, string | RegExp]>([
    ['throws', { 'commitlint.config.mjs': "throw new Error('no rules today');\n" }, 'no rules today'],
    ['is no configuration', { '.commitlintrc.json': '{"rules": {"type-enum": "sometimes"}}\n' }, /^.*type-enum/],
    ['names a rule that nobody has', { '.commitlintrc.json': '{"rules": {"no-such-rule": [2, "always"]}}\n' }, /no-such-rule/],
    [
      'extends what is not installed',
      { '.commitlintrc.json': '{"extends": ["commitlint-config-nowhere"]}\n' },
      /commitlint-config-nowhere/,
    ],
    ['ends the process', { 'commitlint.config.mjs': 'process.exit(7);\n' }, 'it ended without an answer (exit code 7)'],
    [
      'never ends',
      { 'commitlint.config.mjs': 'setInterval(() => {}, 1000);\nawait new Promise(() => {});\n' },
      'it took longer than 3 s and was ended',
    ],
    [
      'prints without end',
      { 'commitlint.config.mjs': "for (;;) await new Promise((done) => process.stderr.write('x'.repeat(65536), done));\n" },
      'it printed too much and was ended',
    ],
  ])('does not fail the run when it %s', async (...[what, files, why]) => {
    await using repository = await repositoryThatLints(files);
    const policy = policyOf([backend], { toolTimeoutMs: what === 'never ends' ? 3000 : PATIENT_MS });
    const { result } = await run(repository, { policy }, [backend]);
    expect(result.commitlint).toMatchObject({
      configuration: Object.keys(files)[0],
      verdict: 'unknown',
      why: typeof why === 'string' ? why : (expect.stringMatching(why) as string),
    });
    expect(result.delivery).toMatchObject({ outcome: 'delivered', reason: null });
    expect(await repository.read('a.txt')).toBe('the cat\n');
  });

  it('is named when commitlint is not installed', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n', '.commitlintrc.json': json(CONVENTIONAL) });
    const { result } = await run(repository);
    expect(result.commitlint).toMatchObject({ verdict: 'unknown', why: '@commitlint/cli is not installed' });
    expect(result.delivery.outcome).toBe('delivered');
  });
});

describe('nobody is asked', () => {
  it('where nothing is committed, or no rules are set up', async () => {
    await using clean = await repositoryThatLints({ 'a.txt': 'fine\n', 'b.md': 'fine\n', 'commitlint.config.mjs': 'process.exit(1);\n' });
    expect((await run(clean)).result.commitlint).toBeNull();
    await using free = await repositoryThatLints({ 'packages/a/.commitlintrc.json': json(CONVENTIONAL) });
    expect((await run(free)).result).toMatchObject({ commitlint: null, delivery: { outcome: 'delivered' } });
  });
});
