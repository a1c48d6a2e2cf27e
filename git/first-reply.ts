/** Notices a remote that never says a word: one that takes the connection and is silent, or to which none comes about. */
import type { Readable } from 'node:stream';

/** The file descriptor on which git and its helpers tell what goes over the line. */
export const TRACE_FD = 3;

/** Makes them tell of packets, and of what curl does without the data; credentials are left out, and only that something came is looked at. */
export const TRACE_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_TRACE_PACKET: String(TRACE_FD),
  GIT_TRACE_CURL: String(TRACE_FD),
  GIT_TRACE_CURL_NO_DATA: '1',
};

/** "http.c:684 <= Recv header: …" of curl, "packet:  fetch< …" of all the others. */
const RECEIVED = /<= Recv |packet: +\S+< /;
const LONGEST_MARK = 64;

/** Calls `onSilence` when nothing was received after so many milliseconds; what it returns ends the watch. */
export function awaitFirstReply(trace: Readable, patienceMs: number, onSilence: () => void): () => void {
  const timer = setTimeout(onSilence, patienceMs);
  let tail = '';
  let isHeard = false;
  // Read to its end, or the writers would wait for us.
  trace.on('data', (chunk: Buffer) => {
    if (isHeard) return;
    tail += chunk.toString('latin1');
    isHeard = RECEIVED.test(tail);
    if (isHeard) clearTimeout(timer);
    tail = tail.slice(-LONGEST_MARK);
  });
  trace.on('error', () => undefined);
  return () => clearTimeout(timer);
}
