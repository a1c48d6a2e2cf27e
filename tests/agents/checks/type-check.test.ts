import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeCheck } from '../../../agents/checks/type-check.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'sample', devDependencies: { typescript: '^6' } };
const options = { strict: true, types: [], lib: ['es5'], skipLibCheck: true, module: 'nodenext', target: 'es2022' };
const wrong = 'export const a: string = 1;\n';

function sample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({ 'package.json': manifest, ...files });
  fixture.link(['typescript']);
  return fixture;
}

async function found(fixture: ReturnType<typeof sample>): Promise<string[]> {
  const report = await fixture.inspect(typeCheck);
  return report.findings.map(({ path, line, rule }) => `${path}:${line} ${rule}`).sort();
}

describe('whether the type check applies', () => {
  it.each([
    [{ 'tsconfig.json': {} }, 'there is no package.json'],
    [{ 'package.json': { name: 'x' }, 'tsconfig.json': {} }, 'typescript is in no package.json'],
    [{ 'package.json': manifest }, 'typescript is a dependency, but there is no tsconfig.json'],
    [
      { 'package.json': { devDependencies: { typescript: '5', 'svelte-check': '4' } }, 'tsconfig.json': {} },
      'its TypeScript is checked by svelte-check, astro check or the like',
    ],
    [
      { 'package.json': { devDependencies: { typescript: '5', 'vue-tsc': '2' } }, 'tsconfig.json': {} },
      'its TypeScript is checked by svelte-check, astro check or the like',
    ],
    [
      {
        'package.json': { scripts: { types: 'vue-tsc' }, devDependencies: { typescript: '5', 'vue-tsc': '2' } },
        'tsconfig.json': { extends: './.nuxt/tsconfig.json' },
      },
      'no tsconfig.json names files to check',
    ],
  ])('it says why not', async (files, why) => {
    expect(await checkFixture(files).detect(typeCheck)).toEqual({ applies: false, why });
  });

  it('is concerned by code, configuration and lockfiles, not by prose', async () => {
    const detection = await sample({ 'tsconfig.json': {} }).detect(typeCheck);
    expect(detection).toMatchObject({ applies: true, why: 'tsconfig.json with typescript ^6' });
    const paths = [
      'src/a.ts',
      'src/a.json',
      'tsconfig.base.json',
      'package-lock.json',
      'pnpm-lock.yaml',
      'README.md',
      '.github/workflows/ci.yml',
    ];
    expect(paths.filter((path) => detection.applies && detection.reads(path))).toEqual(paths.slice(0, 5));
  });
});

