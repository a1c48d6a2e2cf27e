/** The database of a service: the one that DATABASE_URL names, or one of its own that it starts. */
import { openDatabase, type Database } from '../../prisma/client.ts';
import { openEmbedded } from '../../prisma/embedded/open-embedded.ts';
import { migrate } from '../../prisma/migrate.ts';
import type { CommandContext } from '../command-context.ts';
import { stateFolder } from './state-folder.ts';

export interface ServiceDatabase extends AsyncDisposable {
  readonly database: Database;
  /** Where it is, without credentials, for people. */
  readonly place: string;
}

/** Opens it and brings its schema up to date. Throws DatabaseError and UsageError. */
export async function openServiceDatabase(
  context: Pick<CommandContext, 'environment' | 'output'>,
  ask: { readonly poolSize: number; onProblem(error: Error): void },
): Promise<ServiceDatabase> {
  const { environment, output } = context;
  const given = environment.variables['DATABASE_URL'];
  const server = given
    ? null
    : await openEmbedded({
        stateFolder: stateFolder(environment),
        cacheFolder: environment.cacheHome,
        log: (line) => output.err(`${line}\n`),
      });
  const url = server?.connectionString ?? given ?? '';
  try {
    await migrate(url);
    const database = await openDatabase(url, {
      name: 'upkeep serve',
      poolSize: ask.poolSize,
      isService: true,
      onProblem: (error) => ask.onProblem(error),
    });
    return {
      database,
      place: server === null ? 'the database of DATABASE_URL' : `a database of its own in ${server.dataFolder}`,
      async [Symbol.asyncDispose]() {
        await database.close();
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}
