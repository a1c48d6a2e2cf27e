/** Values as parameters that PostgreSQL takes whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonParameter } from '../../prisma/sql.ts';
import { testDatabase } from '../support/database.ts';
import { rowsOf } from '../support/rows-of.ts';
import { connect } from '../../prisma/connect.ts';

describe('a JSON parameter', () => {
  it('keeps every text but what PostgreSQL cannot keep', () => {
    expect(JSON.parse(jsonParameter(['a\0b', '\\u0000', '\\\0', '\ud83d', '\udc00x', '😀', '\\ud83d', '\0\0']))).toEqual([
      ...['a\ufffdb', '\\u0000', '\\\ufffd', '\ufffd', '\ufffdx', '😀', '\\ud83d', '\ufffd\ufffd'],
    ]);
  });

  it('is taken by the database, whatever it is', async () => {
    await using database = await testDatabase();
    expect(await rowsOf(database.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const client = await connect(database.url, 'test');
    try {
      const text = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 20 });
      const taken = fc.asyncProperty(text, async (value) => {
        const { rows } = await client.query<{ text: string }>(`select j->>'text' as text from (select $1::jsonb as j) x`, [
          jsonParameter({ text: value }),
        ]);
        expect(rows[0]?.text).toBe(value.toWellFormed().replaceAll('\0', '\ufffd'));
      });
      await fc.assert(taken, { numRuns: 200 });
    } finally {
      await client.end();
    }
  });
});