describe('the type check', () => {
  it.each([
    ['next', 'export const f = (props: LayoutProps<"/">) => props;\nexport const g: Nothing = 1;\n', 'Nothing'],
    [
      '@react-router/dev',
      "import type { Route } from './+types/root';\nexport const f = (a: Route) => a;\nexport const g: Nothing = 1;\n",
      'Nothing',
    ],
    ['other', 'export const f = (props: LayoutProps<"/">) => props;\n', 'LayoutProps'],
  ])('says nothing of types that %s writes when it starts, and of all others', async (framework, text, name) => {
    const fixture = sample({
      'package.json': { ...manifest, dependencies: { [framework]: '1' } },
      'tsconfig.json': { compilerOptions: { ...options, module: 'esnext', moduleResolution: 'bundler' } },
      'app/root.ts': text,
    });
    const { findings } = await fixture.inspect(typeCheck);
    expect(findings.map(({ rule, message }) => `${rule} ${message}`)).toEqual([`TS2304 Cannot find name '${name}'.`]);
  });

  it('asks vue-tsc where a script does, and reads its errors in components', async () => {
    const fixture = checkFixture({
      'package.json': {
        name: 'shop',
        scripts: { build: 'vue-tsc -b && vite build' },
        devDependencies: { typescript: '6', 'vue-tsc': '3' },
      },
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] },
      'tsconfig.app.json': { include: ['src'] },
      'src/App.vue': '<script setup lang="ts">\nconst price: number = "free"\n</script>\n',
    });
    // What vue-tsc 3.3 prints for it.
    const line = "src/App.vue(2,7): error TS2322: Type 'string' is not assignable to type 'number'.";
    const asked = `process.argv.slice(2, 5).join(' ') === '-p tsconfig.app.json --noEmit'`;
    fixture.fakeTool('vue-tsc', `#!/usr/bin/env node\nif (${asked}) console.log(${JSON.stringify(line)});\nprocess.exitCode = 2;\n`);
    expect(await found(fixture)).toEqual(['src/App.vue:2 TS2322']);
  });

  it('reports each error with its place, once, and the same one after a line shift', async () => {
    const fixture = sample({
      'tsconfig.json': `{\n  // everything\n  "compilerOptions": ${JSON.stringify(options)},\n}\n`,
      'tsconfig.build.json': { extends: './tsconfig.json', include: ['src'], compilerOptions: { noEmit: false } },
      'package.json': { ...manifest, scripts: { build: 'tsc -p tsconfig.build.json' } },
      'src/a.ts': wrong,
    });
    const report = await fixture.inspect(typeCheck);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'errors-left' });
    expect(report.findings).toMatchObject([
      {
        path: 'src/a.ts',
        line: 1,
        column: 14,
        rule: 'TS2322',
        severity: 'error',
        message: "Type 'number' is not assignable to type 'string'.",
        fixable: false,
      },
    ]);
    fixture.write({ 'src/a.ts': `\n\n${wrong}` });
    const shifted = await fixture.inspect(typeCheck);
    expect(shifted.findings[0]).toMatchObject({ line: 3, fingerprint: report.findings[0]?.fingerprint });
  });

  it('writes nothing, though the project is incremental and emits declarations', async () => {
    const fixture = sample({
      'tsconfig.json': { compilerOptions: { ...options, incremental: true, declaration: true, emitDeclarationOnly: true, outDir: 'dist' } },
      'src/a.ts': 'export const a = 1;\n',
    });
    expect(await fixture.inspect(typeCheck)).toMatchObject({ outcome: 'passed', command: 'npx tsc -p tsconfig.json --noEmit' });
    expect(['dist', 'tsconfig.tsbuildinfo'].filter((path) => existsSync(join(fixture.root, path)))).toEqual([]);
  });

  it('checks what a solution refers to, and not the solution', async () => {
    const fixture = sample({
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }, { path: './node' }] },
      'tsconfig.app.json': { compilerOptions: { ...options, noEmit: true }, include: ['src'] },
      'node/tsconfig.json': { compilerOptions: { ...options, composite: true }, include: ['*.ts'] },
      'src/a.ts': wrong,
      'node/b.ts': wrong,
      'other/c.ts': wrong,
    });
    expect(await found(fixture)).toEqual(['node/b.ts:1 TS2322', 'src/a.ts:1 TS2322']);
  });

  it.each(['tsc', 'tsc -b'])('builds projects that read each other (%s), and takes the output away', async (build) => {
    const composite = { ...options, composite: true, outDir: 'dist' };
    const fixture = sample({
      'package.json': { ...manifest, scripts: { build } },
      'tsconfig.json': { files: [], references: [{ path: './one' }, { path: './two' }] },
      'one/tsconfig.json': { compilerOptions: composite },
      'one/index.ts': 'export const one: number = 1;\n',
      'one/dist/kept.js': 'tracked\n',
      'two/tsconfig.json': { compilerOptions: composite, references: [{ path: '../one' }] },
      'two/index.ts': "import { one } from '../one/index.js';\nexport const two: string = one;\n",
    });
    expect(await found(fixture)).toEqual(['two/index.ts:2 TS2322']);
    expect(
      ['one/dist/index.d.ts', 'one/dist/tsconfig.tsbuildinfo', 'two/dist/index.js'].filter((path) => existsSync(join(fixture.root, path))),
    ).toEqual([]);
    expect(fixture.read('one/dist/kept.js')).toBe('tracked\n');
  });

  it('checks each package of a workspace, but no base and no sample', async () => {
    const fixture = sample({
      'package.json': { ...manifest, workspaces: ['packages/*'] },
      'tsconfig.json': { compilerOptions: options },
      'packages/a/package.json': { name: 'a' },
      'packages/a/tsconfig.json': { extends: '../../tsconfig.json', include: ['.'] },
      'packages/a/a.ts': wrong,
      'packages/b/package.json': { name: 'b' },
      'packages/b/tsconfig.json': { extends: '../../tsconfig', include: ['.'] },
      'packages/b/b.ts': wrong,
      'examples/x/package.json': { name: 'x' },
      'examples/x/tsconfig.json': { compilerOptions: options },
      'examples/x/x.ts': wrong,
    });
    expect(await found(fixture)).toEqual(['packages/a/a.ts:1 TS2322', 'packages/b/b.ts:1 TS2322']);
  });

  it('calls a configuration that tsc refuses an error of that file', async () => {
    expect(await found(sample({ 'tsconfig.json': { compilerOptions: { nope: true, lib: ['es5'] } }, 'a.ts': '' }))).toEqual([
      'tsconfig.json:3 TS5023',
    ]);
    expect(await found(sample({ 'tsconfig.json': { include: ['absent'] } }))).toEqual(['tsconfig.json:null TS18003']);
  });
});

describe('a tsc that cannot do its work', () => {
  it('without its dependencies ends dependencies-missing, not in a hundred errors', async () => {
    const fixture = sample({
      'package.json': { ...manifest, dependencies: { 'left-pad': '1' } },
      'tsconfig.json': { compilerOptions: options },
      'a.ts': "import pad from 'left-pad';\nexport { pad };\n",
    });
    const report = await fixture.inspect(typeCheck);
    expect(report).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
    expect(report.hint).toContain('left-pad');
    const bare = checkFixture({ 'package.json': manifest, 'tsconfig.json': {} });
    expect(await bare.inspect(typeCheck)).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });

  it.each([
    ['crashes', 'console.error("RangeError: Maximum call stack size exceeded"); process.exit(1);', 'tool-crashed'],
    ['hangs', 'setInterval(() => {}, 1000);', 'timeout'],
    ['floods', 'for (;;) require("node:fs").writeSync(1, "x".repeat(65536));', 'output-limit'],
  ])('that %s is errored, with a reason', async (_what, script, reason) => {
    const fixture = checkFixture({ 'package.json': manifest, 'tsconfig.json': {} });
    fixture.write({
      'node_modules/typescript/package.json': { name: 'typescript', version: '6.0.0', bin: { tsc: 'bin.cjs' } },
      'node_modules/typescript/bin.cjs': script,
    });
    expect(await fixture.inspect(typeCheck, { timeoutMs: 2000, maxOutputBytes: 1_000_000 })).toMatchObject({ outcome: 'errored', reason });
  });
});
