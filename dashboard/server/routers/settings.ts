/** People, tokens, and the configuration as it is resolved. */
import { people, tokens, type PersonFacts, type TokenFacts } from '../../../prisma/read/people.ts';
import { repositoryPlace } from '../../../prisma/read/repositories.ts';
import { oneRepositoryInput } from '../../wire/repositories-schema.ts';
import { doneOutput } from '../../wire/session-schema.ts';
import {
  configurationOutput,
  disableInput,
  inviteInput,
  linkPathOutput,
  makeTokenInput,
  makeTokenOutput,
  setRoleInput,
  tokenInput,
  tokensOutput,
  userInput,
  usersOutput,
} from '../../wire/settings-schema.ts';
import { ROLES } from '../../wire/vocabulary-schema.ts';
import { changeRole, disable, invite, issueToken, newLink, takeToken, type Manager } from '../auth/manage-people.ts';
import { roleOf } from '../auth/visitors.ts';
import type { RequestContext, Visitor } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import { adminOrder, viewerOrder } from '../orders.ts';
import { adminProcedure, databaseOf, router, viewerProcedure } from '../procedures.ts';

const DAY_MS = 86_400_000;

const usersRouter = router({
  list: adminProcedure.output(usersOutput).query(async ({ ctx }) => (await people(databaseOf(ctx).prisma)).map(personRow)),

  invite: adminOrder
    .input(inviteInput)
    .output(linkPathOutput)
    .mutation(({ ctx, input }) => invite(databaseOf(ctx).pool, { ...input, name: input.name ?? null, by: managerOf(ctx) })),

  link: adminOrder
    .input(userInput)
    .output(linkPathOutput)
    .mutation(({ ctx, input }) => newLink(databaseOf(ctx).pool, { ...input, by: managerOf(ctx) })),

  setRole: adminOrder
    .input(setRoleInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      await changeRole(databaseOf(ctx).pool, { ...input, by: managerOf(ctx) });
      return { done: true as const };
    }),

  disable: adminOrder
    .input(disableInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      await disable(databaseOf(ctx).pool, { ...input, by: managerOf(ctx) });
      ctx.dashboard.onSessionsEnded();
      return { done: true as const };
    }),
});

const tokensRouter = router({
  /** An administrator sees those of everybody. */
  list: viewerProcedure.output(tokensOutput).query(async ({ ctx }) => {
    const { role, userId } = ctx.visitor;
    return (await tokens(databaseOf(ctx).prisma, role === 'admin' ? null : userId)).map(tokenRow);
  }),

  make: viewerOrder
    .input(makeTokenInput)
    .output(makeTokenOutput)
    .mutation(async ({ ctx, input }) => {
      const { visitor, dashboard } = ctx;
      if (visitor.sessionId === null) throw new DashboardError('AUTH-SESSION', 'a token makes no tokens: sign in with a password');
      if (ROLES.indexOf(input.role) > ROLES.indexOf(visitor.role))
        throw new DashboardError('AUTH-ROLE', `a token has at most the role of its person, which is ${visitor.role}`, {
          role: visitor.role,
        });
      const expiresAt = input.days ? new Date(dashboard.now().getTime() + input.days * DAY_MS) : null;
      const { name, role } = input;
      return issueToken(databaseOf(ctx).pool, { userId: visitor.userId, name, role, expiresAt, by: managerOf(ctx) });
    }),

  revoke: viewerOrder
    .input(tokenInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      const { role, userId } = ctx.visitor;
      await takeToken(databaseOf(ctx).pool, { id: input.id, userId: role === 'admin' ? null : userId, by: managerOf(ctx) });
      ctx.dashboard.onSessionsEnded();
      return { done: true as const };
    }),
});

export const settingsRouter = router({
  users: usersRouter,
  tokens: tokensRouter,

  configuration: viewerProcedure
    .input(oneRepositoryInput)
    .output(configurationOutput)
    .query(async ({ ctx, input }) => {
      const { dashboard } = ctx;
      const place = await repositoryPlace(databaseOf(ctx).prisma, input.repository);
      if (place === null) throw new DashboardError('NOT-FOUND-REPOSITORY', 'there is no such repository any more');
      const settings = await dashboard.settingsOf(input.repository);
      const clean = (value: unknown): ReturnType<typeof JSON.parse> => JSON.parse(dashboard.redact(JSON.stringify(value ?? null))) as never;
      return {
        values: (settings?.values ?? []).map(({ key, value, origin }) => ({ key, value: clean(value) as string, origin })),
        problem: settings === null || settings.problem === null ? null : dashboard.redact(settings.problem),
        isHere: settings !== null,
      };
    }),
});

function managerOf({ visitor, request }: RequestContext & { readonly visitor: Visitor }): Manager {
  return { login: visitor.login, address: request.address };
}

function personRow({ id, login, name, role, createdAt, disabledAt, lastSeenAt, isInvited }: PersonFacts) {
  return {
    ...{ id, login, name, isInvited, role: roleOf(role), createdAt: createdAt.toISOString() },
    disabledAt: disabledAt?.toISOString() ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  };
}

function tokenRow({ id, name, login, role, createdAt, lastUsedAt, expiresAt, revokedAt }: TokenFacts) {
  return {
    ...{ id, name, login, role: roleOf(role), createdAt: createdAt.toISOString() },
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
