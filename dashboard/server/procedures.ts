/** What every question and order begins with: who asks, whether they may, and how it is told when it goes wrong. */
import { initTRPC } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Database } from '../../prisma/client.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { ROLES, type Role } from '../wire/vocabulary-schema.ts';
import type { RequestContext, Visitor } from './dashboard.ts';
import { asTrpcError, DashboardError, failureOf } from './errors.ts';
import { requireStorable } from './stored-text.ts';

const trpc = initTRPC.context<RequestContext>().create({
  isDev: false,
  errorFormatter({ shape, error, ctx }) {
    const failure = failureOf(error, { requestId: ctx?.request.id ?? '', now: ctx?.dashboard.now() ?? new Date() });
    return { code: shape.code, message: failure.message, data: { ...failure, httpStatus: getHTTPStatusCodeFromError(error) } };
  },
});

export const { router } = trpc;
export const { createCallerFactory } = trpc;

/** Errors of ours become tRPC's, with their status. */
const coded = trpc.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  throw asTrpcError(result.error.cause ?? result.error);
});

/** Of what can be read at all; the rest is refused where it is read. */
const storable = trpc.middleware(async ({ getRawInput, next }) => {
  requireStorable(await getRawInput());
  return next();
});

/** Anybody may ask it. */
export const publicProcedure = trpc.procedure.use(coded).use(storable);

/** Lets those pass who have one of the roles from `least` on. */
export function needsRole(least: Role) {
  return trpc.middleware(({ ctx, next }) => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as it came
    if (ctx.visitor === null && ctx.unknownBecause !== null) throw ctx.unknownBecause;
    return next({ ctx: { visitor: requireRole(ctx.visitor, least) } });
  });
}

/** Reads. */
export const viewerProcedure = publicProcedure.use(needsRole('viewer'));
/** Pauses, resumes, schedules and manages people. */
export const adminProcedure = publicProcedure.use(needsRole('admin'));

/** Throws DashboardError `AUTH-REQUIRED` or `AUTH-ROLE`. */
export function requireRole(visitor: Visitor | null, least: Role): Visitor {
  if (visitor === null) throw new DashboardError('AUTH-REQUIRED', 'sign in first, or send a token: Authorization: Bearer …');
  if (ROLES.indexOf(visitor.role) < ROLES.indexOf(least))
    throw new DashboardError('AUTH-ROLE', `this needs the role ${least}, and ${visitor.login} is ${visitor.role}`, {
      needed: least,
      role: visitor.role,
    });
  return visitor;
}

/** Throws DashboardError `DATABASE-STARTING`. */
export function databaseOf({ dashboard }: RequestContext): Pick<Database, 'prisma' | 'pool'> {
  const database = dashboard.database();
  if (database === null) throw new DashboardError('DATABASE-STARTING', 'the service opens its database: try again in a moment');
  return database;
}

/** Throws DashboardError `DATABASE-STARTING`. */
export function schedulerOf({ dashboard }: RequestContext): SchedulerContext {
  const scheduler = dashboard.scheduler();
  if (scheduler === null) throw new DashboardError('DATABASE-STARTING', 'the service starts, or stops: try again in a moment');
  return scheduler;
}
