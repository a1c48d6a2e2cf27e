/** The dashboard of a service: its routes on the service's HTTP server, and what it has to be told of the service. */
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import type { EventOf, UpkeepEvent } from '../../ledger/event.ts';
import type { LogPiece } from '../../prisma/runs/check-logs.ts';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import type { LiveProgress } from '../wire/live-schema.ts';
import { isSecure, type Place } from './auth/origins.ts';
import { firstAdminSecret } from './auth/sign-in.ts';
import type { Dashboard } from './dashboard.ts';
import { DashboardError, isFault } from './errors.ts';
import { addExports, type MakeContext } from './http/exports.ts';
import { addGuards, TRPC_PREFIX } from './http/guards.ts';
import { createCookies, requestContext } from './http/request-context.ts';
import { addStaticFiles } from './http/static-files.ts';
import { openLive, type Live } from './live/relay.ts';
import { createRunProgress } from './live/run-progress.ts';
import { appRouter } from './router.ts';

export interface DashboardSettings extends Omit<Dashboard, 'progress' | 'onSessionsEnded'> {
  readonly place: Place;
  /** Where the built page is. */
  readonly pageFolder: string;
  /** From one address; default 1200: many pages of one household, and no flood. */
  readonly requestsAMinute?: number;
}

export interface MountedDashboard {
  /** Adds its routes to a context of its own. */
  readonly pages: (server: FastifyInstance) => Promise<void>;
  /** Of a run of this service, on its way; `agentId`: that of the database, where it is known. */
  readonly onProgress: (event: UpkeepEvent, of: { readonly repositoryId: string; readonly agentId: string | null }) => void;
  /** This service, or one of its clones, wrote events. */
  readonly onEvents: () => void;
  /** This service begins with runs. */
  readonly onClaimed: (runs: readonly Pick<ClaimedRun, 'id' | 'repositoryId' | 'agentId'>[]) => void;
  /** A check of a run of this service printed something. */
  readonly onLog: (piece: LogPiece) => void;
  readonly onStatus: (event: EventOf<'scheduler:status'>) => void;
  /** The path of the link that makes the first administrator, made anew; null: there is one. Throws what the database says. */
  readonly claimPath: () => Promise<string | null>;
  /** What a browser sends that holds this secret of a session: `name=value`. */
  readonly cookieOf: (secret: string) => Promise<string>;
  /** Ends every socket, before the database goes; the pages see it, and come back when there is a service again. */
  readonly close: () => Promise<void>;
}

const MOST_A_MINUTE = 1_200;
const MOST_IN_A_BATCH = 25;
/** Of what a run says of its way. */
const MOST_CHARACTERS = 500;

export function openDashboard(settings: DashboardSettings): MountedDashboard {
  const { place } = settings;
  const progress = createRunProgress();
  let live: Live | null = null;
  const dashboard: Dashboard = { ...settings, progress, onSessionsEnded: () => live?.onSessionsEnded() };
  const cookies = createCookies(dashboard, place);
  const tell = (word: LiveProgress): void => {
    progress.hear(word);
    live?.onProgress(word);
  };
  return {
    async pages(server) {
      live = openLive({ server: server.server, dashboard, place, cookies, onForeignProgress: (word) => progress.hear(word) });
      // Before the server waits for the ends of its connections.
      server.addHook('preClose', async () => live?.close());
      addGuards(server, dashboard, place);
      await server.register(helmet, helmetOptions(place));
      await server.register(rateLimit, {
        max: settings.requestsAMinute ?? MOST_A_MINUTE,
        timeWindow: '1 minute',
        errorResponseBuilder: (_request, { ttl }) =>
          new DashboardError('LIMIT-REQUESTS', 'too many requests from this address: wait a little', {
            retryAfterSeconds: Math.ceil(ttl / 1000),
          }),
      });
      await server.register(compress, { threshold: 1024 });
      await server.register(cookie);
      await server.register(async (page) => addStaticFiles(page, settings.pageFolder));
      const createContext: MakeContext = (request, reply) => requestContext(request, reply, { dashboard, place, cookies });
      addExports(server, createContext);
      await server.register(async (api) => addProcedures(api, createContext, dashboard));
    },
    onProgress(event, { repositoryId, agentId }) {
      progress.watch(event);
      if (event.type === 'agent:started')
        tell({ runId: event.data.runId, repositoryId, agentId, progress: 0, check: null, message: 'started' });
      if (event.type !== 'agent:progress') return;
      const { runId, outcome, message } = event.data;
      // A check that ended is not under way: the first that has not is shown.
      const next = outcome === null ? undefined : progress.checksOf(runId).find((one) => one.outcome === null);
      const check = next?.check ?? event.data.check;
      tell({ runId, repositoryId, agentId, progress: event.data.progress, check, message: message.slice(0, MOST_CHARACTERS) });
    },
    onClaimed(runs) {
      for (const { id, repositoryId, agentId } of runs)
        tell({ runId: id, repositoryId, agentId, progress: 0, check: null, message: 'claimed' });
    },
    onLog: ({ runId, check, place: offset, text }) => live?.onLog({ runId, check, offset, chunk: text }),
    onEvents: () => live?.onEvents(),
    onStatus({ time, data }) {
      const { running, queued, paused, tripped, errored, nextDueAt, driftMs } = data;
      live?.onStatus({ at: time, running, queued, paused, tripped, errored, nextDueAt, driftMs });
    },
    async claimPath() {
      const database = dashboard.database();
      const secret = database === null ? null : await firstAdminSecret(database.pool);
      return secret === null ? null : `/claim#${secret}`;
    },
    close: async () => live?.close(),
    async cookieOf(secret) {
      const { name, sign } = await cookies.open();
      return `${name}=${encodeURIComponent(sign(secret))}`;
    },
  };
}

/** The questions and orders, under one address each. */
function addProcedures(server: FastifyInstance, createContext: MakeContext, { onProblem }: Pick<Dashboard, 'onProblem'>): void {
  server.removeAllContentTypeParsers();
  // tRPC reads it itself.
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.all(`${TRPC_PREFIX}*`, async (request, reply) => {
    const path = (request.params as { readonly '*': string })['*'];
    await fastifyRequestHandler({
      router: appRouter,
      req: request,
      res: reply,
      path,
      maxBatchSize: MOST_IN_A_BATCH,
      createContext: () => createContext(request, reply),
      onError: ({ error, path: procedure = 'something else' }) => {
        if (isFault(error)) onProblem(`${procedure} could not be answered (request ${request.id})`, error.cause ?? error);
      },
    });
  });
}

/** Nothing comes from elsewhere, no script and no handler stands in a page; only styles may, which the components set by themselves. */
function helmetOptions(place: Place) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Told only where TLS is: elsewhere it would lock people out of other services of the machine.
    strictTransportSecurity: isSecure(place) ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
  } as const;
}
