/** The last runs of an agent as bars, and its findings as a line: small, without a chart library, and told in words. */
import type { ReactNode } from 'react';
import type { RecentRun } from '../../wire/agents-schema.ts';
import { barsOf, findingsLine, inWords } from './spark-shapes.ts';
import classes from './sparkline.module.css';

interface SparkProps {
  readonly recent: readonly RecentRun[];
}

/** Good runs stand above the line, bad ones hang below it: it is readable without colours. */
export function RunBars({ recent }: SparkProps): ReactNode {
  return (
    <svg className={classes.bars} viewBox="0 0 200 28" preserveAspectRatio="none" role="img" aria-label={inWords(recent)}>
      <title>{inWords(recent)}</title>
      <line x1="0" x2="200" y1="18.5" y2="18.5" className={classes.ground} />
      {[...Map.groupBy(barsOf(recent), ({ tone }) => tone)].map(([tone, bars]) => (
        <path key={tone} d={bars.map(({ x, y, height }) => `M${x} ${y}h3v${height}h-3z`).join('')} fill={`var(--bar-${tone})`} />
      ))}
    </svg>
  );
}

/** Errors and warnings that were left, run by run. */
export function FindingsLine({ recent }: SparkProps): ReactNode {
  const line = findingsLine(recent);
  return (
    <svg className={classes.line} viewBox="0 0 200 20" preserveAspectRatio="none" role="img" aria-label={line.words}>
      <title>{line.words}</title>
      {line.isClean ? null : <path d={`${line.path} V20 H${line.start} Z`} className={classes.area} />}
      {line.path === '' ? null : (
        <path d={line.path} className={classes.stroke} data-clean={line.isClean || undefined} vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}
