import { styleText } from 'node:util';

/** Colours by meaning. */
export interface Palette {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** Colours, or text as it is. */
export function createPalette(enabled: boolean): Palette {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    enabled && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return { good: style('green'), bad: style('red'), warn: style('yellow'), dim: style('dim'), strong: style('bold') };
}
