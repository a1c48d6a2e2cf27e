/** What the server answers about a run. Types only. */
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/router.ts';

export type RunDetails = inferRouterOutputs<AppRouter>['runs']['get'];
