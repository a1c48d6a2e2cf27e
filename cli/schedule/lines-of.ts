/** Lines of a stream of bytes, of which none is kept beyond its limit. */

const LINE_FEED = 0x0a;

/** Each line as text without its line feed, as soon as it is there, or null for one of more than `longest` bytes. The last one needs no line feed. */
export async function* linesOf(input: AsyncIterable<Buffer | string>, longest: number): AsyncGenerator<string | null> {
  let kept: Buffer[] = [];
  let length = 0;
  const take = (): string | null => {
    const line = length > longest ? null : Buffer.concat(kept).toString('utf8').replace(/\r$/, '');
    [kept, length] = [[], 0];
    return line;
  };
  const keep = (bytes: Buffer): void => {
    length += bytes.length;
    if (length > longest) kept = [];
    else if (bytes.length > 0) kept.push(bytes);
  };
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      keep(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(bytes.subarray(start));
  }
  if (length > 0) yield take();
}
