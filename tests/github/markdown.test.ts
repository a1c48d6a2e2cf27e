import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, codeBlock, codeSpan, cut, linkTarget, markdownLine, visibleLine } from '../../github/markdown.ts';

describe('a line for Markdown', () => {
  it.each<[string, string, RegExp]>([
    ['calls nobody', 'ping @octocat and @acme/team', /@(?=[a-z0-9])/i],
    ['mentions no issue', 'fixes #12, closes acme/app#7', /#(?=\d)/],
    ['mentions no issue by its long name', 'see GH-12', /\bGH-\d/i],
    ['links nothing', 'https://x.test/1 http://x.test www.x.test', /https?:\/\/|www\./],
    ['links nothing after a digit or line', '_https://x.test/1 9https://x.test é_www.x.test', /https?:\/\/|www\./],
    ['holds no HTML', '<img src=x onerror=1><!-- upkeep:v1:qa:main:code -->', /<[a-z!]/],
    ['ends no cell', 'a | b', /(?<!\\)\|/],
    ['ends no code', 'a ``` b', /(?<!\\)`/],
    ['is one line', 'a\r\nb\u2028c', /[\r\n\u2028]/],
    ['shows what hides or turns text around', 'a\u202eb\u200bc\u0000', /[\u202e\u200b\u0000]/],
    ['has no terminal in it', '\u001b[31mred\u001b]8;;https://x.test\u0007link', /\u001b|8;;/],
  ])('%s', (_, text, forbidden) => {
    expect(markdownLine(text, 500)).not.toMatch(forbidden);
  });

  it('leaves words alone', () => {
    expect(markdownLine("'foo' is not defined.", 500)).toBe("'foo' is not defined.");
  });

  it('is cut, never within a character', () => {
    expect(visibleLine('😀😀😀', 4)).toBe('😀…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abcd', 3)).toBe('ab…');
  });
});

describe('code', () => {
  it('is not ended by what is in it', () => {
    expect(codeSpan('a `b`` c', 50)).toBe('```a `b`` c```');
    expect(cell(codeSpan('a|b', 50))).toBe('`a\\|b`');
    expect(codeSpan('`a`', 50)).toBe('`` `a` ``');
    expect(codeBlock('a\n````\nb\n', 'text')).toBe('`````text\na\n````\nb\n`````');
  });

  it('is not ended by anything at all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('`', '```', '~~~', '\n', '\r', ' ', 'a', '<!-- ')).map((parts) => parts.join('')),
        (text) => {
          const lines = codeBlock(text, 'text').split('\n');
          const fence = /^`+/.exec(lines[0] ?? '')?.[0] ?? '';
          const inner = lines.slice(1, -1).join('\n');
          expect(lines.at(-1)).toBe(fence);
          expect(inner).not.toContain(fence);
          expect(inner).not.toContain('<!--');
        },
      ),
    );
  });
});

describe('a link', () => {
  it('keeps a path within its target', () => {
    expect(linkTarget('https://x.test/o/r/', 'blob', 'abc', 'src/a b)(1).ts')).toBe('https://x.test/o/r/blob/abc/src/a%20b%29%281%29.ts');
    expect(linkTarget('https://x.test/o/r', 'blob', 'abc', '?#%\ud800')).toBe('https://x.test/o/r/blob/abc/%3F%23%25%EF%BF%BD');
  });
});
