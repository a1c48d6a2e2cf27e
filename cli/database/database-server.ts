/** Where the database of the service is: the server that DATABASE_URL names, or one of its own, which is started. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeTarget } from '../../prisma/connection-error.ts';
import { openEmbedded } from '../../prisma/embedded/open-embedded.ts';
import { placeOf } from '../../prisma/embedded/place.ts';
import { thisMachine } from '../../prisma/embedded/server-user.ts';
import type { CommandContext } from '../command-context.ts';
import type { Environment } from '../environment.ts';
import { stateFolder } from '../serve/state-folder.ts';

export interface DatabaseServer extends AsyncDisposable {
  readonly url: string;
  readonly kind: 'embedded' | 'external';
  /** Without credentials, for people: a folder, or host, port and database. */
  readonly where: string;
  /** Folder of its backups. */
  readonly backupFolder: string;
}

/** Starts the embedded server, or attaches to it, unless DATABASE_URL names another. Throws DatabaseError and UsageError. */
export async function openDatabaseServer({ environment, output }: Pick<CommandContext, 'environment' | 'output'>): Promise<DatabaseServer> {
  const given = environment.variables['DATABASE_URL'];
  const backupFolder = backupFolderOf(environment);
  if (given) {
    const nothing = (): Promise<void> => Promise.resolve();
    return { url: given, kind: 'external', where: describeTarget(given), backupFolder, [Symbol.asyncDispose]: nothing };
  }
  const server = await openEmbedded({
    stateFolder: stateFolder(environment),
    cacheFolder: environment.cacheHome,
    log: (line) => output.err(`${line}\n`),
  });
  return {
    url: server.connectionString,
    kind: 'embedded',
    where: server.dataFolder,
    backupFolder,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Data folder of the embedded server when there is none yet, so that nobody has to make one to look into it; else null. */
export function missingDataFolder(environment: Environment): string | null {
  if (environment.variables['DATABASE_URL']) return null;
  const { data } = placeOf(stateFolder(environment), thisMachine());
  return existsSync(data) ? null : data;
}

/** Folder of the backups that this machine makes. */
export function backupFolderOf(environment: Pick<Environment, 'variables'>): string {
  return join(stateFolder(environment), 'backups');
}
