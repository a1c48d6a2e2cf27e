/** One transaction of somebody who steers. */
import { asDatabaseError } from '../../prisma/connection-error.ts';
import { transaction, type ConnectionPool, type Sql } from '../../prisma/sql.ts';
import type { SchedulerContext } from '../scheduler-context.ts';

const DEADLOCK = '40P01';
const TRIES = 5;

/**
 * As `transaction`, begun anew when it and another one wait for each other: services lock schedules before agents.
 * Throws a DatabaseError where the database is gone, full or read-only.
 */
export async function steerTransaction<Result>(pool: ConnectionPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(pool, work);
    } catch (error) {
      if ((error as { readonly code?: string }).code !== DEADLOCK || tries === TRIES)
        throw asDatabaseError(error, pool.options.connectionString ?? '');
    }
  }
}

/** The same for what enqueues runs: a service of this process begins them without waiting to hear of it. */
export async function enqueueTransaction<Result>(
  { pool, local }: Pick<SchedulerContext, 'pool' | 'local'>,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const result = await steerTransaction(pool, work);
  local?.wake('queued');
  return result;
}
