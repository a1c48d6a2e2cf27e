/** What the database says when its disk is full, and that nothing is lost by it. */
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBackup } from '../../prisma/backup/make-backup.ts';
import { asDatabaseError } from '../../prisma/connection-error.ts';
import { openEmbedded } from '../../prisma/embedded/open-embedded.ts';
import { migrate } from '../../prisma/migrate.ts';
import { testDatabase } from '../support/database.ts';
import { gone, rowsWhenBack, serverPid } from '../support/embedded-scene.ts';
import { rowsOf } from '../support/rows-of.ts';
import { smallDisk } from '../support/small-disk.ts';

const canMount = ((disk) => {
  disk?.[Symbol.dispose]();
  return disk !== null;
})(smallDisk(1));

describe.skipIf(!canMount)('on a full disk', () => {
  it('the embedded server refuses, loses nothing that was told as done, and goes on when there is room', async () => {
    using disk = smallDisk(200);
    if (disk === null) throw new Error('a disk');
    const lines: string[] = [];
    const server = await openEmbedded({ stateFolder: join(disk.path, 'state'), cacheFolder: null, log: (line) => lines.push(line) });
    const url = server.connectionString;
    const insert = `insert into upkeep.audit (by, action, subject) select 'ann', 'run', repeat(md5(i::text), 60) from generate_series(1, $1::int) i`;
    try {
      await migrate(url);
      await rowsOf(url, insert, [3]);
      const { bavail, bsize } = statfsSync(disk.path);
      const filler = join(disk.path, 'filler');
      writeFileSync(filler, Buffer.alloc(Math.max(bavail * bsize - 1_000_000, 0)));
      const refused = asDatabaseError(await rowsOf(url, insert, [20_000]).catch((error: unknown) => error), url);
      // Where the write-ahead log itself finds no room the server ends, and comes back.
      expect(refused).toMatchObject({ name: 'DatabaseError', code: expect.stringMatching(/^(disk-full|unreachable)$/) as string });
      rmSync(filler);
      expect(await rowsWhenBack(url, 'select count(*)::int as rows from upkeep.audit')).toEqual([{ rows: 3 }]);
      await rowsOf(url, insert, [10]);
    } finally {
      const pid = serverPid(server.dataFolder);
      await server.close();
      if (pid !== null) await gone(pid);
    }
  });

  it('a new database is not begun, and a backup leaves no half of a file', async () => {
    using disk = smallDisk(4);
    if (disk === null) throw new Error('a disk');
    await expect(openEmbedded({ stateFolder: join(disk.path, 'state'), cacheFolder: null, log: () => undefined })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needs 120 MB, and .* has \d MB left: free some/) as string,
    });
    await using database = await testDatabase();
    await migrate(database.url);
    await rowsOf(
      database.url,
      `insert into upkeep.audit (by, action, subject) select 'ann', 'run', (select string_agg(gen_random_uuid()::text, '') from generate_series(1, 300) where i > 0) from generate_series(1, 1000) i`,
    );
    const folder = join(disk.path, 'backups');
    mkdirSync(folder);
    await expect(makeBackup(database.url, join(folder, 'one.gz'))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('No space is left for') as string,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
