/** Answers questions from a stream, line by line, so that a program can talk to the cron calculator. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { answerLine, LONGEST_LINE } from './answer-line.ts';
import { linesOf } from './lines-of.ts';

/** Until the input ends, or nobody reads the answers any more. Each answer is written before the next question is waited for. */
export async function answerLines(input: AsyncIterable<Buffer | string>, output: Writable): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  output.once('error', leave).once('close', leave);
  try {
    for await (const line of linesOf(input, LONGEST_LINE)) {
      if (gone.signal.aborted) return;
      const isFull = !output.write(`${answerLine(line, new Date())}\n`);
      // A reader that goes away ends the wait as well.
      if (isFull) await once(output, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
  } finally {
    output.off('error', leave).off('close', leave);
  }
}
