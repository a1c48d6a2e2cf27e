import { describe, expect, it } from 'vitest';
import { eslint } from '../../../agents/checks/eslint.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'sample', scripts: { lint: 'eslint --fix --max-warnings 0 .' }, devDependencies: { eslint: '^10.0.0' } };
const config = `export default [{ rules: { 'prefer-const': 'error', 'no-unused-vars': 'warn', eqeqeq: 'error' } }];\n`;
const faulty = 'let a = 1;\nexport const b = a == 2;\nconst unused = 3;\n';

function sample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({ 'package.json': manifest, 'eslint.config.mjs': config, 'src/a.js': faulty, ...files });
  fixture.link(['eslint']);
  return fixture;
}

describe('the ESLint check', () => {
  it('applies where the repository has both the dependency and a configuration', async () => {
    const detection = await sample().detect(eslint);
    expect(detection).toMatchObject({
      applies: true,
      why: 'eslint.config.mjs with eslint ^10.0.0',
      origin: 'repository',
      needsDependencies: true,
    });
  });

  it.each([
    [{ 'README.md': '# hello\n' }, 'there is no package.json'],
    [{ 'package.json': { name: 'x' }, 'eslint.config.js': '' }, 'eslint is in no package.json'],
    [{ 'package.json': manifest }, 'eslint is a dependency, but no configuration sets it up'],
  ])('does not apply otherwise, and says why', async (files, why) => {
    expect(await checkFixture(files).detect(eslint)).toEqual({ applies: false, why });
  });

  it('is not concerned by prose and pictures, but by code, configuration and lockfile', async () => {
    const detection = await sample().detect(eslint);
    if (!detection.applies) throw new Error('must apply');
    expect(['README.md', 'docs/a.mdx', 'LICENSE', 'logo.svg'].filter((path) => detection.reads(path))).toEqual([]);
    expect(['src/a.js', 'src/a.vue', 'eslint.config.mjs', 'package-lock.json', 'data.json'].every((path) => detection.reads(path))).toBe(
      true,
    );
  });

  it('is concerned by prose when a plugin reads it', async () => {
    const fixture = sample({ 'package.json': { ...manifest, devDependencies: { eslint: '10', '@eslint/markdown': '7' } } });
    const detection = await fixture.detect(eslint);
    expect(detection.applies && detection.reads('README.md')).toBe(true);
  });

  it('reports what ESLint reports, with its severity and what can be fixed, and writes nothing', async () => {
    const fixture = sample();
    const report = await fixture.inspect(eslint);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'errors-left', command: 'npx eslint src/a.js' });
    expect(report.findings.map(({ path, line, rule, severity, fixable }) => ({ path, line, rule, severity, fixable }))).toEqual([
      { path: 'src/a.js', line: 1, rule: 'prefer-const', severity: 'error', fixable: true },
      { path: 'src/a.js', line: 2, rule: 'eqeqeq', severity: 'error', fixable: false },
      { path: 'src/a.js', line: 3, rule: 'no-unused-vars', severity: 'warning', fixable: false },
    ]);
    expect(fixture.read('src/a.js')).toBe(faulty);
  });

  it('gives findings fingerprints that survive line shifts', async () => {
    const fixture = sample();
    const before = await fixture.inspect(eslint);
    fixture.write({ 'src/a.js': `// a line\n\n${faulty}` });
    const after = await fixture.inspect(eslint);
    expect(after.findings.map(({ fingerprint }) => fingerprint)).toEqual(before.findings.map(({ fingerprint }) => fingerprint));
    expect(after.findings[0]?.line).toBe(3);
  });

  it('calls a syntax error an error', async () => {
    const report = await sample({ 'src/a.js': 'const = ;\n' }).inspect(eslint);
    expect(report.findings).toMatchObject([{ rule: 'parse-error', severity: 'error', path: 'src/a.js' }]);
  });

  it('passes when only warnings are left, and takes no notice of ignored files', async () => {
    const ignoring = `export default [{ ignores: ['src/old/'] }, { rules: { 'no-unused-vars': 'warn', eqeqeq: 'error' } }];\n`;
    const report = await sample({ 'eslint.config.mjs': ignoring, 'src/a.js': 'const x = 1;\n', 'src/old/b.js': 'a == b;\n' }).inspect(
      eslint,
    );
    expect(report).toMatchObject({ outcome: 'passed', reason: null });
    expect(report.findings.map(({ rule }) => rule)).toEqual(['no-unused-vars']);
  });

  it('reads only what the repository itself has it read', async () => {
    const scripts = { lint: 'eslint src', 'lint:fix': 'npm run lint -- --fix' };
    const report = await sample({ 'package.json': { ...manifest, scripts }, 'tools/b.js': faulty }).inspect(eslint);
    expect(new Set(report.findings.map(({ path }) => path))).toEqual(new Set(['src/a.js']));
  });

  it('runs each package with its own configuration by itself', async () => {
    const fixture = sample({
      'package.json': { ...manifest, workspaces: ['packages/*'] },
      'packages/one/package.json': { name: 'one', devDependencies: { eslint: '10' } },
      'packages/one/eslint.config.mjs': `export default [{ rules: { 'no-debugger': 'error' } }];\n`,
      'packages/one/a.js': 'debugger;\nlet x = 1;\n',
      'packages/two/package.json': { name: 'two' },
      'packages/two/b.js': 'export const y = 1 == 2;\n',
    });
    const report = await fixture.inspect(eslint);
    expect(report.findings.map(({ path, rule }) => `${path} ${rule}`).sort()).toEqual([
      'packages/one/a.js no-debugger',
      'packages/two/b.js eqeqeq',
      'src/a.js eqeqeq',
      'src/a.js no-unused-vars',
      'src/a.js prefer-const',
    ]);
    expect(report.command).toContain('(cd packages/one && npx eslint a.js)');
  });

  const workspace = (scripts: Record<string, Record<string, string>>, lint = 'eslint .'): Record<string, string | object> => ({
    'package.json': { ...manifest, scripts: { lint }, workspaces: ['packages/*'] },
    ...Object.fromEntries(Object.entries(scripts).map(([name, each]) => [`packages/${name}/package.json`, { name, scripts: each }])),
    'packages/one/src/b.js': 'export const b = 1 == 2;\n',
    'packages/one/tools/c.js': 'export const c = 1 == 2;\n',
  });
  const one = { one: { lint: 'eslint src' } };
  const paths = (report: { findings: readonly { path: string | null }[] }): (string | null)[] =>
    [...new Set(report.findings.map(({ path }) => path))].sort();

  it('runs once where the script of the root reads the packages, which have scripts and no configuration of their own', async () => {
    const fixture = sample(workspace(one));
    const report = await fixture.inspect(eslint);
    expect(paths(report)).toEqual(['packages/one/src/b.js', 'packages/one/tools/c.js', 'src/a.js']);
    expect(report.command).toBe('npx eslint packages/one/src/b.js packages/one/tools/c.js src/a.js');
    expect(await fixture.detect(eslint)).toMatchObject({ why: 'eslint.config.mjs with eslint ^10.0.0' });
  });

  it.each([
    ['reads other folders', workspace(one, 'eslint src'), ['packages/one/src/b.js', 'src/a.js']],
    ['hands over to them', workspace(one, 'npm run lint -ws'), ['packages/one/src/b.js', 'src/a.js']],
    ['reads their sources by a pattern', workspace(one, 'eslint "packages/*/src" src'), ['packages/one/src/b.js', 'src/a.js']],
  ])('runs in the packages themselves where the script of the root %s', async (_what, files, expected) => {
    const report = await sample(files).inspect(eslint);
    expect(paths(report)).toEqual(expected);
    expect(report.command).toContain('(cd packages/one && npx eslint src/b.js)');
  });

  it('tells once what several scripts of a package find in the same file', async () => {
    const scripts = {
      'check:all': 'eslint . --quiet',
      'check:src': 'eslint src --no-inline-config',
      lint: 'NODE_OPTIONS=--no-warnings eslint .',
    };
    const report = await sample({ 'package.json': { ...manifest, scripts } }).inspect(eslint);
    expect(report.findings.map(({ rule }) => rule)).toEqual(['prefer-const', 'eqeqeq', 'no-unused-vars']);
    expect(report.command).toBe('npx eslint src/a.js');
  });

  it('starts no second ESLint for a script that only hides warnings', async () => {
    const scripts = { 'check:all': 'eslint . --quiet', lint: 'NODE_OPTIONS=--no-warnings eslint .', quick: 'eslint src' };
    const fixture = checkFixture({ 'package.json': { ...manifest, scripts }, 'eslint.config.mjs': config, 'src/a.js': faulty });
    fixture.fakeTool('eslint', `require('node:fs').appendFileSync('calls.txt', process.argv.slice(-1) + '\\n'); process.exitCode = 2;`);
    await fixture.inspect(eslint);
    expect(fixture.read('calls.txt')).toBe('.\n');
  });

  it('hides no package behind one that crashes', async () => {
    const fixture = sample({
      'package.json': { ...manifest, workspaces: ['packages/*'] },
      'packages/one/package.json': { name: 'one', devDependencies: { eslint: '10' } },
      'packages/one/eslint.config.mjs': `throw new Error('boom in configuration');\n`,
      'packages/one/a.js': 'debugger;\n',
    });
    const report = await fixture.inspect(eslint);
    expect(report.outcome).toBe('failed');
    expect(report.findings).toHaveLength(3);
    expect(report.hint).toContain('boom in configuration');
  });
});

