/** Words, times and colours of the page. */
import { describe, expect, it } from 'vitest';
import { ansiLines, plainText } from '../../../dashboard/web/format/ansi.ts';
import { stateOf, statusLook } from '../../../dashboard/web/format/status.ts';
import { bytes, plural, visible } from '../../../dashboard/web/format/text.ts';
import { countdown, duration, relative } from '../../../dashboard/web/format/time.ts';
import { OUTCOMES } from '../../../ledger/outcome.ts';
import { SHOWN_STATES } from '../../../scheduler/shown-state.ts';

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [4_240, '4.2 s'],
    [9_960, '10 s'],
    [59_600, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [187_200_000, '2 d 4 h'],
  ])('lasts %i ms: %s', (ms, words) => expect(duration(ms)).toBe(words));

  it.each([
    [1_000, 'just now'],
    [12_000, '12 s ago'],
    [-12_000, 'in 12 s'],
    [-1_000, 'now'],
    [240_000, '4 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [72 * 3_600_000, '3 d ago'],
    [-1136 * 86_400_000, 'in 3.1 y'],
  ])('is told from now by %i ms: %s', (ago, words) => expect(relative(1e12 - ago, 1e12)).toBe(words));

  it('counts down to the second, and says due at the end', () => {
    const at = (left: number): string => countdown(1e12 + left, 1e12);
    expect([249_000, 59_001, 1, 0, -5_000, 3_753_000].map(at)).toEqual(['4:09', '1:00', '0:01', 'due', 'due', '1:02:33']);
  });
});

describe('text that nobody vouches for', () => {
  it('shows what hides or turns text, and leaves the rest as it is', () => {
    expect(visible('a\u202eb\u0000c\u001b[31m d\té')).toBe('a\\u202eb\\x00c\\x1b[31m d\té');
    expect(visible('<b>&amp;</b>')).toBe('<b>&amp;</b>');
  });

  it('counts with the right word', () => {
    expect([plural(1, 'run'), plural(0, 'run'), plural(1204, 'run')]).toEqual(['1 run', '0 runs', '1,204 runs']);
    expect([bytes(812), bytes(3_400), bytes(12_000_000)]).toEqual(['812 B', '3.4 kB', '12 MB']);
  });

  it('has a word and a sign for every outcome and state', () => {
    for (const status of [...OUTCOMES, ...SHOWN_STATES])
      expect(statusLook(status)).toMatchObject({ meaning: expect.stringMatching(/./) as string });
    expect(statusLook('newer').word).toBe('newer');
    const off = { state: 'ACTIVE', isEnabled: false };
    expect(statusLook(stateOf(off)).word).toBe('off');
    expect(statusLook(stateOf({ ...off, state: 'RUNNING' })).word).toBe('running');
  });
});

describe('the output of programs', () => {
  const texts = (text: string): string[] => ansiLines(text).map((line) => line.map((span) => span.text).join(''));

  it('has colours, and carries them over the ends of lines', () => {
    const [first, second, third] = ansiLines('a \u001b[1;31mred\nstill\u001b[0m plain\n\u001b[38;5;46mgreen\u001b[38;2;0;90;255mblue');
    expect(first).toMatchObject([
      { text: 'a ', colour: null },
      { text: 'red', colour: 'red', isBold: true },
    ]);
    expect(second).toMatchObject([
      { text: 'still', colour: 'red' },
      { text: ' plain', colour: null, isBold: false },
    ]);
    expect(third).toMatchObject([
      { text: 'green', colour: 'green' },
      { text: 'blue', colour: 'blue' },
    ]);
  });

  it('leaves out what moves the cursor, names windows or makes links', () => {
    expect(texts('\u001b[2Ka\u001b[1Gb\u001b]0;title\u0007c\u001b]8;;https://example.com\u001b\\d\u001b[?25l')).toEqual(['abcd']);
  });

  it('keeps of a line that was written over what stood last', () => {
    expect(texts('10 %\r50 %\r100 %\r\nnext')).toEqual(['100 %', 'next']);
  });

  it('takes nothing for HTML, and shows other control characters', () => {
    expect(texts('<img src=x onerror=alert(1)>\u0007')).toEqual(['<img src=x onerror=alert(1)>\\x07']);
    expect(plainText('\u001b[32mok\u001b[0m')).toBe('ok');
  });
});
