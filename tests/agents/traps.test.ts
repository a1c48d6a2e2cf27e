/** Traps of real repositories that no other test walks into; grouped as people meet them. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { biome } from '../../agents/checks/biome.ts';
import type { Check } from '../../agents/checks/check.ts';
import { compose } from '../../agents/checks/compose.ts';
import { eslint } from '../../agents/checks/eslint.ts';
import { layerRules } from '../../agents/checks/layer-rules.ts';
import { markdown } from '../../agents/checks/markdown.ts';
import { oxlint } from '../../agents/checks/oxlint.ts';
import { prettier } from '../../agents/checks/prettier.ts';
import { stylelint } from '../../agents/checks/stylelint.ts';
import { tests } from '../../agents/checks/tests.ts';
import { installCommand } from '../../agents/dependencies/install-command.ts';
import { readProject } from '../../agents/read-project.ts';
import { regressions } from '../../agents/worse.ts';
import { fingerprintFindings } from '../../ledger/finding.ts';
import { checkFixture } from '../support/check-fixture.ts';
import type { CheckFixture } from '../support/check-fixture.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { testToolRunner } from '../support/tool-runner.ts';

const ESLINT = "export default [{ rules: { 'prefer-const': 'error', eqeqeq: 'error' } }];\n";
const FAULTY = 'let a = 1;\nexport const b = a == 2;\n';

function withEslint(scripts: Record<string, string>): CheckFixture {
  const fixture = checkFixture({
    'package.json': { name: 'x', type: 'module', scripts, devDependencies: { eslint: '^10' } },
    'eslint.config.js': ESLINT,
    'src/a.js': FAULTY,
  });
  fixture.link(['eslint']);
  return fixture;
}

describe('scripts lie', () => {
  it.each<[string, string, Check, string, Record<string, string>]>([
    ['a lint that repairs', 'eslint --fix src', eslint, 'eslint', { 'eslint.config.js': ESLINT, 'src/a.js': FAULTY }],
    ['a check that writes', 'prettier --write src', prettier, 'prettier', { '.prettierrc': '{}', 'src/a.js': 'const  a = 1\n' }],
    ['a check that writes unsafely', 'biome check --write --unsafe .', biome, '@biomejs/biome', { 'biome.json': '{}', 'src/a.js': FAULTY }],
    [
      'a lint of oxlint that repairs',
      'oxlint --fix src',
      oxlint,
      'oxlint',
      { '.oxlintrc.json': '{ "rules": { "no-var": "error" } }', 'src/a.js': 'var a = 1;\nexport { a };\n' },
    ],
    [
      'a lint of styles that repairs',
      'stylelint --fix "src/*.css"',
      stylelint,
      'stylelint',
      { '.stylelintrc.json': '{ "rules": { "color-hex-length": "short" } }', 'src/a.css': 'a { color: #ffffff; }\n' },
    ],
  ])('%s is asked, and writes nothing', async (...[, script, check, name, files]) => {
    const manifest = { name: 'x', type: 'module', scripts: { check: script, lint: script }, devDependencies: { [name]: '*' } };
    const fixture = checkFixture({ 'package.json': manifest, ...files });
    fixture.link([name]);
    const report = await fixture.inspect(check);
    expect(report.outcome, report.hint).not.toBe('errored');
    expect(report.findings.some(({ fixable }) => fixable)).toBe(true);
    for (const [path, text] of Object.entries(files)) expect(fixture.read(path)).toBe(text);
  });

  it('a lint:fix that fixes nothing keeps nobody from repairing', async () => {
    const fixture = withEslint({ lint: 'eslint src', 'lint:fix': 'eslint src' });
    await fixture.fix(eslint, ['src/a.js']);
    expect(fixture.read('src/a.js')).toBe(FAULTY.replace('let', 'const'));
  });

  it.each(['vitest --watch -u', 'vitest --ui', 'jest --watch -u', 'jest --watchAll --updateSnapshot', 'mocha --watch', 'ava --watch -u'])(
    'a test script that watches or takes what it finds for right is called without that: %s',
    async (script) => {
      const name = script.split(' ')[0] ?? '';
      const fixture = checkFixture({
        'package.json': { name: 'x', scripts: { test: script }, devDependencies: { [name]: '*' } },
        'a.test.js': '',
      });
      fixture.fakeTool(
        name,
        "require('node:fs').writeFileSync('arguments.json', JSON.stringify([process.argv.slice(2), process.stdin.isTTY ?? false]));",
      );
      await fixture.inspect(tests);
      const [words, isTerminal] = JSON.parse(fixture.read('arguments.json')) as [string[], boolean];
      expect(isTerminal).toBe(false);
      expect(words.filter((word) => /^(-u|-w|--update(Snapshot|-snapshots)?|--ui|--watch(All)?(=true)?)$/.test(word))).toEqual([]);
      if (name === 'vitest') expect(words[0]).toBe('run');
    },
  );
});

describe('exit codes lie', () => {
  it('dependency-cruiser that writes errors and exits 0 is no pass', async () => {
    const fixture = checkFixture({
      'package.json': { name: 'x', devDependencies: { 'dependency-cruiser': '*' } },
      '.dependency-cruiser.cjs': 'module.exports = { forbidden: [] };\n',
      'src/a.js': "import './b.js';\n",
      'src/b.js': '',
    });
    const rule = { name: 'no-b', severity: 'error' };
    const answer = {
      modules: [
        { source: 'src/a.js', dependencies: [{ module: './b.js', resolved: 'src/b.js' }] },
        { source: 'src/b.js', dependencies: [] },
      ],
      summary: { violations: [{ type: 'dependency', from: 'src/a.js', to: 'src/b.js', rule }] },
    };
    fixture.fakeTool(
      'dependency-cruiser',
      `require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--output-to') + 1], ${JSON.stringify(JSON.stringify(answer))}); process.exitCode = 0;`,
    );
    fixture.write({
      'node_modules/dependency-cruiser/package.json': { name: 'dependency-cruiser', version: '18.0.0', bin: { depcruise: 'bin.cjs' } },
    });
    const { outcome, findings } = await fixture.inspect(layerRules);
    expect([outcome, findings.map(({ path, rule: id }) => `${path} ${id}`)]).toEqual(['failed', ['src/a.js no-b']]);
  });

  it('ESLint that repairs and ends with 1 for what is left has done its work', async () => {
    const fixture = withEslint({ lint: 'eslint src' });
    expect(await fixture.fix(eslint, ['src/a.js'])).toMatchObject({ outcome: 'done' });
    expect((await fixture.inspect(eslint)).findings.map(({ rule }) => rule)).toEqual(['eqeqeq']);
  });

  it('ESLint that ends with 2 has crashed, whatever report it leaves behind', async () => {
    const fixture = withEslint({ lint: 'eslint src' });
    fixture.write({ 'eslint.config.js': "throw new Error('no plugin today');\n" });
    expect(await fixture.inspect(eslint)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [] });
  });
});

describe('already red', () => {
  it('tests are compared one by one: the one that fails after a fix is blamed, the one that failed before is not', () => {
    const failing = (...names: string[]) => ({
      outcome: 'failed' as const,
      reason: 'errors-left' as const,
      findings: fingerprintFindings(
        'tests',
        names.map((name) => ({
          path: 'a.test.js',
          rule: 'test-failed',
          severity: 'error',
          message: `${name}: expected 1`,
          identity: `a.test.js ${name}`,
        })),
      ),
      command: null,
      log: '',
    });
    const worse = (before: string[], after: string[]): string[] =>
      regressions(new Map([['tests', failing(...before)]]), new Map([['tests', failing(...after)]])).map(({ message }) => message);
    expect(worse(['old'], ['old'])).toEqual([]);
    expect(worse(['old'], ['old', 'new'])).toEqual(['a.test.js: test-failed: new: expected 1']);
  });
});

describe('package managers', () => {
  it('is the one that packageManager names, where no lockfile says it', async () => {
    for (const [named, expected] of [
      ['pnpm@9.15.4+sha512.abc', 'pnpm'],
      ['yarn@4.6.0', 'yarn'],
      ['deno@2', 'npm'],
    ] as const) {
      await using repository = await repositoryWith({ 'package.json': JSON.stringify({ packageManager: named }) });
      const project = await readProject(await repository.open(), await repository.head());
      expect(project.packageManager).toBe(expected);
      // Nothing says what to install, so nothing is.
      expect(await installCommand(project)).toBeNull();
    }
  });

  it('that scripts call again is not needed to run what they come to', async () => {
    const scripts = { test: 'pnpm run build && pnpm unit', unit: 'pnpm exec vitest', build: 'node build.js' };
    const fixture = checkFixture({
      'package.json': { name: 'x', type: 'module', packageManager: 'pnpm@1.0.0', scripts, devDependencies: { vitest: '*' } },
      'pnpm-lock.yaml': 'lockfileVersion: 9\n',
      'build.js': "import { writeFileSync } from 'node:fs';\nwriteFileSync('built.js', 'export const one = 1;');\n",
      'a.test.js': "import { expect, it } from 'vitest';\nimport { one } from './built.js';\nit('is one', () => expect(one).toBe(1));\n",
    });
    fixture.link(['vitest']);
    const bare = join(fixture.root, '.bare');
    mkdirSync(bare);
    symlinkSync(process.execPath, join(bare, 'node'));
    expect(await fixture.inspect(tests, { baseEnv: { PATH: bare, HOME: fixture.root } })).toMatchObject({
      outcome: 'passed',
      findings: [],
    });
  });

  it('sets no hooks in the repository that is checked, though its scripts would', async () => {
    await using repository = await repositoryWith({
      'package.json': JSON.stringify({
        name: 'x',
        version: '1.0.0',
        scripts: { prepare: 'git config core.hooksPath .husky', postinstall: 'git config core.hooksPath .husky' },
      }),
      'package-lock.json': JSON.stringify({
        name: 'x',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: { '': { name: 'x', version: '1.0.0' } },
      }),
    });
    const command = await installCommand(await readProject(await repository.open(), await repository.head()));
    const result = await testToolRunner()({ argv: command?.argv ?? ['npm'], cwd: repository.path, env: command?.env ?? {} });
    expect(result, result.stderr).toMatchObject({ end: 'exited', exitCode: 0 });
    expect(await repository.tryGit('config', 'core.hooksPath')).toMatchObject({ stdout: '' });
  });
});

describe('fixes nobody wants', () => {
  it('services of compose files keep their order: nothing is repaired there', () => {
    expect(compose.fixer).toBeUndefined();
  });
});

describe('false alarms', () => {
  it('brackets that are escaped are text, also to the rules of Markdown', async () => {
    const text = '# T\n\nUse \\[options\\](later) and a\\[0\\], as in `(a)[b]` or \\(see\\)[^1].\n\n[^1]: A note.\n';
    const fixture = checkFixture({ 'README.md': text });
    expect((await fixture.inspect(markdown)).findings).toEqual([]);
    await fixture.fix(markdown, ['README.md']);
    expect(fixture.read('README.md')).toBe(text);
  });
});

describe('crashing tools', () => {
  const crashes = (said: string): CheckFixture => {
    const fixture = checkFixture({
      'package.json': { name: 'x', devDependencies: { eslint: '4' } },
      '.eslintrc.json': { rules: {} },
      'src/a.js': FAULTY,
    });
    fixture.fakeTool(
      'eslint',
      `require('node:fs').appendFileSync('src/a.js', '// half done');\nconsole.error(${JSON.stringify(said)}); process.exit(2);`,
    );
    return fixture;
  };

  it.each([
    [
      'fs.js:40\n} = primordials;\n    ^\nReferenceError: primordials is not defined\n    at fs.js:47:5',
      'primordials is not defined',
      'update it',
    ],
    ['TypeError: util.isRegExp is not a function\n    at x', 'util.isRegExp is not a function', 'update it'],
    [
      "Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './lib/x' is not defined by exports",
      "Package subpath './lib/x'",
      'update it',
    ],
    ['TypeError: Object.groupBy is not a function', 'Object.groupBy is not a function', 'asks for a newer Node'],
  ])('an ESLint that does not go with this Node is errored, with its message and what to do: %s', async (said, message, hint) => {
    const report = await crashes(said).inspect(eslint);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [] });
    expect(report.hint).toContain(message);
    expect(report.hint).toContain(hint);
    expect(report.hint).toContain(process.versions.node);
  });

  it('one that crashes for another reason is not told to be old', async () => {
    const { hint } = await crashes('TypeError: cannot read properties of undefined').inspect(eslint);
    expect(hint).toBe('ESLint crashed: TypeError: cannot read properties of undefined');
  });
});

describe('an analyser that read nothing', () => {
  const nothing = { reason: 'nothing-read', outcome: 'errored' };

  it.each<[Check, string, Record<string, string>]>([
    [biome, '@biomejs/biome', { 'biome.json': '{ "files": { "includes": ["nowhere/**"] }, "formatter": { "enabled": false } }' }],
    [oxlint, 'oxlint', { '.oxlintrc.json': '{ "ignorePatterns": ["**"] }' }],
    [eslint, 'eslint', { 'eslint.config.js': "export default [{ ignores: ['**'] }];\n" }],
  ])('is errored, never a pass: $id', async (check, name, files) => {
    const fixture = checkFixture({
      'package.json': { name: 'x', type: 'module', devDependencies: { [name]: '*' } },
      'src/a.js': 'export const a = 1;\n',
      ...files,
    });
    fixture.link([name]);
    expect(await fixture.inspect(check)).toMatchObject(nothing);
  });
});
