import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepHouse } from '../../../cli/serve/keep-house.ts';
import { openDatabase } from '../../../prisma/client.ts';
import { migrate } from '../../../prisma/migrate.ts';
import { testDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

it('backs the database up soon after the start of a service, tells of it, and ends with the service', async () => {
  await using folder = await temporaryFolder();
  await using place = await testDatabase();
  await migrate(place.url);
  const database = await openDatabase(place.url);
  const noted = Promise.withResolvers<string>();
  const request = {
    database,
    config: { backup: { days: 30 }, retention: { days: 90, runsPerAgent: 5000, auditDays: 730 } },
    backupFolder: join(folder.path, 'backups'),
    source: 'service:one',
    onNote: noted.resolve,
    onProblem: (_what: string, error: unknown): void => noted.reject(error),
  };
  const never = keepHouse({ ...request, backupFolder: join(folder.path, 'never') });
  const keeper = keepHouse({ ...request, firstMs: 0 });
  const [, path = ''] = /^the database is backed up in (\S+)$/.exec(await noted.promise) ?? [];
  expect(existsSync(path)).toBe(true);
  await Promise.all([keeper.stop(), never.stop()]);
  expect(existsSync(join(folder.path, 'never'))).toBe(false);
  // Nothing of it holds a connection any more.
  await database.close();
});
