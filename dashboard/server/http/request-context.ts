/** What procedures are told of a request. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openSessionCookie, type SessionCookie } from '../auth/session-cookie.ts';
import { isSecure, type Place } from '../auth/origins.ts';
import { SESSION_DAYS, visitorOf } from '../auth/visitors.ts';
import type { Dashboard, RequestContext, Visitor } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';

/** The cookie of a database, read once. */
export interface Cookies {
  /** Throws DashboardError `DATABASE-STARTING`, and what the database says. */
  readonly open: () => Promise<SessionCookie>;
}

export function createCookies(dashboard: Pick<Dashboard, 'database'>, place: Place): Cookies {
  let known: SessionCookie | null = null;
  return {
    async open() {
      const database = dashboard.database();
      if (database === null) throw new DashboardError('DATABASE-STARTING', 'the service opens its database: try again in a moment');
      known ??= await openSessionCookie(database.pool, isSecure(place));
      return known;
    },
  };
}

export interface ContextSettings {
  readonly dashboard: Dashboard;
  readonly place: Place;
  readonly cookies: Cookies;
}

const DAY_SECONDS = 86_400;

/** Never throws: who asks is unknown then, and why stands in `unknownBecause`. */
export async function requestContext(request: FastifyRequest, reply: FastifyReply, settings: ContextSettings): Promise<RequestContext> {
  const { dashboard, place, cookies } = settings;
  const who = await whoAsks(request, settings);
  return {
    dashboard,
    ...who,
    request: {
      id: request.id,
      address: request.ip,
      async keepSession(secret) {
        const cookie = await cookies.open();
        const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(place) } as const;
        if (secret === null) void reply.clearCookie(cookie.name, options);
        else void reply.setCookie(cookie.name, cookie.sign(secret), { ...options, maxAge: SESSION_DAYS * DAY_SECONDS });
      },
    },
  };
}

async function whoAsks(
  { headers, cookies: sent }: FastifyRequest,
  { dashboard, cookies }: ContextSettings,
): Promise<{ readonly visitor: Visitor | null; readonly unknownBecause: unknown }> {
  try {
    const cookie = await cookies.open();
    const database = dashboard.database();
    if (database === null) throw new DashboardError('DATABASE-STARTING', 'the service opens its database: try again in a moment');
    const credentials = { authorization: headers.authorization, cookies: sent };
    return { visitor: await visitorOf(credentials, database.pool, cookie), unknownBecause: null };
  } catch (error) {
    return { visitor: null, unknownBecause: error };
  }
}
