import { describe, expect, it } from 'vitest';
import { spelling } from '../../../agents/checks/spelling.ts';
import { checkFixture, type CheckFixture } from '../../support/check-fixture.ts';

const MANIFEST = { name: 'x', devDependencies: { cspell: '^9' }, scripts: { spell: 'cspell "**/*.md" --no-progress' } };
const TEXT = '# A sentense\n\nThe wrogn word, and once more wrogn.\n\nWrogn, s3cretTokn99isLonger4\n';
/** As CSpell 9 prints, with what it says in the end on the other stream. */
const TOLD = [
  'a.md:1:5 - Unknown word (sentense)',
  'a.md:3:5 - Unknown word (wrogn)',
  'a.md:3:31 - Unknown word (wrogn)',
  'a.md:5:1 - Unknown word (Wrogn)',
  'a.md:5:14 - Unknown word (Tokn)',
  'b.md:1:1 - Forbidden word (hte)',
  'b.md:2:1 - Unknown word (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)',
].join('\n');

function printing(stdout: string, stderr: string, exitCode: number): string {
  const given = "require('node:fs').writeFileSync('args.json', JSON.stringify(process.argv.slice(2)));";
  return `${given}console.log(${JSON.stringify(stdout)}); console.error(${JSON.stringify(stderr)}); process.exitCode = ${exitCode};`;
}

function sample(tool: string, files: Readonly<Record<string, string | object>> = {}): CheckFixture {
  const fixture = checkFixture({ 'package.json': MANIFEST, 'a.md': TEXT, 'b.md': 'hte\n', ...files });
  fixture.fakeTool('cspell', tool);
  return fixture;
}

describe('spelling', () => {
  it('tells each word once, at its first place, and no piece of a key', async () => {
    const fixture = sample(printing(TOLD, 'CSpell: Files checked: 2, Issues found: 7 in 2 files.', 1));
    const { outcome, findings } = await fixture.inspect(spelling);
    expect(outcome).toBe('passed');
    expect(findings.map(({ path, line, rule, severity, message }) => [`${path}:${line}`, rule, severity, message])).toEqual([
      ['a.md:1', 'unknown-word', 'warning', '“sentense” is in no dictionary.'],
      ['a.md:3', 'unknown-word', 'warning', '“wrogn” is in no dictionary, and 2 more times.'],
      ['b.md:1', 'forbidden-word', 'warning', '“hte” is a forbidden word.'],
    ]);
    const args = JSON.parse(fixture.read('args.json')) as string[];
    expect(args).toEqual(['lint', '--no-color', '--no-progress', '--no-cache', '--reporter', 'default', '--', '**/*.md']);
  });

  it('tells fifty words, and how many more there are', async () => {
    const words = Array.from(
      { length: 60 },
      (_, at) => `b.md:1:1 - Unknown word (w${String.fromCodePoint(97 + (at % 26), 97 + Math.floor(at / 26))})`,
    );
    const fixture = sample(printing(words.join('\n'), 'CSpell: Files checked: 2, Issues found: 60 in 1 file.', 1));
    const { findings } = await fixture.inspect(spelling);
    expect(findings).toHaveLength(50);
    expect(findings.filter(({ message }) => message.includes('(10 more words are not told here)'))).toHaveLength(1);
  });

  it.each([
    [printing('', 'CSpell: Files checked: 0, Issues found: 0 in 0 files.', 1), 'nothing-read'],
    [printing('Usage: cspell lint [options] [globs...]', '', 1), 'nothing-read'],
    [
      printing(
        '',
        'Configuration Error: Failed to read config file: "cspell.json"\nCSpell: Files checked: 0, Issues found: 0 in 0 files with 1 error.',
        1,
      ),
      'configuration',
    ],
    [printing('', 'TypeError: words is not iterable', 1), 'tool-crashed'],
    [printing('lovely', '', 0), 'nonsense-output'],
  ])('is no pass after %s', async (tool, reason) => {
    expect(await sample(tool).inspect(spelling)).toMatchObject({ outcome: 'errored', reason });
  });

  it('applies where a script calls it or its configuration names files, and not where that is only for an editor', async () => {
    const files = { 'package.json': { ...MANIFEST, scripts: {} }, 'a.md': TEXT };
    expect(await checkFixture(files).detect(spelling)).toMatchObject({ applies: false });
    expect(await checkFixture({ ...files, 'cspell.json': { words: ['a'] } }).detect(spelling)).toMatchObject({ applies: false });
    expect(await checkFixture({ ...files, 'cspell.json': { files: ['*.md'] } }).detect(spelling)).toMatchObject({ applies: true });
    expect(await checkFixture({ ...files, '.cspell.yaml': 'words: [a]\nfiles:\n  - "*.md"\n' }).detect(spelling)).toMatchObject({
      applies: true,
    });
    expect(await checkFixture({ 'package.json': MANIFEST }).detect(spelling)).toMatchObject({ applies: true });
  });
});
