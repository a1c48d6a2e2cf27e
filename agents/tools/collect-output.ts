import type { Readable } from 'node:stream';

export interface Collected {
  readonly stream: Readable;
  /** What was kept, as UTF-8. */
  text(): string;
}

/** Keeps at most `limit` bytes of a stream; the first byte beyond calls `onLimit` once, and all that follows is dropped. */
export function collectOutput(stream: Readable, limit: number, onLimit: () => void): Collected {
  const chunks: Buffer[] = [];
  let kept = 0;
  let isFull = false;
  stream.on('data', (chunk: Buffer) => {
    if (isFull) return;
    const room = limit - kept;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    kept += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    isFull = true;
    onLimit();
  });
  // A pipe that breaks because its writer was ended is expected.
  stream.on('error', () => undefined);
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
