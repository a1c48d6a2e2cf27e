import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { build } from '../../../agents/checks/build.ts';
import { buildInput, builtBefore, frontEnds } from '../../../agents/checks/build-plan.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { projectFromFolder } from '../../support/project-from-folder.ts';

const VITE = { name: 'web', private: true, type: 'module', scripts: { build: 'vite build' }, devDependencies: { vite: '^8' } };
const PAGE =
  '<!doctype html><html lang="en"><head><title>a</title></head><body><script type="module" src="/src/main.js"></script></body></html>\n';

function app(files: Readonly<Record<string, string | object>>, manifest: object = VITE) {
  const fixture = checkFixture({ 'package.json': manifest, 'index.html': PAGE, 'src/main.js': 'document.title = "b";\n', ...files });
  fixture.link(['vite']);
  return fixture;
}

describe('the build of a front end', () => {
  it('passes, and measures what a browser loads', async () => {
    const words = Array.from({ length: 4000 }, (_, index) => `w${(index * 7919) % 100_003}`).join(' ');
    const report = await app({ 'src/main.js': `document.title = ${JSON.stringify(words)};\n` }).inspect(build);
    expect(report.outcome, report.log).toBe('passed');
    const [measured] = report.measured ?? [];
    expect(measured).toMatchObject({ kind: 'bundle', path: 'package.json' });
    expect(measured?.value).toBeGreaterThan(8_000);
    expect(measured?.value).toBeLessThan(words.length);
    expect(measured?.detail).toMatch(/^assets\/index-\*\.js \d+\.\d kB$/);
  });

  it.each<[string, Readonly<Record<string, string>>, { at: string; says: RegExp }]>([
    [
      'a module that is not there',
      { 'src/main.js': "import './absent.js';\n" },
      { at: 'src/main.js:1', says: /^\[UNRESOLVED_IMPORT\] Could not resolve '\.\/absent\.js'/ },
    ],
    [
      'a name that is not exported',
      { 'src/main.js': "import { no } from './a.js';\nno();\n", 'src/a.js': 'export const a = 1;\n' },
      { at: 'src/main.js:1', says: /"?no"? is not exported/ },
    ],
    ['code that does not parse', { 'src/main.js': 'const a = ;\n' }, { at: 'src/main.js:1', says: /^\[PARSE_ERROR\] Unexpected token$/ }],
    [
      'a style that does not parse',
      { 'src/main.js': "import './a.css';\n", 'src/a.css': "\na { color: red; } }\n@import './b.css';\n" },
      { at: 'src/a.css:2', says: /Unexpected \}/ },
    ],
    [
      'a page that names a script which is gone',
      { 'index.html': PAGE.replace('main.js', 'gone.js') },
      { at: 'index.html:', says: /Failed to resolve \/src\/gone\.js/ },
    ],
  ])('fails over %s, and says where', async (_what, files, { at, says }) => {
    const report = await app(files).inspect(build);
    expect(report.outcome, report.log).toBe('failed');
    expect(report.findings, report.log).toHaveLength(1);
    const [finding] = report.findings;
    expect(finding).toMatchObject({ rule: 'build-failed', severity: 'error' });
    expect(`${finding?.path ?? ''}:${finding?.line ?? ''}`).toBe(at);
    expect(finding?.message).toMatch(says);
    expect(report.command).toBe('npm run build');
  });

  it('is no fault of the code where it wants variables or a network', async () => {
    const script = (line: string) => ({ ...VITE, scripts: { build: `node -e "console.error('${line}'); process.exit(1)" && vite build` } });
    const variable = await app({}, script('Error: Missing required environment variable DATABASE_URL')).inspect(build);
    expect(variable).toMatchObject({ outcome: 'errored', reason: 'configuration', findings: [] });
    expect(variable.hint).toContain('variables of the environment');
    const network = await app({}, script('getaddrinfo ENOTFOUND fonts.googleapis.com')).inspect(build);
    expect(network).toMatchObject({ outcome: 'errored', reason: 'network', findings: [] });
  });

  it('is no matter of types: where they kept the bundler from its work, it is called by itself', async () => {
    const types = 'node -e "console.log(\'src/a.ts(1,7): error TS2322: no\'); process.exit(2)"';
    const script = { ...VITE, scripts: { build: `${types} && vite build` } };
    const passed = await app({}, script).inspect(build);
    expect(passed.outcome, passed.log).toBe('passed');
    expect(passed.measured).toHaveLength(1);
    const failed = await app({ 'src/main.js': "import './absent.js';\n" }, script).inspect(build);
    expect(failed.findings.map(({ path, line }) => `${path ?? ''}:${line ?? ''}`)).toEqual(['src/main.js:1']);
  });

  it('builds what it needs of the workspace first, and blames that where it fails', async () => {
    const workspace = (library: string) =>
      checkFixture({
        'package.json': { name: 'root', private: true, workspaces: ['packages/*'], scripts: { build: 'npm run build --workspaces' } },
        'packages/web/package.json': { ...VITE, dependencies: { ui: '*' } },
        'packages/web/index.html': PAGE,
        'packages/web/src/main.js': "import { a } from '../../ui/dist/a.js';\ndocument.title = a;\n",
        'packages/ui/package.json': { name: 'ui', scripts: { build: library } },
        'packages/ui/a.js': 'export const a = "1";\n',
      });
    const good = workspace("node -e \"require('fs').cpSync('a.js', 'dist/a.js')\"");
    good.link(['vite'], 'packages/web');
    const passed = await good.inspect(build);
    expect(passed.outcome, passed.log).toBe('passed');
    const bad = workspace('node -e "process.exit(4)"');
    bad.link(['vite'], 'packages/web');
    const failed = await bad.inspect(build);
    expect(failed.findings.map(({ path, rule }) => `${rule} ${path ?? ''}`)).toEqual(['build-failed packages/ui/package.json']);
  });

  it('keeps the limits that size-limit was given', async () => {
    const fixture = app(
      {},
      { ...VITE, devDependencies: { vite: '^8', 'size-limit': '^14' }, 'size-limit': [{ path: 'dist/**/*.js', limit: '10 kB' }] },
    );
    const answer = [
      { name: 'all scripts', passed: false, size: 12_300, sizeLimit: 10_000 },
      { name: 'styles', passed: true, size: 1, sizeLimit: 2 },
    ];
    fixture.fakeTool('size-limit', `console.log(${JSON.stringify(JSON.stringify(answer))}); process.exit(1);`);
    const report = await fixture.inspect(build);
    expect(report.findings).toMatchObject([
      { rule: 'size-limit', severity: 'error', path: 'package.json', message: 'all scripts is 12.3 kB, its limit 10.0 kB' },
    ]);
    fixture.fakeTool('size-limit', 'console.error("no plugins"); process.exit(1);');
    expect(await fixture.inspect(build)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
  });

  it('looks at its limits where it was built, when links were in its way', async () => {
    const unlinked = 'node -e "if (fs.lstatSync(\'node_modules/vite\').isSymbolicLink()) process.exit(1)"';
    const fixture = app({}, { ...VITE, scripts: { build: `${unlinked} && vite build` }, 'size-limit': [{ path: 'dist/**/*.js' }] });
    const answer = JSON.stringify([{ name: 'all scripts', passed: true, size: 1, sizeLimit: 2 }]);
    fixture.fakeTool('size-limit', `require('node:fs').readdirSync('dist'); console.log(${JSON.stringify(answer)});`);
    const report = await fixture.inspect(build);
    expect(report.outcome, report.hint).toBe('passed');
  });

  it('is ended at its time limit, and not begun once more', async () => {
    const fixture = app({}, { ...VITE, scripts: { build: 'node begin.cjs && vite build' } });
    const begun = join(fixture.root, '..', `${basename(fixture.root)}.begun`);
    onTestFinished(() => rmSync(begun, { force: true }));
    const begin = `require('node:fs').appendFileSync(${JSON.stringify(begun)}, 'x'); setInterval(() => {}, 1000);`;
    fixture.write({ 'begin.cjs': begin });
    const report = await fixture.inspect(build, { timeoutMs: 2_000 });
    expect(report).toMatchObject({ outcome: 'errored', reason: 'timeout' });
    expect(readFileSync(begun, 'utf8')).toBe('x');
  });
});