describe('an ESLint that cannot do its work', () => {
  it('that crashes ends tool-crashed with its message', async () => {
    const report = await sample({ 'eslint.config.mjs': `throw new TypeError('context.getScope is not a function');\n` }).inspect(eslint);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'tool-crashed', findings: [] });
    expect(report.hint).toContain('context.getScope is not a function');
  });

  it('whose plugin is not installed ends dependencies-missing', async () => {
    const report = await sample({ 'eslint.config.mjs': `import plugin from 'eslint-plugin-absent';\nexport default [plugin];\n` }).inspect(
      eslint,
    );
    expect(report).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
    expect(report.hint).toContain('eslint-plugin-absent');
  });

  it('that is not installed itself ends dependencies-missing', async () => {
    const report = await checkFixture({ 'package.json': manifest, 'eslint.config.mjs': config }).inspect(eslint);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });

  it.each([
    [
      'is nonsense',
      'const at = process.argv.indexOf("--output-file"); require("fs").writeFileSync(process.argv[at + 1], "[{]"); console.error("hm");',
      'nonsense-output',
    ],
    [
      'is another shape',
      'const at = process.argv.indexOf("--output-file"); require("fs").writeFileSync(process.argv[at + 1], "{}");',
      'nonsense-output',
    ],
    ['is missing', 'console.log("all fine");', 'nonsense-output'],
    [
      'names no file',
      'const at = process.argv.indexOf("--output-file"); require("fs").writeFileSync(process.argv[at + 1], "[]");',
      'nothing-read',
    ],
  ])('whose report %s is never green', async (_what, script, reason) => {
    const fixture = checkFixture({ 'package.json': manifest, 'eslint.config.mjs': config });
    fixture.fakeTool('eslint', script);
    expect(await fixture.inspect(eslint)).toMatchObject({ outcome: 'errored', reason });
  });

  it('that hangs ends timeout', async () => {
    const fixture = checkFixture({ 'package.json': manifest, 'eslint.config.mjs': config });
    fixture.fakeTool('eslint', 'setInterval(() => {}, 1000);');
    expect(await fixture.inspect(eslint, { timeoutMs: 300 })).toMatchObject({ outcome: 'errored', reason: 'timeout' });
  });
});

