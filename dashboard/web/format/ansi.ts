/** The output of programs as lines of coloured text. Nothing in it is ever taken for HTML; other control sequences are left out. Pure. */
import { visible } from './text.ts';

export interface Span {
  readonly text: string;
  /** One of eight names, or null for the page's own. */
  readonly colour: Colour | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isUnderlined: boolean;
}

export type Colour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';
export type Line = readonly Span[];

type Style = Omit<Span, 'text'>;

const COLOURS: readonly Colour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const PLAIN: Style = { colour: null, isBold: false, isDim: false, isUnderlined: false };

const SEQUENCE =
  /\u001b\[([0-9;:]*)m|\u001b\[[0-9;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_a-z0-9=>]|\u009b[0-9;]*[@-~]/g;

/** Every line of the text; styles go on over the ends of lines, as in a terminal. What a carriage return wrote over is left out. */
export function ansiLines(text: string): readonly Line[] {
  let style = PLAIN;
  return text.split('\n').map((raw) => {
    const { line, next } = ansiLine(raw.replace(/\r+$/, ''), style);
    style = next;
    return line;
  });
}

/** The text without any control sequence: what is searched. */
export function plainText(text: string): string {
  return text.replace(SEQUENCE, '');
}

function ansiLine(raw: string, before: Style): { readonly line: Line; readonly next: Style } {
  let style = before;
  let spans: Span[] = [];
  let from = 0;
  const add = (part: string): void => {
    const overwritten = part.lastIndexOf('\r');
    if (overwritten !== -1) spans = [];
    const shown = visible(part.slice(overwritten + 1));
    if (shown !== '') spans.push({ text: shown, ...style });
  };
  for (const match of raw.matchAll(SEQUENCE)) {
    add(raw.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = restyle(style, match[1]);
  }
  add(raw.slice(from));
  return { line: spans, next: style };
}

function restyle(before: Style, codes: string): Style {
  const numbers = (codes === '' ? '0' : codes).split(/[;:]/).map(Number);
  let style = before;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, length } = extended(numbers.slice(index + 1));
      if (code === 38) style = { ...style, colour };
      index += length;
    } else style = simple(style, code);
  }
  return style;
}

function simple(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isDim: true };
  if (code === 4) return { ...style, isUnderlined: true };
  if (code === 22) return { ...style, isBold: false, isDim: false };
  if (code === 24) return { ...style, isUnderlined: false };
  if (code === 39) return { ...style, colour: null };
  if (code >= 30 && code <= 37) return { ...style, colour: COLOURS[code - 30] ?? null };
  if (code === 90) return { ...style, colour: null, isDim: true };
  if (code >= 91 && code <= 97) return { ...style, colour: COLOURS[code - 90] ?? null };
  return style;
}

/** One of 256 colours or a colour by its parts, as the nearest of eight: those are readable in both themes. */
function extended(rest: readonly number[]): { readonly colour: Colour | null; readonly length: number } {
  if (rest[0] === 2) return { colour: nearest(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), length: 4 };
  const index = rest[1] ?? 0;
  if (index < 16) return { colour: COLOURS[index % 8] ?? null, length: 2 };
  if (index >= 232) return { colour: null, length: 2 };
  const step = (place: number): number => Math.round(((Math.floor((index - 16) / place) % 6) * 255) / 5);
  return { colour: nearest(step(36), step(6), step(1)), length: 2 };
}

function nearest(red: number, green: number, blue: number): Colour | null {
  const most = Math.max(red, green, blue);
  // What is nearly grey takes the colour of the page.
  if (most - Math.min(red, green, blue) < 40) return null;
  const half = most * 0.6;
  return COLOURS[(red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0)] ?? null;
}
