import { describe, expect, it } from 'vitest';
import { prettier } from '../../../agents/checks/prettier.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'sample', devDependencies: { prettier: '^3' } };
const ugly = 'const  a = "x"\n';
const pretty = "const a = 'x';\n";

function sample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({
    'package.json': manifest,
    '.prettierrc': '{ "singleQuote": true }\n',
    'src/a.js': ugly,
    'src/b.js': pretty,
    ...files,
  });
  fixture.link(['prettier']);
  return fixture;
}

describe('the Prettier check', () => {
  it('applies only where the repository set it up: nobody wants a whole repository reformatted', async () => {
    expect(await sample().detect(prettier)).toMatchObject({ applies: true, why: '.prettierrc with prettier ^3' });
    expect(await checkFixture({ 'package.json': manifest }).detect(prettier)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'package.json': {}, '.prettierrc': '{}' }).detect(prettier)).toEqual({
      applies: false,
      why: 'prettier is in no package.json',
    });
    const byScript = { ...manifest, scripts: { format: 'prettier --write .' } };
    expect(await checkFixture({ 'package.json': byScript }).detect(prettier)).toMatchObject({ applies: true });
  });

  it('reports each file that is not formatted, and writes nothing', async () => {
    const fixture = sample();
    const report = await fixture.inspect(prettier);
    expect(report).toMatchObject({ outcome: 'failed', command: 'npx prettier --check src/a.js' });
    expect(report.findings).toMatchObject([{ path: 'src/a.js', rule: 'format', severity: 'error', fixable: true }]);
    expect(fixture.read('src/a.js')).toBe(ugly);
  });

  it('takes no notice of files that it ignores or does not know', async () => {
    const report = await sample({ '.prettierignore': 'src/a.js\n', 'data.bin': 'x', Makefile: 'a:  b\n' }).inspect(prettier);
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('reads only what the scripts have it read', async () => {
    const fixture = sample({
      'package.json': { ...manifest, scripts: { format: 'prettier --write "src/**/*.js" --no-semi' } },
      'other/c.js': ugly,
      'src/b.js': "const a = 'x'\n",
    });
    expect((await fixture.inspect(prettier)).findings.map(({ path }) => path)).toEqual(['src/a.js']);
  });

  it('calls a syntax error an error with its place, beside the other files', async () => {
    const report = await sample({ 'src/c.ts': 'let = ;\n' }).inspect(prettier);
    expect(report.findings).toMatchObject([
      { path: 'src/a.js', rule: 'format' },
      { path: 'src/c.ts', rule: 'parse-error', line: 1, fixable: false },
    ]);
  });

  it('reads names with line breaks', async () => {
    const report = await sample({ 'src/x\ny.js': ugly, 'src/a.js': pretty }).inspect(prettier);
    expect(report.findings.map(({ path }) => path)).toEqual(['src/x\ny.js']);
  });

  it('says why it has no result', async () => {
    expect(await checkFixture({ 'package.json': manifest, '.prettierrc': '' }).inspect(prettier)).toMatchObject({
      reason: 'dependencies-missing',
    });
    expect(await sample({ '.prettierrc': '{ "semi": ' }).inspect(prettier)).toMatchObject({ outcome: 'errored' });
    const astray = sample({ 'package.json': { ...manifest, scripts: { format: 'prettier --check "lib/**/*.js"' } } });
    expect(await astray.inspect(prettier)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    const odd = checkFixture({ 'package.json': manifest, '.prettierrc': '' });
    odd.fakeTool('prettier', 'console.log("everything is lovely");');
    expect(await odd.inspect(prettier)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
    odd.fakeTool('prettier', 'console.error("TypeError: broken"); process.exit(2);');
    expect(await odd.inspect(prettier)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
  });
});

describe('the Prettier fixer', () => {
  it('formats the given files only', async () => {
    const fixture = sample({ 'src/c.js': ugly, '-d.js': ugly, '[e].js': ugly, 'e.js': ugly });
    expect(await fixture.fix(prettier, ['-d.js', '[e].js', 'src/a.js'])).toMatchObject({ outcome: 'done' });
    for (const path of ['-d.js', '[e].js', 'src/a.js']) expect(fixture.read(path)).toBe(pretty);
    for (const path of ['src/c.js', 'e.js']) expect(fixture.read(path)).toBe(ugly);
  });

  it('never touches history, changesets, lockfiles, snapshots, minified or ignored files', async () => {
    const paths = [
      'CHANGELOG.md',
      'HISTORY.md',
      '.changeset/a.md',
      'package-lock.json',
      'pnpm-lock.yaml',
      '__snapshots__/a.js',
      'src/a.min.js',
      'ignored.js',
    ];
    const fixture = sample({ ...Object.fromEntries(paths.map((path) => [path, ugly])), '.prettierignore': 'ignored.js\n' });
    expect(await fixture.fix(prettier, paths)).toMatchObject({ outcome: 'done' });
    for (const path of paths) expect(fixture.read(path)).toBe(ugly);
  });

  it('formats the others when one cannot be read', async () => {
    const fixture = sample({ 'src/c.js': 'let = ;\n' });
    expect(await fixture.fix(prettier, ['src/a.js', 'src/c.js'])).toMatchObject({ outcome: 'done' });
    expect(fixture.read('src/a.js')).toBe(pretty);
  });
});
