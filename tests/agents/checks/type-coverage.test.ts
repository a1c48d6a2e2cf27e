import { describe, expect, it } from 'vitest';
import { typeCoverage } from '../../../agents/checks/type-coverage.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const DEPENDENCY = { name: 'x', devDependencies: { 'type-coverage': '^2.30.3' } };
const WITH_THRESHOLD = { ...DEPENDENCY, typeCoverage: { atLeast: 99 } };
/** What type-coverage 2.30.3 wrote. */
const MEASURED = {
  succeeded: true,
  atLeast: 10,
  atLeastFailed: false,
  correctCount: 2,
  percent: 40,
  percentString: '40.00',
  totalCount: 5,
};
const BELOW = {
  ...MEASURED,
  ...{ succeeded: false, atLeast: 99, atLeastFailed: true, error: 'The type coverage rate(40.00%) is lower than the target(99%).' },
  details: [
    { character: 13, filePath: 'CWD/src/a.ts', line: 0, text: 'a' },
    { character: 18, filePath: 'CWD/src/a.ts', line: 2, text: 'x' },
    { character: 35, filePath: 'CWD/src/a.ts', line: 2, text: 'x' },
  ],
};

function sample(answer: object | string, said: { readonly code?: number; readonly manifest?: object } = {}): CheckFixture {
  const { code = 0, manifest = WITH_THRESHOLD } = said;
  const fixture = checkFixture({ 'package.json': manifest, 'src/a.ts': 'a' });
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
  fixture.fakeTool(
    'type-coverage',
    `console.log(${JSON.stringify(text)}.replaceAll('CWD', process.cwd()));
    require('node:fs').writeFileSync('arguments.json', JSON.stringify(process.argv.slice(2))); process.exitCode = ${code};`,
  );
  return fixture;
}

describe('type coverage', () => {
  it('is measured only where the repository set it up', async () => {
    expect(await sample('').detect(typeCoverage)).toMatchObject({ applies: true, why: 'package.json with type-coverage ^2.30.3' });
    const script = { ...DEPENDENCY, scripts: { types: 'type-coverage --at-least 95' } };
    expect(await sample('', { manifest: script }).detect(typeCoverage)).toMatchObject({ applies: true });
    for (const manifest of [DEPENDENCY, { name: 'x', typeCoverage: { atLeast: 99 } }])
      expect(await sample('', { manifest }).detect(typeCoverage)).toMatchObject({ applies: false });
  });

  it('below the threshold is one error that names places', async () => {
    const { findings, outcome } = await sample(BELOW, { code: 1 }).inspect(typeCoverage);
    expect(outcome).toBe('failed');
    expect(findings.map(({ path, rule, severity, message }) => [path, rule, severity, message])).toEqual([
      [
        'package.json',
        'threshold',
        'error',
        'type coverage is 40.00 %, below the threshold of 99 %: 3 of 5 names are any, the first of them in src/a.ts:1, src/a.ts:3.',
      ],
    ]);
    const exact = { ...BELOW, atLeast: undefined, atLeastFailed: false, is: 50, isFailed: true };
    expect((await sample(exact, { code: 1 }).inspect(typeCoverage)).findings[0]?.message).toContain('not the 50 % that are asked for');
  });

  it('above it passes, with the figure', async () => {
    expect(await sample(MEASURED).inspect(typeCoverage)).toMatchObject({
      outcome: 'passed',
      hint: 'Type coverage is 40.00 %, and at least 10 % are asked for.',
    });
  });

  it('is measured as the scripts do, and never updates what it is held against', async () => {
    const scripts = { types: 'type-coverage -p conf --strict --update-if-higher --history-file h.json --at-least=95 --detail' };
    const fixture = sample(MEASURED, { manifest: { ...DEPENDENCY, scripts } });
    await fixture.inspect(typeCoverage);
    expect(JSON.parse(fixture.read('arguments.json'))).toEqual(['--json-output', '-p', 'conf', '--strict', '--at-least=95']);
    expect(typeCoverage.writes).toBe(true);
  });

  it.each([
    [{ succeeded: true, atLeastFailed: false, correctCount: 0, percent: null, percentString: 'NaN', totalCount: 0 }, 0, 'nothing-read'],
    [
      { succeeded: false, error: 'type-coverage needs the TypeScript compiler API, which typescript@7.0.2 does not export.' },
      1,
      'configuration',
    ],
    [{ succeeded: false, error: "paramter 'project' should be a file or directory." }, 1, 'configuration'],
    [{ succeeded: false, error: 'Debug Failure.' }, 1, 'tool-crashed'],
    ['TypeError: broken', 1, 'tool-crashed'],
    ['40.00%', 0, 'nonsense-output'],
  ])('is no pass after %j', async (answer, code, reason) => {
    expect(await sample(answer, { code }).inspect(typeCoverage)).toMatchObject({ outcome: 'errored', reason });
  });
});