describe('the ESLint fixer', () => {
  it('applies fixes to the given files only, and no suggestions', async () => {
    const fixture = sample({ 'src/b.js': faulty });
    expect(await fixture.fix(eslint, ['src/a.js'])).toMatchObject({ outcome: 'done', command: 'npx eslint --fix -- src/a.js' });
    expect(fixture.read('src/a.js')).toBe(faulty.replace('let', 'const'));
    expect(fixture.read('src/b.js')).toBe(faulty);
  });

  it('fixes files in folders that a script names by a pattern', async () => {
    const fixture = sample({ 'package.json': { ...manifest, scripts: { lint: 'eslint "mod*/lib/"' } }, 'mod-a/lib/a.js': faulty });
    await fixture.fix(eslint, ['mod-a/lib/a.js', 'src/a.js']);
    expect(fixture.read('mod-a/lib/a.js')).toBe(faulty.replace('let', 'const'));
    expect(fixture.read('src/a.js')).toBe(faulty);
  });

  it('leaves vendored, generated and minified files alone', async () => {
    const paths = ['vendor/a.js', 'src/generated/a.js', 'src/a.min.js'];
    const fixture = sample(Object.fromEntries(paths.map((path) => [path, faulty])));
    await fixture.fix(eslint, paths);
    for (const path of paths) expect(fixture.read(path)).toBe(faulty);
    const report = await fixture.inspect(eslint);
    expect(report.findings.filter(({ fixable }) => fixable).map(({ path }) => path)).toEqual(['src/a.js']);
  });

  it('takes names that look like options, globs or substitutions', async () => {
    const paths = ['--fix-dry-run.js', 'a b.js', '[x].js', '$(touch pwned).js', "it's.js", 'é\n.js'];
    const fixture = sample(Object.fromEntries(paths.map((path) => [path, faulty])));
    expect(await fixture.fix(eslint, paths)).toMatchObject({ outcome: 'done' });
    for (const path of paths) expect(fixture.read(path)).toBe(faulty.replace('let', 'const'));
  });

  it('says when ESLint crashed', async () => {
    const fixture = sample({ 'eslint.config.mjs': `throw new Error('no');\n` });
    expect(await fixture.fix(eslint, ['src/a.js'])).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
  });
});
