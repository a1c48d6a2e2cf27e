/** Lines to a stream that somebody else reads: whoever reads slowly, or no more, holds up nobody. */

/** The part of a stream that is needed. */
export interface LineStream {
  /** Bytes that wait for the reader. */
  readonly writableLength: number;
}

export interface LineSinkSettings {
  readonly stream: LineStream;
  readonly write: (text: string) => void;
  /** The line that tells of `count` lines that are missing. */
  readonly lost: (count: number) => string;
  /** Bytes that may wait; what comes beyond is left out. */
  readonly most?: number;
}

const MOST = 4 * 1024 * 1024;

/** Takes whole lines without their line feed. */
export function lineSink({ stream, write, lost, most = MOST }: LineSinkSettings): (line: string) => void {
  let missing = 0;
  return (line) => {
    if (stream.writableLength + line.length > most) {
      missing++;
      return;
    }
    if (missing > 0) write(`${lost(missing)}\n`);
    missing = 0;
    write(`${line}\n`);
  };
}
