import { expect, it } from 'vitest';
import { idleTests } from '../../../agents/checks/idle-tests.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(...lines: string[]): Promise<string[]> {
  const report = await checkFixture({ 'src/a.test.ts': lines.join('\n') }).inspect(idleTests);
  expect(report.outcome, report.hint).toBe('passed');
  return report.findings.map(({ line, rule, severity }) => `${line} ${rule} ${severity}`);
}

it('finds suites that are always left out, once, whatever is in them', async () => {
  const found = await problems(
    "describe.skip('a', () => { it('b', () => {}); describe.skip('c', () => {}); });",
    "xdescribe('d', function () { it('e', () => { expect(1); }); });",
    "describe('f', () => { suite.concurrent.skip('g', () => {}); });",
    "describe.skip.each([1])('h %i', () => { it('i', () => { run(); }); });",
  );
  expect(found).toEqual(['1 skipped-suite warning', '2 skipped-suite warning', '3 skipped-suite warning']);
});

it('finds tests with nothing in them', async () => {
  const found = await problems(
    "it('a', () => {});",
    "test('b', async () => {\n  // expect(1).toBe(1);\n});",
    'it.concurrent(`c ${1}`, function () {}, 100);',
    "it('d', () => run());",
    "it('e', helper);",
    'test.extend({ a: async ({}, use) => { await use(1); } });',
  );
  expect(found).toEqual(['1 empty-test warning', '2 empty-test warning', '5 empty-test warning']);
});

it('says nothing of what a condition decides, of single tests that are skipped, and of other functions of these names', async () => {
  const found = await problems(
    "describe.skipIf(process.platform === 'win32')('a', () => {});",
    "(isFast ? describe : describe.skip)('b', () => {});",
    "if (isOld) describe.skip('c', () => {});",
    "it.skip('d', () => {});",
    "it.todo('e');",
    "describe('f', () => {});",
    'test(1, () => {});',
    "logger.test('x', () => {});",
  );
  expect(found).toEqual([]);
});
