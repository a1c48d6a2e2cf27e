/** A database whose clock a test moves: the functions that tell the time are replaced for whoever connects by its address. */
import { rowsOf } from './rows-of.ts';
import { testDatabase } from './database.ts';

export interface MovedClock extends AsyncDisposable {
  readonly url: string;
  /** From now on its clock is so many milliseconds off. */
  set(offsetMs: number): Promise<void>;
}

const CLOCK = `
  CREATE SCHEMA moved;
  CREATE TABLE moved.clock (by interval NOT NULL);
  INSERT INTO moved.clock VALUES ('0');
  CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM moved.clock)';
  CREATE FUNCTION moved.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT pg_catalog.now() + (SELECT by FROM moved.clock)'`;

export async function movedClock(): Promise<MovedClock> {
  const place = await testDatabase();
  await rowsOf(place.url, CLOCK);
  const options = encodeURIComponent('-c search_path=moved,upkeep,pg_catalog');
  return {
    url: `${place.url}${place.url.includes('?') ? '&' : '?'}options=${options}`,
    async set(offsetMs) {
      await rowsOf(place.url, `UPDATE moved.clock SET by = '${offsetMs} ms'`);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}
