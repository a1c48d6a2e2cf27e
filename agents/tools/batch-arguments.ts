/** Bytes of arguments in one call: well below every system's limit (Linux 128 KiB an argument and 2 MB in all, Windows 32 KiB). */
const BATCH_BYTES = process.platform === 'win32' ? 24_000 : 200_000;

/** Divides arguments into batches that one process can take, in order. */
export function batchArguments(args: readonly string[], maxBytes = BATCH_BYTES): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let bytes = 0;
  for (const arg of args) {
    // The terminating zero and the pointer count too.
    const size = Buffer.byteLength(arg) + 9;
    if (batch.length > 0 && bytes + size > maxBytes) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(arg);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
