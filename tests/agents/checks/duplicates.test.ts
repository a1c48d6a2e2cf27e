import { describe, expect, it } from 'vitest';
import { duplicates } from '../../../agents/checks/duplicates.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const MANIFEST = { name: 'x', devDependencies: { jscpd: '^4.3.0' } };
type Part = readonly [file: string, start: number, end: number];

/** One clone as jscpd 4.3.0 wrote it, its fragment left out. */
const clone = (first: Part, second: Part): object => {
  const part = ([name, start, end]: Part): object => ({ name, start, end, startLoc: { line: start, column: 1 } });
  return { format: 'javascript', lines: first[2] - first[1], tokens: 778, firstFile: part(first), secondFile: part(second) };
};
const report = (...clones: object[]): object => ({
  duplicates: clones,
  statistics: { total: { lines: 36, sources: 3, clones: clones.length, percentage: 61.11 } },
});
const OVER = 'ERROR: jscpd found too many duplicates (61.11%) over threshold (5%)\n';
const SHARED = [clone(['src/b.js', 1, 12], ['src/a.js', 21, 32]), clone(['src/a.js', 1, 5], ['src/b.js', 40, 44])];
const INSIDE = clone(['src/c.js', 30, 40], ['src/c.js', 3, 13]);

interface Said {
  readonly report?: object | string;
  readonly stderr?: string;
  readonly code?: number;
}

function sample(said: Said, files: Readonly<Record<string, string | object>> = {}): CheckFixture {
  const fixture = checkFixture({
    'package.json': MANIFEST,
    '.jscpd.json': { threshold: 5 },
    'src/a.js': 'a',
    'src/b.js': 'b',
    'src/c.js': 'c',
    ...files,
  });
  const { report: json, stderr = '', code = 0 } = said;
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  fixture.fakeTool(
    'jscpd',
    `const [fs, words] = [require('node:fs'), process.argv.slice(2)];
    ${json === undefined ? '' : `fs.writeFileSync(words[words.indexOf('--output') + 1] + '/jscpd-report.json', ${JSON.stringify(text)});`}
    fs.writeFileSync('arguments.json', JSON.stringify(words)); process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = ${code};`,
  );
  return fixture;
}

describe('duplicated code', () => {
  it('is looked for only where the repository set jscpd up', async () => {
    expect(await sample({}).detect(duplicates)).toMatchObject({ applies: true, why: '.jscpd.json with jscpd ^4.3.0' });
    const others = [
      { ...MANIFEST, jscpd: {} },
      { ...MANIFEST, scripts: { copies: 'jscpd src' } },
    ];
    for (const manifest of others)
      expect(await checkFixture({ 'package.json': manifest }).detect(duplicates)).toMatchObject({ applies: true });
    expect(await checkFixture({ 'package.json': MANIFEST }).detect(duplicates)).toMatchObject({ applies: false });
    expect(await checkFixture({ 'package.json': {}, '.jscpd.json': {} }).detect(duplicates)).toMatchObject({ applies: false });
  });

  it('is one warning for two files', async () => {
    const { findings, outcome } = await sample({ report: report(...SHARED, INSIDE, clone(['gone.js', 1, 9], ['src/a.js', 1, 9])) }).inspect(
      duplicates,
    );
    expect(outcome).toBe('passed');
    expect(findings.map(({ path, line, rule, severity, message }) => [`${path}:${line}`, rule, severity, message])).toEqual([
      ['src/a.js:21', 'clone', 'warning', 'Lines 21 to 32 stand in src/b.js again, lines 1 to 12; 1 more part of these files is alike.'],
      ['src/c.js:3', 'clone', 'warning', 'Lines 3 to 13 stand in the same file again, lines 30 to 40.'],
    ]);
  });

  it('above the threshold is an error, whatever the version says of it', async () => {
    for (const stderr of [OVER, 'threshold exceeded\n']) {
      const { findings, outcome } = await sample({ report: report(...SHARED), stderr, code: 1 }).inspect(duplicates);
      expect(outcome).toBe('failed');
      expect(findings[0]).toMatchObject({
        ...{ path: '.jscpd.json', rule: 'threshold', severity: 'error' },
        message: '61.11 % of the lines are duplicated, above the threshold of 5 %.',
      });
    }
    const scripts = { copies: 'jscpd --threshold 70 src' };
    const below = sample({ report: report(INSIDE), code: 7 }, { 'package.json': { ...MANIFEST, scripts } });
    expect((await below.inspect(duplicates)).findings.map(({ rule }) => rule)).toEqual(['clone']);
  });

  it('is told for thirty pairs of files, and counted for the rest', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `src/n${index + 10}.js`);
    const files = Object.fromEntries(names.map((name) => [name, '']));
    const clones = names.map((name, index) => clone(['src/a.js', 1, 50 - index], [name, 1, 50 - index]));
    const { findings } = await sample({ report: report(...clones) }, files).inspect(duplicates);
    expect(findings).toHaveLength(30);
    expect(findings[29]?.message).toContain('10 more pairs of files share code');
  });

  it('is looked for as the scripts do, into a folder of ours', async () => {
    const scripts = { copies: 'jscpd --min-tokens 70 -r html,console -o report --exitCode 3 --ignore "**/*.test.js" src' };
    const fixture = sample({ report: report() }, { 'package.json': { ...MANIFEST, scripts } });
    expect(await fixture.inspect(duplicates)).toMatchObject({ outcome: 'passed', findings: [] });
    const words = JSON.parse(fixture.read('arguments.json')) as string[];
    expect(words.slice(0, 2)).toEqual(['--reporters', 'json']);
    expect(words.slice(4)).toEqual(['--silent', '--min-tokens', '70', '--ignore', '**/*.test.js', '--', 'src']);
  });

  it.each<[Said, string]>([
    [{}, 'nothing-read'],
    [{ report: { duplicates: [], statistics: { total: { sources: 0 } } } }, 'nothing-read'],
    [{ report: 'all is lovely' }, 'nonsense-output'],
    [{ report: report(), code: 1, stderr: 'a plugin gave up\n' }, 'nonsense-output'],
    [{ code: 1, stderr: 'SyntaxError: /x/.jscpd.json: Unexpected end of JSON input\n' }, 'configuration'],
    [{ code: 1, stderr: 'jscpd: Platform package "jscpd-linux-x64-gnu" not installed. Install it\n' }, 'dependencies-missing'],
    [{ code: 1, stderr: "Error: ENOENT: no such file or directory, lstat 'nosuch'\n" }, 'tool-crashed'],
  ])('is no pass after %j', async (said, reason) => {
    expect(await sample(said).inspect(duplicates)).toMatchObject({ outcome: 'errored', reason });
  });
});
