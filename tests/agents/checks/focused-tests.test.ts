import { describe, expect, it } from 'vitest';
import { focusedTests } from '../../../agents/checks/focused-tests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const word = 'only';

async function found(content: string, path = 'src/a.test.ts'): Promise<string[]> {
  const report = await checkFixture({ [path]: content }).inspect(focusedTests);
  return report.findings.map(({ line, message, severity }) => `${line} ${message.split(' keeps')[0]} ${severity}`);
}

describe('focused tests', () => {
  it.each([
    [`it.${word}('a', () => {});`, 'it.only'],
    [`describe.${word}('a', () => {});`, 'describe.only'],
    [`test.concurrent.${word}('a', () => {});`, 'test.only'],
    [`test.${word}.each([1])('a', () => {});`, 'test.only'],
    [`test.${word}.each\`a\n1\`('a', () => {});`, 'test.only'],
    [`test.describe.${word}('a', () => {});`, 'test.only'],
    ["fit('a', () => {});", 'fit'],
    ["fdescribe('a', () => {});", 'fdescribe'],
    [`test('a', { ${word}: true }, () => {});`, 'test with only: true'],
  ])('are found in %s', async (content, what) => {
    expect(await found(`// a comment\n${content}\n`)).toEqual([`2 ${what} warning`]);
  });

  it.each([
    [`// it.${word}('a', () => {});`],
    [`/* describe.${word}() */ it('a', () => {});`],
    [`it('explains it.${word}(…)', () => { expect("it.${word}('x')").toBe(\`describe.${word}()\`); });`],
    [`const read = /it\\.${word}\\(/; it('a', () => read);`],
    [`it('a', () => { permissions.${word}('x'); });`],
    ["import { fit } from './curve.js';\nit('a', () => { fit([1, 2]); });"],
    ['function fit() {}\nfit();'],
    [`it('a', () => { call({ ${word}: true }); });`],
    [`it('a', { ${word}: false }, () => {});`],
  ])('are not found in %s', async (content) => {
    expect(await found(content)).toEqual([]);
  });

  it('are looked for in test files only, in every dialect', async () => {
    const focused = `it.${word}('a', () => {});\n`;
    for (const path of ['test/a.js', 'src/__tests__/a.tsx', 'a.spec.mts', 'e2e/login.cy.ts'])
      expect(await found(focused, path)).toHaveLength(1);
    for (const path of ['src/a.ts', 'test/fixtures/a.test.ts', 'vendor/a.test.js']) expect(await found(focused, path)).toEqual([]);
  });

  it('keep their fingerprint when lines move, and pass when there are none', async () => {
    const fixture = checkFixture({ 'a.test.js': `it.${word}('a', () => {});\n` });
    const before = await fixture.inspect(focusedTests);
    fixture.write({ 'a.test.js': `\n\nit.${word}('a', () => {});\n` });
    const after = await fixture.inspect(focusedTests);
    expect(after.findings[0]?.fingerprint).toBe(before.findings[0]?.fingerprint);
    fixture.write({ 'a.test.js': "it('a', () => {});\n" });
    expect(await fixture.inspect(focusedTests)).toMatchObject({ outcome: 'passed', findings: [], command: null });
  });

  it('do not apply where there are no test files', async () => {
    expect(await checkFixture({ 'README.md': '' }).detect(focusedTests)).toMatchObject({ applies: false });
    const detection = await checkFixture({ 'a.test.ts': '' }).detect(focusedTests);
    expect(detection).toMatchObject({ applies: true, needsDependencies: false, why: '1 test file' });
    expect(detection.applies && [detection.reads('a.test.ts'), detection.reads('src/a.ts')]).toEqual([true, false]);
  });
});
