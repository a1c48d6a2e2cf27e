/** Who is at the other end of a socket: as with a request, by the cookie or by a token. */
import type { IncomingMessage } from 'node:http';
import { fastifyCookie } from '@fastify/cookie';
import { livingSessions } from '../../../prisma/people/session-rows.ts';
import { livingTokens } from '../../../prisma/people/token-rows.ts';
import { connection, type ConnectionPool } from '../../../prisma/sql.ts';
import { requireHost, requireOrigin, type Place } from '../auth/origins.ts';
import { visitorOf } from '../auth/visitors.ts';
import type { Dashboard, Visitor } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import type { Cookies } from '../http/request-context.ts';
import type { LiveSocket } from './followers.ts';

/** Throws DashboardError `AUTH-HOST`, `AUTH-ORIGIN`: browsers say where a socket comes from, and other programs have no cookie. */
export function requirePlace({ headers }: Pick<IncomingMessage, 'headers'>, place: Place): void {
  const { host, origin } = headers;
  requireHost({ host }, place);
  requireOrigin({ host, origin }, place, false);
}

/** Throws DashboardError `AUTH-*`, and what the database says. */
export async function socketVisitor(socket: LiveSocket, dashboard: Pick<Dashboard, 'database'>, cookies: Cookies): Promise<Visitor> {
  const cookie = await cookies.open();
  const database = dashboard.database();
  if (database === null) throw new DashboardError('DATABASE-STARTING', 'the service opens its database: try again in a moment');
  const { headers, auth } = socket.handshake;
  const token: unknown = auth['token'];
  const authorization = typeof token === 'string' ? `Bearer ${token}` : headers.authorization;
  const visitor = await visitorOf({ authorization, cookies: fastifyCookie.parse(headers.cookie ?? '') }, database.pool, cookie);
  if (visitor === null) throw new DashboardError('AUTH-REQUIRED', 'sign in first, or send a token');
  return visitor;
}

/** Sockets whose session or token holds no more. */
export async function goneSockets(sockets: readonly LiveSocket[], pool: ConnectionPool): Promise<LiveSocket[]> {
  const ids = (of: 'sessionId' | 'tokenId'): string[] => [...new Set(sockets.flatMap(({ data }) => data.visitor[of] ?? []))];
  const [sessions, tokens] = await connection(pool, async (sql) => [
    await livingSessions(sql, ids('sessionId')),
    await livingTokens(sql, ids('tokenId')),
  ]);
  const alive = new Set<string | null>([...sessions.map(({ sessionId }) => sessionId), ...tokens.map(({ tokenId }) => tokenId)]);
  return sockets.filter(({ data: { visitor } }) => !alive.has(visitor.sessionId ?? visitor.tokenId));
}
