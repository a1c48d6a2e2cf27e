import { describe, expect, it } from 'vitest';
import { biome } from '../../../agents/checks/biome.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'sample', scripts: { lint: 'biome lint --write --unsafe .' }, devDependencies: { '@biomejs/biome': '2.4' } };
const config = `{
  "linter": { "enabled": true },
  "formatter": { "enabled": true, "indentStyle": "space" },
  "files": { "includes": ["src/**"] }
}
`;
const faulty = 'let a = 1;\nexport const b = a == 2;\nconst  unused = 3;\n';

function sample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({ 'package.json': manifest, 'biome.json': config, 'src/a.js': faulty, ...files });
  fixture.link(['@biomejs/biome']);
  return fixture;
}

describe('the Biome check', () => {
  it('applies where the repository set it up', async () => {
    expect(await sample().detect(biome)).toMatchObject({ applies: true, why: 'biome.json with biome 2.4' });
    expect(await checkFixture({ 'package.json': manifest }).detect(biome)).toMatchObject({ applies: true });
    expect(await checkFixture({ 'biome.json': config, 'package.json': {} }).detect(biome)).toEqual({
      applies: false,
      why: '@biomejs/biome is in no package.json',
    });
  });

  it('reports with severities and what is safe to fix, and writes nothing, though the script does', async () => {
    const fixture = sample();
    const report = await fixture.inspect(biome);
    expect(report).toMatchObject({ outcome: 'failed', command: 'npx biome check src/a.js' });
    const found = report.findings.map(({ path, line, rule, severity, fixable }) => `${path}:${line} ${rule} ${severity} ${fixable}`).sort();
    expect(found).toEqual([
      'src/a.js:1 style/useConst warning true',
      'src/a.js:2 suspicious/noDoubleEquals error false',
      'src/a.js:3 correctness/noUnusedVariables warning false',
      'src/a.js:null format error true',
    ]);
    expect(fixture.read('src/a.js')).toBe(faulty);
  });

  it('gives findings fingerprints that survive line shifts', async () => {
    const fixture = sample();
    const before = await fixture.inspect(biome);
    fixture.write({ 'src/a.js': `// a line\n${faulty}` });
    const after = await fixture.inspect(biome);
    expect(after.findings.map(({ fingerprint }) => fingerprint).sort()).toEqual(
      before.findings.map(({ fingerprint }) => fingerprint).sort(),
    );
  });

  it('calls a syntax error an error, and reads only what the configuration includes', async () => {
    const report = await sample({ 'src/a.js': 'let = ;\n', 'other/b.js': 'debugger;\n' }).inspect(biome);
    expect(report.findings.filter(({ rule }) => rule === 'parse').length).toBeGreaterThan(0);
    expect(new Set(report.findings.map(({ path }) => path))).toEqual(new Set(['src/a.js']));
  });

  it('passes on a clean tree', async () => {
    expect(await sample({ 'src/a.js': 'export const a = 1;\n' }).inspect(biome)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('says why it has no result', async () => {
    expect(await sample({ 'biome.json': { nope: 1 } }).inspect(biome)).toMatchObject({ outcome: 'errored', reason: 'configuration' });
    expect(await checkFixture({ 'package.json': manifest, 'biome.json': config }).inspect(biome)).toMatchObject({
      reason: 'dependencies-missing',
    });
    const empty = checkFixture({ 'package.json': manifest, 'biome.json': config });
    empty.link(['@biomejs/biome']);
    expect(await empty.inspect(biome)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    const odd = checkFixture({ 'package.json': manifest, 'biome.json': config });
    odd.fakeTool('@biomejs/biome', 'console.log("{}");');
    expect(await odd.inspect(biome)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
    odd.fakeTool('@biomejs/biome', 'console.error("thread panicked"); process.exit(101);');
    expect(await odd.inspect(biome)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
  });

  it('fixes the given files only, and nothing unsafe', async () => {
    const fixture = sample({ 'src/b.js': faulty, 'src/vendor/c.js': faulty });
    expect(await fixture.fix(biome, ['src/a.js', 'src/vendor/c.js'])).toMatchObject({ outcome: 'done', reason: null });
    expect(fixture.read('src/a.js')).toBe('const a = 1;\nexport const b = a == 2;\nconst unused = 3;\n');
    expect(fixture.read('src/b.js')).toBe(faulty);
    expect(fixture.read('src/vendor/c.js')).toBe(faulty);
  });
});
