import { describe, expect, it } from 'vitest';
import { oxlint } from '../../../agents/checks/oxlint.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const manifest = { name: 'sample', scripts: { lint: 'oxlint' }, devDependencies: { oxlint: '^1.89' } };
const config = { rules: { 'no-debugger': 'error', 'no-var': 'error', 'no-empty': 'warn' } };
const faulty = 'var a = 1;\nif (a) {\n}\nexport { a };\ndebugger;\n';

function sample(files: Record<string, string | object> = {}) {
  const fixture = checkFixture({ 'package.json': manifest, '.oxlintrc.json': config, 'src/a.js': faulty, ...files });
  fixture.link(['oxlint']);
  return fixture;
}

describe('the oxlint check', () => {
  it('applies where the repository set it up, by configuration or script', async () => {
    expect(await sample().detect(oxlint)).toMatchObject({ applies: true, why: '.oxlintrc.json with oxlint ^1.89' });
    expect(await checkFixture({ 'package.json': manifest }).detect(oxlint)).toMatchObject({
      applies: true,
      why: 'the scripts of package.json with oxlint ^1.89',
    });
    expect(await checkFixture({ 'package.json': { devDependencies: { oxlint: '1' } } }).detect(oxlint)).toEqual({
      applies: false,
      why: 'oxlint is a dependency, but no configuration or script sets it up',
    });
  });

  it('reads the report and not the exit code: warnings are warnings, errors errors', async () => {
    const report = await sample().inspect(oxlint);
    expect(report).toMatchObject({ outcome: 'failed', command: 'npx oxlint src/a.js' });
    const found = report.findings.map(({ line, rule, severity, fixable }) => `${line} ${rule} ${severity} ${fixable}`).sort();
    expect(found).toEqual(['1 no-var error true', '2 no-empty warning false', '5 no-debugger error false']);
    expect((await sample({ 'src/a.js': 'if (globalThis.x) {\n}\n' }).inspect(oxlint)).outcome).toBe('passed');
  });

  it('calls a syntax error an error', async () => {
    expect((await sample({ 'src/a.js': 'let = ;\n' }).inspect(oxlint)).findings).toMatchObject([
      { rule: 'parse-error', severity: 'error', fixable: false },
    ]);
  });

  it('takes rules from the script where they stand there', async () => {
    const fixture = sample({
      'package.json': { ...manifest, scripts: { lint: 'oxlint -D no-console --fix src' } },
      'src/a.js': 'console.log(1);\n',
      'tools/b.js': 'debugger;\n',
    });
    expect((await fixture.inspect(oxlint)).findings).toMatchObject([{ path: 'src/a.js', rule: 'no-console', severity: 'error' }]);
    expect(fixture.read('src/a.js')).toBe('console.log(1);\n');
  });

  it('does not read dependencies', async () => {
    const fixture = sample({ 'src/a.js': 'export const a = 1;\n' });
    fixture.write({ 'node_modules/bad/index.js': 'debugger;\n' });
    expect(await fixture.inspect(oxlint)).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it('says why it has no result', async () => {
    expect(await sample({ '.oxlintrc.json': '{ "rules": ' }).inspect(oxlint)).toMatchObject({
      outcome: 'errored',
      reason: 'configuration',
    });
    expect(await checkFixture({ 'package.json': manifest }).inspect(oxlint)).toMatchObject({
      outcome: 'errored',
      reason: 'dependencies-missing',
    });
    const empty = checkFixture({ 'package.json': manifest, '.oxlintrc.json': config });
    empty.link(['oxlint']);
    expect(await empty.inspect(oxlint)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
    const odd = checkFixture({ 'package.json': manifest, '.oxlintrc.json': config });
    odd.fakeTool('oxlint', 'console.log("all good");');
    expect(await odd.inspect(oxlint)).toMatchObject({ outcome: 'errored', reason: 'nonsense-output' });
    odd.fakeTool('oxlint', 'console.error("panicked"); process.exit(101);');
    expect(await odd.inspect(oxlint)).toMatchObject({ outcome: 'errored', reason: 'tool-crashed' });
  });

  it('fixes the given files only, and applies no suggestion', async () => {
    const fixture = sample({ 'src/b.js': faulty, '-c.js': faulty });
    expect(await fixture.fix(oxlint, ['-c.js', 'src/a.js'])).toMatchObject({ outcome: 'done' });
    for (const path of ['-c.js', 'src/a.js']) {
      expect(fixture.read(path)).toContain('const a = 1;');
      expect(fixture.read(path)).toContain('debugger;');
    }
    expect(fixture.read('src/b.js')).toBe(faulty);
  });
});
