/** Finds the service that looks after the repository at hand. Where there is none this is quick: no database client is loaded then. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, type Repository } from '../../git/repository.ts';
import type { Database } from '../../prisma/client.ts';
import { DatabaseError } from '../../prisma/database-error.ts';
import type { ServedRow } from '../../prisma/runs/find-service.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import type { CommandContext } from '../command-context.ts';
import { ConfigError } from '../config/config-error.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { knownStateFolder } from './state-folder.ts';
import { identityOf } from './identity-here.ts';

type Asker = Pick<CommandContext, 'cwd' | 'environment' | 'version'>;

/** A living service, and its database. */
export interface RunningService extends AsyncDisposable {
  readonly repositoryId: string;
  /** What the service calls the repository. */
  readonly name: string;
  /** The branch that it looks after. */
  readonly branch: string;
  readonly clones: readonly Pick<ServedRow, 'host' | 'path'>[];
  readonly database: Database;
  /** What enqueues and cancels runs; opened when it is first asked for. */
  scheduler(): Promise<SchedulerContext>;
}

/** A service tells every few seconds that it lives: one that was not seen for so long does not. */
export const SEEN_MS = 30_000;
const POOL_SIZE = 3;

/** Null: nobody looks after the repository of `cwd`. Throws DatabaseError when a database is named that cannot be asked. */
export async function findService(context: Asker): Promise<RunningService | null> {
  const place = await databasePlace(context.environment.variables);
  if (place === null) return null;
  const repository = await openRepository(context.cwd);
  const config = await configOf(repository, context);
  const identity = await identityOf(repository, config?.delivery.remote);
  const database = await openWhereItIs(place);
  if (database === null) return null;
  try {
    const served = await servedRows(database, identity);
    const [first] = served;
    if (first !== undefined) return serviceOf({ first, served, database, config, context });
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  return null;
}

interface DatabasePlace {
  readonly url: string;
  /** The service's own server: whether it is ready is nobody's fault. */
  readonly isEmbedded: boolean;
}

/** Where a service would have its database; a server of its own counts only while it runs. */
async function databasePlace(variables: Asker['environment']['variables']): Promise<DatabasePlace | null> {
  const given = variables['DATABASE_URL'];
  // Of another kind, it is some application's.
  if (given) return /^postgres(ql)?:\/\//.test(given) ? { url: given, isEmbedded: false } : null;
  const folder = knownStateFolder({ variables });
  if (folder === null || !existsSync(join(folder, 'postgresql'))) return null;
  const [{ placeOf }, { readPostmaster }, { thisMachine }, { EMBEDDED_DATABASE, EMBEDDED_ROLE }] = await Promise.all([
    import('../../prisma/embedded/place.ts'),
    import('../../prisma/embedded/postmaster-pid.ts'),
    import('../../prisma/embedded/server-user.ts'),
    import('../../prisma/embedded/settings.ts'),
  ]);
  const { data, socket } = placeOf(folder, thisMachine());
  if (readPostmaster(data).state !== 'alive') return null;
  return { url: `postgresql://${EMBEDDED_ROLE}@/${EMBEDDED_DATABASE}?host=${encodeURIComponent(socket)}`, isEmbedded: true };
}

async function openWhereItIs({ url, isEmbedded }: DatabasePlace): Promise<Database | null> {
  const { openDatabase } = await import('../../prisma/client.ts');
  try {
    return await openDatabase(url, { name: 'upkeep command', poolSize: POOL_SIZE });
  } catch (error) {
    // It is just being started or stopped, so nobody works with it.
    if (isEmbedded && error instanceof DatabaseError && ['unreachable', 'no-such-database'].includes(error.code)) return null;
    throw error;
  }
}

async function servedRows({ pool, url }: Database, identity: string): Promise<ServedRow[]> {
  const [{ connection }, { livingServicesOf }, { requireSchema }] = await Promise.all([
    import('../../prisma/sql.ts'),
    import('../../prisma/runs/find-service.ts'),
    import('../../prisma/require-schema.ts'),
  ]);
  if (!(await requireSchema(pool, url))) return [];
  return connection(pool, (sql) => livingServicesOf(sql, identity, SEEN_MS));
}

interface Found {
  readonly first: ServedRow;
  readonly served: readonly ServedRow[];
  readonly database: Database;
  readonly config: ResolvedConfig | null;
  readonly context: Asker;
}

function serviceOf({ first, served, database, config, context }: Found): RunningService {
  const { repositoryId, name, branch } = first;
  let opened: Promise<SchedulerContext> | null = null;
  return {
    ...{ repositoryId, name, branch, database },
    clones: served.map(({ host, path }) => ({ host, path })),
    scheduler: () => (opened ??= openScheduler(database, config, context)),
    async [Symbol.asyncDispose]() {
      const scheduler = await opened?.catch(() => null);
      await scheduler?.queue.close();
      await database.close();
    },
  };
}

/** Runs are put into the order that the configuration here asks for, as the service does. */
async function openScheduler(database: Database, config: ResolvedConfig | null, { environment }: Asker): Promise<SchedulerContext> {
  const { openQueue } = await import('../../scheduler/queue.ts');
  const { pool } = database;
  const queue = await openQueue(pool, {
    order: config?.scheduler.order ?? 'aged',
    perRepository: config?.scheduler.perRepository ?? null,
    isGuest: true,
    // What it does in the background is the service's.
    onProblem: () => undefined,
  });
  const retry = { limit: 0, maxMs: 0, random: () => 0 };
  return { pool, queue, labelLimits: config?.scheduler.labels ?? {}, retry, source: `laptop:${environment.person}` };
}

/** Null where there is none that can be used: a person may still steer what runs by an older one. */
async function configOf(repository: Repository, { environment, version }: Asker): Promise<ResolvedConfig | null> {
  if (repository.head === null) return null;
  const { loadSettings } = await import('../run/load-settings.ts');
  try {
    const asked = { repository, base: repository.head, flags: {}, environment, ci: true, version };
    return (await loadSettings(asked)).loaded.config;
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
