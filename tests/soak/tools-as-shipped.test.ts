/** Linters and formatters as the registry has them, where the fast tests know only what they once said. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CheckReport } from '../../agents/checks/check.ts';
import { dprint } from '../../agents/checks/dprint.ts';
import { duplicates } from '../../agents/checks/duplicates.ts';
import { oxfmt } from '../../agents/checks/oxfmt.ts';
import { standard } from '../../agents/checks/standard.ts';
import { typeCoverage } from '../../agents/checks/type-coverage.ts';
import { xo } from '../../agents/checks/xo.ts';
import { openToolShop, type ToolShop } from '../support/tool-shop.ts';

let shop: ToolShop;
beforeAll(async () => {
  shop = await openToolShop();
});
afterAll(() => shop[Symbol.asyncDispose]());
const repositoryWith: ToolShop['repositoryWith'] = (specs, files) => shop.repositoryWith(specs, files);

const told = ({ findings }: CheckReport): string[] =>
  findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);

it.each(['5.0.1', '0.60.0'])('XO %s is read and fixes', async (version) => {
  const files = {
    'src/a.js': 'let b = 1;\nexport default b == 2;\n',
    'src/[id].js': 'let b = 1;\nexport default b;\n',
    'src/c.js': 'let = ;\n',
  };
  const repository = await repositoryWith([`xo@${version}`], { ...files, 'xo.config.js': 'export default [{space: true}];\n' });
  repository.write({ 'package.json': { ...JSON.parse(repository.read('package.json')), scripts: { test: 'xo src' } } });
  const found = told(await repository.inspect(xo));
  expect(found).toEqual(
    expect.arrayContaining(['src/[id].js:1 prefer-const error', 'src/a.js:1 prefer-const error', 'src/a.js:2 eqeqeq error']),
  );
  expect(found.some((line) => line.startsWith('src/c.js:1 parse-error error'))).toBe(true);
  expect(await repository.fix(xo, ['src/[id].js'])).toMatchObject({ outcome: 'done' });
  expect(repository.read('src/[id].js')).toBe('const b = 1;\nexport default b;\n');
  expect(repository.read('src/a.js')).toBe(files['src/a.js']);
  repository.write({ 'package.json': { devDependencies: { xo: '*' }, scripts: { test: 'xo nothing/**' } } });
  expect(await repository.inspect(xo)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
});

interface Standards {
  readonly specs: readonly string[];
  readonly text: string;
  readonly rules: readonly string[];
  readonly fixed: string;
}

it.each<Standards>([
  {
    specs: ['standard'],
    text: "const  a = 'x';\nconsole.log(a == 1)\n",
    rules: ['no-multi-spaces', 'semi', 'eqeqeq'],
    fixed: "const a = 'x'\nconsole.log(a == 1)\n",
  },
  {
    specs: ['semistandard'],
    text: "const  a = 'x'\nconsole.log(a);\n",
    rules: ['no-multi-spaces', 'semi'],
    fixed: "const a = 'x';\nconsole.log(a);\n",
  },
  { specs: ['ts-standard', 'typescript@4.9'], text: 'console.log("x")\n', rules: ['quotes'], fixed: "console.log('x')\n" },
])('$specs is read and fixes', async ({ specs, text, rules, fixed }) => {
  const name = specs[0] ?? '';
  const repository = await repositoryWith(specs, {
    'tsconfig.json': { compilerOptions: { strict: true, allowJs: true }, include: ['src'] },
    'src/[a].js': text,
  });
  repository.write({ 'package.json': { ...JSON.parse(repository.read('package.json')), scripts: { test: name } } });
  const report = await repository.inspect(standard);
  expect(report.findings.map(({ path, rule, severity }) => [path, rule, severity])).toEqual(
    rules.map((rule) => ['src/[a].js', rule, 'error']),
  );
  expect(await repository.fix(standard, ['src/[a].js'])).toMatchObject({ outcome: 'done' });
  expect(repository.read('src/[a].js')).toBe(fixed);
  repository.write({ 'package.json': { devDependencies: { [name]: '*' }, scripts: { test: `${name} "nothing/*.js"` } } });
  expect(await repository.inspect(standard)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
});

it.each([
  { check: oxfmt, specs: ['oxfmt'], config: { '.oxfmtrc.json': '{ "semi": true }\n' } },
  {
    check: dprint,
    specs: ['dprint', '@dprint/typescript'],
    config: { 'dprint.json': '{ "plugins": ["./node_modules/@dprint/typescript/plugin.wasm"], "includes": ["src/**"] }\n' },
  },
])('$specs is read and formats', async ({ check, specs, config }) => {
  const repository = await repositoryWith(specs, {
    ...config,
    'src/[a].js': 'const  a = "x"\n',
    'src/a.js': 'const  a = "x"\n',
    'src/b.js': 'const b = "x";\n',
    'src/c.js': 'let = ;\n',
  });
  repository.write({ '.gitignore': 'node_modules\n', '.prettierignore': '*.json\n' });
  expect(told(await repository.inspect(check)).sort()).toEqual([
    'src/[a].js:null format error',
    'src/a.js:null format error',
    'src/c.js:1 parse-error error',
  ]);
  expect(await repository.fix(check, ['src/[a].js'])).toMatchObject({ outcome: 'done' });
  expect(repository.read('src/[a].js')).toBe('const a = "x";\n');
  expect(repository.read('src/a.js')).toBe('const  a = "x"\n');
});

it('dprint without its plugin is no pass', async () => {
  const plugin = 'https://plugins.invalid/typescript-0.95.0.wasm';
  const repository = await repositoryWith(['dprint'], { 'dprint.json': { plugins: [plugin] }, 'src/a.js': 'a\n' });
  const report = await repository.inspect(dprint);
  expect(report).toMatchObject({ outcome: 'errored', reason: 'network' });
  expect(report.hint).toContain(plugin);
});

it('type-coverage is read, and updates nothing that is committed', async () => {
  const repository = await repositoryWith(['type-coverage', 'typescript@5.9'], {
    'tsconfig.json': { compilerOptions: { strict: true }, include: ['src'] },
    'src/a.ts': 'export const a: any = 1;\nexport const b = 2;\nexport const c = 3;\n',
  });
  const manifest = JSON.parse(repository.read('package.json')) as object;
  const at = (atLeast: number): void => repository.write({ 'package.json': { ...manifest, typeCoverage: { atLeast } } });
  at(99);
  const below = await repository.inspect(typeCoverage);
  expect(below.findings).toMatchObject([{ path: 'package.json', rule: 'threshold', severity: 'error' }]);
  expect(below.findings[0]?.message).toContain(
    '66.66 %, below the threshold of 99 %: 1 of 3 names are any, the first of them in src/a.ts:1',
  );
  at(60);
  expect(await repository.inspect(typeCoverage)).toMatchObject({ outcome: 'passed', findings: [] });
  repository.write({ 'tsconfig.json': { include: ['nothing'] } });
  expect(await repository.inspect(typeCoverage)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
});

it('jscpd is read, with its threshold, and writes no report into the tree', async () => {
  const code = Array.from(
    { length: 12 },
    (_, line) => `export const f${line} = (x, y) => (x + y > ${line} ? x * y : x - y * ${line});\n`,
  ).join('');
  const repository = await repositoryWith(['jscpd@4'], {
    '.jscpd.json': { threshold: 5, reporters: ['html', 'console'], path: ['src'], output: 'report' },
    'src/a.js': code,
    'src/b.js': `// other\n${code}`,
    'src/c.js': 'export const c = 1;\n',
  });
  const { findings, outcome } = await repository.inspect(duplicates);
  expect(outcome).toBe('failed');
  expect(findings.map(({ path, line, rule, severity }) => [path, line, rule, severity])).toEqual([
    ['.jscpd.json', null, 'threshold', 'error'],
    ['src/a.js', 1, 'clone', 'warning'],
  ]);
  expect(() => repository.read('report/jscpd-report.json')).toThrow();
  repository.write({ '.jscpd.json': { path: ['src'] } });
  expect(await repository.inspect(duplicates)).toMatchObject({ outcome: 'passed' });
  repository.write({ '.jscpd.json': { path: ['src'], ignore: ['**/*.js'] } });
  expect(await repository.inspect(duplicates)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
});
