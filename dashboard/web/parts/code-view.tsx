/** A piece of a file with its line numbers, coloured when its language is known. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { visible } from '../format/text.ts';
import classes from './code.module.css';
import { highlightCode } from './highlight.ts';
import { languageOf } from './language-of.ts';

interface CodeViewProps {
  readonly path: string;
  /** 1-based number of the first line. */
  readonly from: number;
  readonly lines: readonly string[];
  readonly marked?: number | null;
}

export function CodeView({ path, from, lines, marked = null }: CodeViewProps): ReactNode {
  const language = languageOf(path);
  const code = lines.join('\n');
  const coloured = useQuery({
    queryKey: ['code', language, code],
    queryFn: () => (language === null ? null : highlightCode(code, language)),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return (
    <pre className={classes.code} tabIndex={0} aria-label={`Lines of ${visible(path)}`}>
      <code className={classes.lines}>
        {lines.map((line, index) => (
          <span key={index} className={classes.line} data-marked={from + index === marked || undefined}>
            <span className={classes.number} aria-hidden>
              {from + index}
            </span>
            <span>
              {coloured.data?.[index]?.map((piece, at) => (
                <span key={at} data-kind={piece.kind ?? undefined}>
                  {visible(piece.text)}
                </span>
              )) ?? visible(line)}
            </span>
          </span>
        ))}
      </code>
    </pre>
  );
}
