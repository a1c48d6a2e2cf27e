/** The dashboard on the service's HTTP server, beside whatever else is there. */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { MountedDashboard } from '../../dashboard/server/mount.ts';
import type { Place } from '../../dashboard/server/auth/origins.ts';
import type { Database } from '../../prisma/client.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { createLogKeeper, type LogKeeper } from '../../scheduler/keep-logs.ts';
import type { ServiceObserver } from '../../scheduler/service-observer.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import type { ServedClones } from './served-clones.ts';
import { packageFolder } from '../version.ts';
import type { CommandContext } from '../command-context.ts';
import { cloneSettings } from './clone-settings.ts';
import type { HttpServerOptions } from './http-server.ts';

export interface ServedDashboard extends Pick<MountedDashboard, 'onProgress' | 'onEvents' | 'onStatus' | 'claimPath'> {
  readonly pages: NonNullable<HttpServerOptions['pages']>;
  /** The database is open. */
  readonly opened: (database: Database) => void;
  /** The service takes orders. */
  readonly started: (scheduler: SchedulerContext, clones: Pick<ServedClones, 'pathOf'>) => void;
  /** The database is about to be closed: from now on nobody asks it. */
  readonly ended: () => Promise<void>;
  readonly observer: ServiceObserver;
  /** What checks print. */
  readonly logs: Pick<LogKeeper, 'begin' | 'append'>;
}

export interface ServeDashboardSettings {
  readonly context: Pick<CommandContext, 'environment' | 'version' | 'debug'>;
  readonly place: Place;
  /** Routes of others. */
  readonly beside: HttpServerOptions['pages'];
  readonly redact: (text: string) => string;
  /** Events that an order wrote. */
  readonly onOrdered: (events: readonly EventRow[]) => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Loads what it needs: other commands do without. */
export async function serveDashboard({
  context,
  place,
  beside,
  redact,
  onOrdered,
  onProblem,
}: ServeDashboardSettings): Promise<ServedDashboard> {
  const { openDashboard } = await import('../../dashboard/server/mount.ts');
  const known = {
    database: null as Database | null,
    scheduler: null as SchedulerContext | null,
    clones: null as Pick<ServedClones, 'pathOf'> | null,
  };
  const settings = cloneSettings(context);
  const pathOf = (id: string): string | null => known.clones?.pathOf(id) ?? null;
  const dashboard = openDashboard({
    version: context.version,
    place,
    pageFolder: join(packageFolder(), 'dist', 'dashboard'),
    database: () => known.database,
    scheduler: () => known.scheduler,
    pathOf,
    settingsOf: async (id) => {
      const path = pathOf(id);
      return path === null ? null : settings.of(path);
    },
    now: () => new Date(),
    redact,
    onOrdered,
    onProblem,
  });
  const logs = createLogKeeper({
    pool: () => known.database?.pool ?? null,
    onPiece: (piece) => dashboard.onLog(piece),
    onProblem: (error) => onProblem('what checks print could not be kept', error),
  });
  return {
    logs,
    observer: {
      claimed: (runs) => dashboard.onClaimed(runs),
      finished: (attempts) => logs.end(attempts.map(({ run }) => run.id)),
    },
    async pages(server: FastifyInstance) {
      if (beside !== undefined) await server.register(async (context) => beside(context));
      await server.register(async (context) => dashboard.pages(context));
    },
    opened: (database) => (known.database = database),
    started: (scheduler, clones) => void Object.assign(known, { scheduler, clones }),
    async ended() {
      await dashboard.close();
      await logs.close();
      known.database = null;
      known.scheduler = null;
    },
    onProgress: (event, of) => dashboard.onProgress(event, of),
    onEvents: () => dashboard.onEvents(),
    onStatus: (event) => dashboard.onStatus(event),
    claimPath: () => dashboard.claimPath(),
  };
}
