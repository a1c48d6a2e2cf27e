import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../cli/schedule/lines-of.ts';

async function read(chunks: readonly (Buffer | string)[], longest: number): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  for await (const line of linesOf(Readable.from(chunks), longest)) lines.push(line);
  return lines;
}

describe('lines of a stream', () => {
  it('end at line feeds, the last one at the end', async () => {
    expect(await read(['a\nb', 'c\r\n', '\n', 'd'], 9)).toEqual(['a', 'bc', '', 'd']);
    expect(await read(['a\n'], 9)).toEqual(['a']);
    expect(await read([], 9)).toEqual([]);
  });

  it('are null where they are too long, and the next one is read again', async () => {
    expect(await read(['1234\n', '12', '34', '5', '67\nab\n123456'], 4)).toEqual(['1234', null, 'ab', null]);
  });

  it('are the same however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (texts, size) => {
          const wanted = texts.map((text) => text.replace(/[\r\n]/g, ''));
          const bytes = Buffer.from(`${wanted.join('\n')}\n`);
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          expect(await read(chunks, 1000)).toEqual(wanted);
        },
      ),
    );
  });
});
