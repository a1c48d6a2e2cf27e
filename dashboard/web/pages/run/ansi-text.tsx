/** One line of a log: coloured as the program meant it, with the found words marked. */
import { memo, type ReactNode } from 'react';
import type { Line } from '../../format/ansi.ts';
import { marked } from './log-search.ts';
import classes from './log.module.css';

interface AnsiTextProps {
  readonly line: Line;
  readonly words: string;
}

export const AnsiText = memo(function AnsiText({ line, words }: AnsiTextProps): ReactNode {
  return line.map(({ text, colour, isBold, isDim, isUnderlined }, index) => (
    <span
      key={index}
      data-colour={colour ?? undefined}
      className={isDim ? classes.dim : undefined}
      style={
        isBold || isUnderlined
          ? { fontWeight: isBold ? 650 : undefined, textDecoration: isUnderlined ? 'underline' : undefined }
          : undefined
      }
    >
      {words === '' ? text : marked(text, words).map((piece, at) => (piece.isFound ? <mark key={at}>{piece.text}</mark> : piece.text))}
    </span>
  ));
});
