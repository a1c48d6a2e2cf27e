/** The database of the service, open: Prisma's client, and a pool of plain connections whose statements do not wait for each other. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { connect, connectionSettings, SCHEMA } from './connect.ts';
import { PrismaClient } from './generated/client.ts';
import { holdPresence, type Presence } from './presence.ts';

const POOL_SIZE = 10;
/** Of Prisma's client, which reads for people. */
const PRISMA_POOL_SIZE = 4;
const IDLE_MS = 30_000;
/**
 * Statements by hand take few rows by an index, whatever the planner knows: its figures are from before a table was filled, and a plan
 * that reads an empty table whole is kept while the table grows. And one plan serves all values.
 */
const PLANS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off']
  .map((setting) => `-c ${setting}`)
  .join(' ');

export interface Database {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** What administrators see in pg_stat_activity. */
  readonly name?: string;
  /** Connections at most. */
  readonly poolSize?: number;
  /** Whether this is a service, which a restore has to wait for. */
  readonly isService?: boolean;
  /** Told of connections that broke while nobody used them; the pool opens others. */
  readonly onProblem?: (error: Error) => void;
}

/** Opens a database whose schema is up to date. Throws a DatabaseError when it cannot be reached. */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const { name = 'upkeep', poolSize = POOL_SIZE, isService = false, onProblem = () => undefined } = options;
  // The pool would tell of nothing before its first query.
  await (await connect(url, name)).end();
  const presence: Presence | null = isService ? await holdPresence(url, onProblem) : null;
  const settings = { ...connectionSettings(url, name), idleTimeoutMillis: IDLE_MS };
  const pool = new pg.Pool({ ...settings, options: [settings.options, PLANS].join(' '), max: poolSize, pipeline: true });
  pool.on('error', onProblem);
  // While it is used nobody else listens, and what breaks it would end the process: its queries fail, and that is told.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const adapter = new PrismaPg({ ...settings, max: PRISMA_POOL_SIZE }, { schema: SCHEMA, onPoolError: onProblem });
  const prisma = new PrismaClient({ adapter });
  return {
    prisma,
    pool,
    url,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
      await presence?.release();
    },
  };
}
