import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { links } from '../../../agents/checks/links.ts';
import { checkFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

async function problems(files: Files): Promise<string[]> {
  const report = await checkFixture(files).inspect(links);
  expect(report.outcome).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule}${severity === 'error' ? '' : ` (${severity})`}`);
}

describe('broken links', () => {
  it('finds a file that is not there, with its place, as an error', async () => {
    const report = await checkFixture({ 'docs/a.md': '# A\n\nSee [the guide](../guide/start.md "Start").\n' }).inspect(links);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'errors-left' });
    expect(report.findings).toMatchObject([
      {
        path: 'docs/a.md',
        line: 3,
        column: 17,
        rule: 'broken-link',
        severity: 'error',
        message: '../guide/start.md leads to guide/start.md, which is not in the repository',
      },
    ]);
  });

  it('finds images, reference definitions, and links in HTML and behind front matter', async () => {
    const text = [
      '---',
      'title: x',
      '---',
      '![shot](img/shot.png)',
      'See [this][ref].',
      '',
      '[ref]: ./gone.md',
      '',
      '<p align="center">',
      '  <a href="LICENCE.md"><img',
      '     src="logo.svg"></a>',
      '</p>',
      '',
      '| a |',
      '|---|',
      '| [b](b.md) |',
    ].join('\n');
    expect(await problems({ 'README.md': text })).toEqual([
      'README.md:4 broken-image',
      'README.md:7 broken-link',
      'README.md:10 broken-link',
      'README.md:11 broken-image',
      'README.md:16 broken-link',
    ]);
  });

  it('finds anchors that no heading makes, in this file and in others', async () => {
    const files = {
      'README.md':
        '# Title\n\n## Getting started\n\n[a](#getting-startd) [b](docs/x.md#nowhere) [c](docs/x.md#usage) [d](#getting-started)\n',
      'docs/x.md': '# X\n\n## Usage\n',
    };
    expect(await problems(files)).toEqual(['README.md:5 broken-anchor', 'README.md:5 broken-anchor']);
  });

  it('finds names that differ in capitals only, which work on one machine and not on the other', async () => {
    const report = await checkFixture({ 'README.md': '[a](docs/Guide.md)\n', 'docs/guide.md': '' }).inspect(links);
    expect(report.findings).toMatchObject([
      { rule: 'link-case', severity: 'error', message: expect.stringContaining('written docs/guide.md') as string },
    ]);
    expect(await problems({ 'README.md': '# Install it\n\n[a](#Install-it)\n' })).toEqual(['README.md:3 anchor-case (warning)']);
  });

  it('finds links from the root of the repository', async () => {
    expect(await problems({ 'docs/a.md': '[a](/docs/b.md) [b](/docs/a.md) [c](/about)\n' })).toEqual(['docs/a.md:1 broken-link']);
  });

  it('only warns in records of the past', async () => {
    expect(await problems({ 'CHANGELOG.md': '- see [old](docs/old.md)\n' })).toEqual(['CHANGELOG.md:1 broken-link (warning)']);
  });

  it('keeps fingerprints when lines move', async () => {
    const repository = checkFixture({ 'README.md': '[a](x.md)\n' });
    const before = await repository.inspect(links);
    repository.write({ 'README.md': '# New\n\ntext\n\n[a](x.md)\n' });
    const after = await repository.inspect(links);
    expect(after.findings[0]?.line).toBe(5);
    expect(after.findings[0]?.fingerprint).toBe(before.findings[0]?.fingerprint);
  });
});

describe('anchors as GitHub makes them', () => {
  it.each([
    ['an emoji at the end, as all-contributors has it', '## Contributors ✨', 'contributors-'],
    ['an emoji in front', '## 🚀 Getting started', '-getting-started'],
    ['an emoji with a variation selector', '## ⚙️ Options', '-options'],
    ['the same, the selector written out', '## ⚙️ Options', '%EF%B8%8F-options'],
    ['an emoji by its name', '## :tada: News', 'tada-news'],
    ['code and emphasis', '## The `--fix` *option*', 'the---fix-option'],
    ['punctuation', "## What's new? (v2.0)", 'whats-new-v20'],
    ['underscores', '## my_option_name', 'my_option_name'],
    ['a link', '## [Usage](https://example.org)', 'usage'],
    ['an escaped bracket', '## Array\\[T\\]', 'arrayt'],
    ['an ampersand', '## Q &amp; A', 'q--a'],
    ['letters of other scripts', '## Über 日本語', '%C3%BCber-日本語'],
    ['a duplicate', '## Notes\n\n## Notes', 'notes-1'],
    ['a setext heading', 'Old style\n---', 'old-style'],
    ['a heading in HTML', '<h2 align="center">Hello <b>you</b></h2>', 'hello-you'],
    ['an id', '<div id="by-hand"></div>', 'by-hand'],
    ['a name', 'text <a name="named"></a>', 'named'],
    ['the prefix that GitHub adds', '## Usage', 'user-content-usage'],
    ['the top of the page', 'text', 'top'],
    ['an identifier in braces', '## Custom {#mine}', 'mine'],
  ])('knows %s', async (_, heading, anchor) => {
    expect(await problems({ 'README.md': `${heading}\n\n[x](#${anchor})\n` })).toEqual([]);
  });

  it('leaves the cells of all-contributors alone', async () => {
    const text = [
      '## Contributors ✨',
      '<!-- ALL-CONTRIBUTORS-BADGE:START - Do not remove -->',
      '[![All Contributors](https://img.shields.io/badge/all-2.svg)](#contributors-)',
      '<!-- ALL-CONTRIBUTORS-BADGE:END -->',
      '<!-- ALL-CONTRIBUTORS-LIST:START -->',
      '<table><tr><td><a href="https://x.org">A</a><br /><a href="#infra-octocat" title="Infra">🚇</a></td></tr></table>',
      '',
      '| [💻](#code-octocat "Code") |',
      '<!-- ALL-CONTRIBUTORS-LIST:END -->',
    ].join('\n');
    expect(await problems({ 'README.md': text })).toEqual([]);
  });
});

