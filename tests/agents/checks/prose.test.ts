import { describe, expect, it } from 'vitest';
import { codeFences } from '../../../agents/checks/code-fences.ts';
import type { Check } from '../../../agents/checks/check.ts';
import { frontMatter } from '../../../agents/checks/front-matter.ts';
import { checkFixture } from '../../support/check-fixture.ts';

async function problems(check: Check, files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await checkFixture(files).inspect(check);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

/** A Markdown text with these pieces of code, each behind a heading. */
function prose(...fences: readonly (readonly [language: string, code: string])[]): string {
  return fences.map(([language, code]) => `# Part\n\n\`\`\`${language}\n${code}\n\`\`\`\n`).join('\n');
}

describe('code in Markdown', () => {
  it('is told where it cannot be read, with the line in the file', async () => {
    const text = prose(
      ['json', '{\n  "a": 1\n  "b": 2\n}'],
      ['yaml', 'on: push\njobs:\n  - a\n b: [1'],
      ['js', 'const a = 1;\nconst b = (a + ;\n'],
      ['ts title="a.ts"', 'interface A {\n  b: string\n'],
      ['jsx', 'const a = <div>hi</span>;'],
    );
    expect(await problems(codeFences, { 'docs/a.md': `---\ntitle: A\n---\n\n${text}` })).toEqual([
      'docs/a.md:10 fence-json warning',
      'docs/a.md:20 fence-yaml warning',
      expect.stringMatching(/^docs\/a\.md:2\d fence-js warning$/) as string,
      expect.stringMatching(/^docs\/a\.md:3\d fence-ts warning$/) as string,
      expect.stringMatching(/^docs\/a\.md:\d\d fence-jsx warning$/) as string,
    ]);
  });

  it('is read in a quotation as well', async () => {
    const quoted = prose(['json', '{\n  "a": 1,\n  "b": 2\n}'], ['js', 'f(1))']).replace(/^(?!#)/gm, '> ');
    expect(await problems(codeFences, { 'a.md': quoted })).toEqual(['a.md:13 fence-js warning']);
  });

  it('is told once a file of a slip that was copied', async () => {
    const fixture = checkFixture({ 'README.md': prose(['js', 'f(1))'], ['js', 'g(2))']) });
    const { findings } = await fixture.inspect(codeFences);
    expect(findings.map(({ line, message }) => `${line} ${message}`)).toEqual(["4 this is no js: ';' expected.; as in line 10"]);
  });

  it('may be a piece: of an object, a class, a function, with comments, several in one fence, with what is left out', async () => {
    const sound = prose(
      ['json', '{ "a": 1, /* all */ "b": [1, 2,], }'],
      ['json', '"scripts": {\n  "test": "vitest"\n}'],
      ['json', '{ "a": 1 }\n{ "a": 2 }'],
      ['json', '{ "a": 1, ... }'],
      ['js', 'return await run();'],
      ['js', '{ a: 1, b() {} },\n{ c: 2 }'],
      ['js', 'a: 1,\nb: 2,'],
      ['ts', 'constructor(private readonly a: string) {}\nget b(): number { return 1 }'],
      ['ts', 'a: string;\nb?: number'],
      ['ts', 'function f<T>(a: T): asserts a is T'],
      ['js', '$ npm install'],
      ['js', 'const key = /* from elsewhere */\nconst a = { b: /* yours */, c: 1 }'],
      ['ts', 'interface A {\n  b: this extends /** check **/ ? /** narrow **/ : never\n}'],
      ['js', 'connect({\n  key: <your API key>\n})'],
      ['js', 'parse(pattern[, options])'],
      ['js', 'Map(2) {\n  a => 1,\n}'],
      ['diff', '- a'],
      ['js', 'import a from "a"\nexport default { ...a }'],
      ['tsx', 'const a = <T,>(b: T) => <p>{b}</p>'],
      ['yaml', 'a: 1\n---\nb: 2'],
      ['sh', 'if ('],
      ['', '{'],
    );
    expect(await problems(codeFences, { 'README.md': sound })).toEqual([]);
    const ignored = '<!-- prettier-ignore -->\n```json\n{ "a" 1 }\n```\n';
    expect(await problems(codeFences, { 'README.md': ignored, 'CHANGELOG.md': prose(['json', '{ "a" 1 }']) })).toEqual([]);
  });
});

describe('front matter', () => {
  it('is told where a site could not read it', async () => {
    const files = {
      'docs/a.md': '---\ntitle: A: B\ntags: [x\n---\n# A\n',
      'docs/b.md': '---\ntitle: "open\n---\n\ntext\n',
      'docs/c.mdx': '---\r\ntitle: C\r\ntitle: D\r\n---\r\ntext\r\n',
      'docs/d.md': '---\n# first\ntitle: @handle\n---\n',
    };
    expect((await problems(frontMatter, files)).map((line) => line.replace(/:\d+/, ''))).toEqual([
      'docs/a.md front-matter error',
      'docs/b.md front-matter error',
      'docs/c.mdx front-matter error',
      'docs/d.md front-matter error',
    ]);
  });

  it('is nothing that a rule of dashes could be, nor what a generator fills in', async () => {
    const files = {
      'a.md': '---\n\nSome text: with a colon [\n\n---\n',
      'b.md': '---\ntitle: {{ title }}\n---\n',
      'c.md': '---\ntitle: fine\nlist:\n  - a\n---\n# C\n',
      'd.md': '# No front matter\n\n---\na: [\n---\n',
    };
    expect(await problems(frontMatter, files)).toEqual([]);
  });
});
