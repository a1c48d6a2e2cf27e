/** A log of any length: only the lines in sight are in the document. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { ansiLines } from '../../format/ansi.ts';
import { AnsiText } from './ansi-text.tsx';
import classes from './log.module.css';

const LINE = 18;
const BEYOND = 20;

interface LogViewProps {
  readonly text: string;
  readonly words: string;
  /** 0-based line that is to be seen. */
  readonly current: number | null;
  readonly isFollowing: boolean;
  /** The reader scrolled: by hand away from the end, or back to it. */
  readonly onFollow: (follows: boolean) => void;
  readonly label: string;
}

export function LogView({ text, words, current, isFollowing, onFollow, label }: LogViewProps): ReactNode {
  const lines = useMemo(() => ansiLines(text.endsWith('\n') ? text.slice(0, -1) : text), [text]);
  const view = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);

  const look = useCallback(() => {
    const element = view.current;
    if (element === null) return;
    setTop(element.scrollTop);
    setHeight(element.clientHeight);
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - LINE * 2;
    if (isAtEnd !== isFollowing) onFollow(isAtEnd);
  }, [isFollowing, onFollow]);

  useLayoutEffect(() => {
    const element = view.current;
    if (element !== null && isFollowing) element.scrollTop = element.scrollHeight;
  }, [lines, isFollowing]);
  useEffect(() => {
    const element = view.current;
    if (element !== null && current !== null) element.scrollTop = Math.max(0, current * LINE - element.clientHeight / 2);
  }, [current]);

  const first = Math.max(0, Math.floor(top / LINE) - BEYOND);
  const last = Math.min(lines.length, Math.ceil((top + height) / LINE) + BEYOND);
  return (
    <div
      ref={view}
      className={classes.view}
      style={{ height: lines.length * LINE + 18 }}
      onScroll={look}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <div style={{ height: lines.length * LINE }} />
      <div className={classes.lines} style={{ top: first * LINE }}>
        {lines.slice(first, last).map((line, index) => (
          <div key={first + index} className={classes.line} data-current={first + index === current || undefined}>
            <span className={classes.number} aria-hidden>
              {first + index + 1}
            </span>
            <span>
              <AnsiText line={line} words={words} />
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
