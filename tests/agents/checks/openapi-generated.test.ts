import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../agents/checks/check.ts';
import { openapiGenerated } from '../../../agents/checks/openapi-generated.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const DOCUMENT = 'openapi: 3.0.3\ninfo:\n  title: Pets\n  version: 1.0.0\npaths: {}\n';
const TYPES = "/** Made by a program. */\nexport type Title = 'Pets';\n";

/** Writes the title of the document, as openapi-typescript writes its types. */
const GENERATOR = `
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const title = /title: (.*)/.exec(readFileSync(args[0], 'utf8'))[1];
writeFileSync(args[args.indexOf('-o') + 1], "/** Made by a program. */\\nexport type Title = '" + title + "';\\n");
`;

function withTypes(files: Readonly<Record<string, string>>, scripts: Readonly<Record<string, string>>, tool = GENERATOR): CheckFixture {
  const manifest = { name: 'x', devDependencies: { 'openapi-typescript': '^7' }, scripts };
  const fixture = checkFixture({ 'package.json': manifest, 'openapi.yaml': DOCUMENT, 'src/api.ts': TYPES, ...files });
  fixture.fakeTool('openapi-typescript', tool);
  return fixture;
}

function withScript(scripts: Readonly<Record<string, string>>, files: Readonly<Record<string, string | object>>): CheckFixture {
  return checkFixture({ 'package.json': { name: 'x', scripts }, ...files });
}

const TYPES_SCRIPT = { 'generate:types': 'openapi-typescript openapi.yaml -o src/api.ts' };
const told = ({ findings }: CheckReport): string[] =>
  findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);

describe('code from a document', () => {
  it('is in step when its generator writes it again', async () => {
    const report = await withTypes({}, TYPES_SCRIPT).inspect(openapiGenerated);
    expect(report).toMatchObject({ outcome: 'passed', findings: [], command: 'npm run generate:types' });
  });

  it('is out of step where the document went on, or where somebody edited it', async () => {
    const moved = await withTypes({ 'openapi.yaml': DOCUMENT.replace('Pets', 'Cats') }, TYPES_SCRIPT).inspect(openapiGenerated);
    expect(told(moved)).toEqual(['src/api.ts:2 out-of-step warning']);
    expect(moved.findings[0]?.message).toBe(
      'The file is not what is written by `npm run generate:types`: run it, and commit what it writes.',
    );
    const edited = await withTypes({ 'src/api.ts': `${TYPES}export const mine = 1;\n` }, TYPES_SCRIPT).inspect(openapiGenerated);
    expect(told(edited)).toEqual(['src/api.ts:3 out-of-step warning']);
  });

  it.each([
    { ...TYPES_SCRIPT, 'check:types': 'openapi-typescript openapi.yaml -o src/api.ts --check' },
    { ...TYPES_SCRIPT, 'check:types': 'npm run generate:types && git diff --exit-code src' },
  ])('is an error where the repository checks it itself', async (scripts) => {
    const report = await withTypes({ 'openapi.yaml': DOCUMENT.replace('Pets', 'Cats') }, scripts).inspect(openapiGenerated);
    expect(told(report)).toEqual(['src/api.ts:2 out-of-step error']);
    expect(report.outcome).toBe('failed');
  });

  it('may be in another form than its generator gives it', async () => {
    const formatted = '/** Made by a program. */\nexport type Title =\n  | "Pets"\n';
    expect(told(await withTypes({ 'src/api.ts': formatted }, TYPES_SCRIPT).inspect(openapiGenerated))).toEqual([]);
  });

  it('is made by what stands in a longer script, and by nothing else of it', async () => {
    const scripts = { dev: 'openapi-typescript openapi.yaml -o src/api.ts && node server.js --forever' };
    const fixture = withTypes({ 'server.js': "require('node:fs').writeFileSync('ran.txt', '');\n" }, scripts);
    expect((await fixture.inspect(openapiGenerated)).outcome).toBe('passed');
    expect(() => fixture.read('ran.txt')).toThrow(/ENOENT/);
  });

  it('is of nobody’s step where the generator writes something else each time', async () => {
    const tool = `require('node:fs').writeFileSync('src/api.ts', '// one\\n// ' + process.hrtime.bigint() + '\\n');`;
    expect(told(await withTypes({}, TYPES_SCRIPT, tool).inspect(openapiGenerated))).toEqual(['src/api.ts:2 not-deterministic warning']);
  });

  it('is no pass when the generator crashes, and a word when it wants the network', async () => {
    const crash = `console.error('TypeError: x is not a function'); process.exitCode = 1;`;
    expect(await withTypes({}, TYPES_SCRIPT, crash).inspect(openapiGenerated)).toMatchObject({
      outcome: 'errored',
      reason: 'tool-crashed',
    });
    const remote = `fetch('http://192.0.2.1/openapi.yaml').catch((error) => { console.error(error); process.exitCode = 1; });`;
    expect(await withTypes({}, TYPES_SCRIPT, remote).inspect(openapiGenerated)).toMatchObject({
      outcome: 'skipped',
      hint: '`npm run generate:types` reaches for the network, so whether it is in step was not looked at.',
    });
    const missing = `console.error('/bin/sh: 1: java: not found'); process.exitCode = 127;`;
    expect(await withTypes({}, TYPES_SCRIPT, missing).inspect(openapiGenerated)).toMatchObject({
      outcome: 'skipped',
      reason: 'tool-missing',
    });
    const absent = checkFixture({
      ...{ 'package.json': { name: 'x', devDependencies: { 'openapi-typescript': '7' }, scripts: TYPES_SCRIPT } },
      ...{ 'openapi.yaml': DOCUMENT, 'src/api.ts': TYPES },
    });
    expect(await absent.inspect(openapiGenerated)).toMatchObject({ outcome: 'errored', reason: 'dependencies-missing' });
  });

  it.each([
    [{ types: 'openapi-typescript openapi.yaml -o build/api.ts' }],
    [{ types: 'openapi-typescript https://example.com/openapi.yaml -o src/api.ts' }],
    [{ types: 'openapi-typescript openapi.yaml -o "$OUT"' }],
    [{ types: 'redocly lint openapi.yaml' }],
  ])('is not looked at where nothing tracked can come of it: %o', async (scripts) => {
    expect(await withTypes({}, scripts).detect(openapiGenerated)).toMatchObject({ applies: false });
  });
});