describe('what is no broken link', () => {
  it.each([
    ['other addresses', '[a](https://x.org/y.md) [b](mailto:a@b.c) [c](//x.org) <https://x.org> [d](data:text/plain,x) [e](vscode:ext/x)'],
    ['code', '`[a](gone.md)`\n\n```md\n[b](gone.md)\n```\n\n    [c](gone.md)\n\n<!-- [d](gone.md) -->'],
    ['escaped brackets', '\\[a](gone.md) and a\\[0\\](gone.md)'],
    ['comments by definition', '[//]: # (gone.md)\n[comment]: <> (This is (a) comment)'],
    [
      'placeholders and templates',
      '[a](<url>) [b](url) [c](path/to/file) [d](<<your link>>) [e]({{ site.url }}/x.md) [f](${base}/x.md) [g](...) [h](./docs/<name>.md)',
    ],
    ['pages of the host', '[a](../../issues) [b](../../wiki/Home) [c](../../actions/workflows/ci.yml)'],
    ['Markdown inside HTML, which is text', '<pre>\n[a](gone.md)\n</pre>'],
    ['lines of code and text highlights', '[a](src/a.ts#L10-L20) [b](docs/#anything) [c](src/a.ts#:~:text=x)'],
    [
      'folders, queries, encoded and bracketed names',
      '[a](docs) [b](./docs/) [c](.) [d](my%20file.md) [e](<my file.md>) [f](img.png?raw=true) [g](a\\(b\\).md) [h](docs/../my%20file.md)',
    ],
    ['an empty link, which is no matter of paths', '[a]() [b](#)'],
  ])('passes over %s', async (_, text) => {
    const files = { 'src/a.ts': '', 'docs/x.md': '', 'my file.md': '', 'img.png': '', 'a(b).md': '' };
    expect(await problems({ ...files, 'README.md': `# T\n\n${text}\n` })).toEqual([]);
  });

  it('passes over submodules, links to folders, and what a build makes', async () => {
    const repository = checkFixture({
      'README.md': '[a](sub/README.md) [b](linked/x.md) [c](dist/app.js) [d](docs/api/index.html)\n',
      '.gitmodules': '[submodule "s"]\n\tpath = sub\n\turl = x\n',
      '.gitignore': 'dist/\n/docs/api\n',
      'real/x.md': '',
    });
    symlinkSync('real', join(repository.root, 'linked'));
    expect((await repository.inspect(links)).findings).toEqual([]);
  });

  it('passes over templates, fixtures and other people’s files', async () => {
    const broken = '[a](gone.md)\n';
    const paths = [
      '.github/ISSUE_TEMPLATE/bug.md',
      '.github/pull_request_template.md',
      'test/fixtures/a.md',
      'templates/x/README.md',
      'vendor/x/README.md',
      'template-vue/README.md',
      '.changeset/x.md',
      'docs/_part.md',
    ];
    expect(await problems({ 'README.md': '', ...Object.fromEntries(paths.map((path) => [path, broken])) })).toEqual([]);
  });

  it('leaves pages of a documentation site to the site, but not their files', async () => {
    const files = {
      'website/docusaurus.config.js': '',
      'website/docs/a.md':
        '# A\n\n[a](./b) [b](../guide/) [c](/api) [d](./c.html) [e](#some--Heading) [f](/img/x.png) [g](./gone.md) ![h](x.png)\n\n## Some: heading\n',
      'website/docs/b.md': '',
      'website/static/img/x.png': '',
    };
    expect(await problems(files)).toEqual(['website/docs/a.md:3 broken-link', 'website/docs/a.md:3 broken-image']);
    expect(await problems({ 'docusaurus.config.js': '', 'README.md': '[a](./docs/intro)\n' })).toEqual(['README.md:1 broken-link']);
  });

  it('does not follow a symbolic link out of the repository', async () => {
    const repository = checkFixture({ 'README.md': 'x\n' });
    symlinkSync('/etc/passwd', join(repository.root, 'evil.md'));
    const report = await repository.inspect(links);
    expect(report).toMatchObject({ outcome: 'passed', findings: [] });
    expect(report.hint).toContain('evil.md');
  });

  it('says why it does not apply', async () => {
    expect(await checkFixture({ 'a.ts': '' }).detect(links)).toEqual({ applies: false, why: 'there is no Markdown file' });
    const found = await checkFixture({ 'a.md': '' }).detect(links);
    expect(found).toMatchObject({ applies: true, origin: 'bundled', seesEveryPath: true, needsDependencies: false });
  });

  it('reads a hostile text in time', async () => {
    const hostile = `${'<a '.repeat(2000)}\n\n${'<!--'.repeat(2000)}\n\n${'['.repeat(500)}\n\n<div>${'<a href='.repeat(20_000)}`;
    const started = performance.now();
    await problems({ 'README.md': hostile });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
