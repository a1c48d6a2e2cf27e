/** What the server answers about the queue. Types only. */
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/router.ts';

export type QueueAnswer = inferRouterOutputs<AppRouter>['queue']['list'];
