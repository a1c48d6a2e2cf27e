/** The dashboard on the service's HTTP server, beside whatever else is there. */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { MountedDashboard } from '../../dashboard/server/mount.ts';
import type { Place } from '../../dashboard/server/auth/origins.ts';
import type { Database } from '../../prisma/client.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { packageFolder } from '../version.ts';
import type { HttpServerOptions } from './http-server.ts';

export interface ServedDashboard extends Pick<MountedDashboard, 'onProgress' | 'onEvents' | 'onStatus' | 'claimPath'> {
  readonly pages: NonNullable<HttpServerOptions['pages']>;
  /** The database is open. */
  readonly opened: (database: Database) => void;
  /** The service takes orders. */
  readonly started: (scheduler: SchedulerContext) => void;
  /** The database is about to be closed: from now on nobody asks it. */
  readonly ended: () => void;
}

export interface ServeDashboardSettings {
  readonly version: string;
  readonly place: Place;
  /** Routes of others. */
  readonly beside: HttpServerOptions['pages'];
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Loads what it needs: other commands do without. */
export async function serveDashboard({ version, place, beside, onProblem }: ServeDashboardSettings): Promise<ServedDashboard> {
  const { openDashboard } = await import('../../dashboard/server/mount.ts');
  const known = { database: null as Database | null, scheduler: null as SchedulerContext | null };
  const dashboard = openDashboard({
    version,
    place,
    pageFolder: join(packageFolder(), 'dist', 'dashboard'),
    database: () => known.database,
    scheduler: () => known.scheduler,
    now: () => new Date(),
    onProblem,
  });
  return {
    async pages(server: FastifyInstance) {
      if (beside !== undefined) await server.register(async (context) => beside(context));
      await server.register(async (context) => dashboard.pages(context));
    },
    opened: (database) => (known.database = database),
    started: (scheduler) => (known.scheduler = scheduler),
    ended() {
      known.database = null;
      known.scheduler = null;
    },
    onProgress: (event, of) => dashboard.onProgress(event, of),
    onEvents: () => dashboard.onEvents(),
    onStatus: (event) => dashboard.onStatus(event),
    claimPath: () => dashboard.claimPath(),
  };
}