describe('what goes into a build', () => {
  const project = (files: Readonly<Record<string, string | object>>) => projectFromFolder(checkFixture(files).root);

  it('is code, styles and pages; no tests, no settings of other tools, no prose about the repository', () => {
    const reads = buildInput(project({ 'package.json': VITE }));
    const paths = ['src/a.ts', 'src/a.css', 'public/a.svg', 'vite.config.ts', 'package.json'];
    expect(paths.filter(reads)).toEqual(paths);
    const others = ['src/a.test.ts', 'e2e/a.spec.ts', 'README.md', 'docs/a.md', 'eslint.config.js', '.prettierrc', 'src/__mocks__/a.ts'];
    expect(others.filter(reads)).toEqual([]);
  });

  it('is prose as well where pages are made of it', () => {
    const reads = buildInput(project({ 'package.json': { name: 'site', scripts: { build: 'astro build' } } }));
    expect(['src/content/a.md', 'README.md', 'CHANGELOG.md'].filter(reads)).toEqual(['src/content/a.md']);
  });

  it('is none in packages that make nothing for a browser, or only start the builds of others', async () => {
    for (const script of ['tsc', 'tsup', 'turbo run build', 'npm run build -ws'])
      expect(frontEnds(project({ 'package.json': { name: 'a', scripts: { build: script } } }))).toEqual([]);
    expect(await checkFixture({ 'README.md': '# A\n' }).detect(build)).toMatchObject({ applies: false });
  });

  it('is built in the order in which packages need each other, also where they need each other in turns', () => {
    const made = (name: string, needs: string) => ({ name, scripts: { build: 'tsc' }, dependencies: { [needs]: '*' } });
    const found = project({
      'package.json': { name: 'root', workspaces: ['*'] },
      'web/package.json': { ...VITE, dependencies: { a: '*' } },
      'a/package.json': made('a', 'b'),
      'b/package.json': made('b', 'c'),
      'c/package.json': made('c', 'a'),
    });
    const [web] = frontEnds(found);
    expect(web === undefined ? [] : builtBefore(found, web).map(({ dir }) => dir)).toEqual(['c', 'b', 'a']);
  });
});
