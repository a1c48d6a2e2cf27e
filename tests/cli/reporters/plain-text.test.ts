import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine, plainPath, plainText } from '../../../cli/reporters/plain-text.ts';

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]/;

describe('text that nobody trusts', () => {
  const cases: [string, string, string][] = [
    ['colours', '\x1b[31mred\x1b[0m', 'red'],
    ['a cleared screen', 'a\x1b[2J\x1b[Hb', 'ab'],
    ['a window title', 'a\x1b]0;title\x07b', 'ab'],
    ['a link', '\x1b]8;;https://x.test\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['an 8-bit sequence', 'a\x9b31mb', 'ab'],
    ['a bell and a backspace', 'a\x07\x08b', 'a\\x07\\x08b'],
    ['a carriage return', 'safe\rspoofed', 'safe ⏎ spoofed'],
    ['reversed text', 'a\u202Egnp.exe', 'a\\u{202e}gnp.exe'],
    ['an invisible tag', 'a\u{E0041}b', 'a\\u{e0041}b'],
    ['a lone escape', 'a\x1b', 'a'],
    ['a workflow command', '::error::x', ':\u00a0:error::x'],
    ['an indented workflow command', '  ::stop-commands::x', '  :\u00a0:stop-commands::x'],
    ['an old workflow command', 'x ##[error]y', 'x #\u00a0#[error]y'],
    ['a command behind an escape sequence', '\x1b[0m::error::x', ':\u00a0:error::x'],
  ];
  it.each(cases)('loses its power: %s', (_title, hostile, harmless) => {
    expect(plainLine(hostile)).toBe(harmless);
  });
  it('never keeps a control character, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const shown of [plainText(text), plainLine(text), plainPath(text)]) expect(shown).not.toMatch(CONTROL);
        expect(plainLine(text)).not.toMatch(/\n|^\s*::|##\[/);
        expect(plainText(text)).not.toMatch(/^\s*::|##\[/m);
        expect(plainPath(text)).not.toMatch(/\n|^\s*::|##\[/);
      }),
      { numRuns: 2000 },
    );
  });
  it('stays as it is when it is harmless', () => {
    for (const text of ['src/ä/日本語.ts', 'a::b', 'naïve – “quoted” 100 %', '🎉']) expect(plainLine(text)).toBe(text);
  });
  it('is one line as a path and shows blanks at its ends', () => {
    expect(plainPath('a\nb\x1b[31m.ts')).toBe('a\\x0ab\\x1b[31m.ts');
    expect(plainPath(' a.ts')).toBe('" a.ts"');
    expect(plainPath('src/a.ts')).toBe('src/a.ts');
  });
});
