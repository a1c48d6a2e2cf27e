import { styleText } from 'node:util';

/** Colours by meaning. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** Colours, or text as it is. */
export function createPalette(enabled: boolean): Palette {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) => (enabled && text !== '' ? styleText(format, text, { validateStream: false }) : text);
  return { good: style('green'), bad: style('red'), warn: style('yellow'), dim: style('dim'), strong: style('bold') };
}
