/** Who is signed in, as far as is known. Pure. */
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/router.ts';

export type Who = inferRouterOutputs<AppRouter>['session']['who'];

/** Without its database the server knows nobody: that is no reason to show people out. */
export function keepPerson(before: Who | undefined, now: Who): Who {
  return now.hasDatabase ? now : { ...now, user: before?.user ?? null, isUnclaimed: false };
}