describe('a document from code', () => {
  const write = (title: string): string =>
    `const document = { info: { version: '1', title: '${title}' }, openapi: '3.0.3', paths: {} };\nrequire('node:fs').writeFileSync('openapi.json', JSON.stringify(document));\n`;
  const SCRIPT = { 'openapi:generate': 'node tools/openapi.cjs' };
  const JSON_DOCUMENT = { openapi: '3.0.3', info: { title: 'Pets', version: '1' }, paths: {} };

  it('is in step when it says the same, in whatever order', async () => {
    const fixture = withScript(SCRIPT, { 'openapi.json': JSON_DOCUMENT, 'tools/openapi.cjs': write('Pets') });
    expect(await fixture.inspect(openapiGenerated)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('is out of step when the code went on', async () => {
    const fixture = withScript(SCRIPT, { 'openapi.json': JSON_DOCUMENT, 'tools/openapi.cjs': write('Cats') });
    expect(told(await fixture.inspect(openapiGenerated))).toEqual(['openapi.json:1 out-of-step warning']);
  });

  it('is left alone where its script cannot run here, or writes it nowhere', async () => {
    const failing = withScript(SCRIPT, {
      'openapi.json': JSON_DOCUMENT,
      'tools/openapi.cjs': "throw new Error('DATABASE_URL is not set');\n",
    });
    expect(await failing.inspect(openapiGenerated)).toMatchObject({
      outcome: 'skipped',
      reason: 'not-applicable',
      hint: '`npm run openapi:generate` could not be carried out here: Error: DATABASE_URL is not set',
    });
    const elsewhere = withScript(SCRIPT, { 'openapi.json': JSON_DOCUMENT, 'tools/openapi.cjs': '1;\n' });
    expect(await elsewhere.inspect(openapiGenerated)).toMatchObject({
      outcome: 'skipped',
      hint: '`npm run openapi:generate` writes no file that is tracked.',
    });
  });

  it.each([
    [{ 'openapi:publish': 'node tools/openapi.cjs' }],
    [{ 'openapi:generate': 'curl -o openapi.json https://example.com' }],
    [{ 'openapi:generate': 'npm run start', start: 'node server.js' }],
    [{ generate: 'node tools/openapi.cjs' }],
  ])('is made by no script that may do something else: %o', async (scripts) => {
    expect(await withScript(scripts, { 'openapi.json': JSON_DOCUMENT }).detect(openapiGenerated)).toMatchObject({ applies: false });
  });
});
