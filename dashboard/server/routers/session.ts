/** Who somebody is, and signing in and out. */
import { hasUsers } from '../../../prisma/people/user-rows.ts';
import { endSession } from '../../../prisma/people/session-rows.ts';
import { writeAudit } from '../../../prisma/runs/audit-rows.ts';
import { connection, transaction } from '../../../prisma/sql.ts';
import {
  changePasswordInput,
  claimInput,
  doneOutput,
  linkInput,
  linkOutput,
  signedInOutput,
  signInInput,
  whoOutput,
} from '../../wire/session-schema.ts';
import { changePassword, claim, lookAtLink, signIn, type SignedIn } from '../auth/sign-in.ts';
import { personOf } from '../auth/visitors.ts';
import type { RequestContext } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import { databaseOf, publicProcedure, router, viewerProcedure } from '../procedures.ts';

export const sessionRouter = router({
  who: publicProcedure.output(whoOutput).query(async ({ ctx }) => {
    const { visitor, dashboard } = ctx;
    const isClaimed = await claimedOrUnknown(ctx);
    return {
      user: visitor === null ? null : { login: visitor.login, name: visitor.name, role: visitor.role },
      version: dashboard.version,
      hasDatabase: isClaimed !== null,
      isUnclaimed: isClaimed === false,
    };
  }),

  signIn: publicProcedure
    .input(signInInput)
    .output(signedInOutput)
    .mutation(async ({ ctx, input }) => {
      const { address } = ctx.request;
      const sessionId = ctx.visitor?.sessionId ?? null;
      return welcome(ctx, await signIn(databaseOf(ctx).pool, { ...input, address, sessionId }));
    }),

  /** An order, so that the secret stands in no address. */
  link: publicProcedure
    .input(linkInput)
    .output(linkOutput)
    .mutation(({ ctx, input }) => lookAtLink(databaseOf(ctx).pool, { ...input, address: ctx.request.address })),

  claim: publicProcedure
    .input(claimInput)
    .output(signedInOutput)
    .mutation(async ({ ctx, input }) => {
      const { secret, login, password, name } = input;
      return welcome(ctx, await claim(databaseOf(ctx).pool, { secret, login, password, name, address: ctx.request.address }));
    }),

  signOut: publicProcedure.output(doneOutput).mutation(async ({ ctx }) => {
    const { visitor, request, dashboard } = ctx;
    if (visitor !== null && visitor.sessionId !== null) {
      const { sessionId, login } = visitor;
      await transaction(databaseOf(ctx).pool, async (sql) => {
        await endSession(sql, sessionId);
        await writeAudit(sql, { by: login, action: 'sign-out', subject: login, detail: { from: request.address } });
      });
      dashboard.onSessionsEnded();
    }
    await request.keepSession(null);
    return { done: true as const };
  }),

  changePassword: viewerProcedure
    .input(changePasswordInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      const { userId, login, sessionId } = ctx.visitor;
      if (sessionId === null)
        throw new DashboardError('AUTH-SESSION', 'a password is changed by whoever has signed in with it, not with a token');
      const { address } = ctx.request;
      await changePassword(databaseOf(ctx).pool, { ...input, userId, login, sessionId, address });
      ctx.dashboard.onSessionsEnded();
      return { done: true as const };
    }),
});

async function welcome({ request, dashboard }: RequestContext, { person, secret }: SignedIn) {
  await request.keepSession(secret);
  dashboard.onSessionsEnded();
  const { login, name, role } = personOf(person);
  return { user: { login, name, role } };
}

/** Null: the database cannot be asked. */
async function claimedOrUnknown({ dashboard }: RequestContext): Promise<boolean | null> {
  const database = dashboard.database();
  if (database === null) return null;
  try {
    return await connection(database.pool, hasUsers);
  } catch (error) {
    dashboard.onProblem('the database does not answer the dashboard', error);
    return null;
  }
}
