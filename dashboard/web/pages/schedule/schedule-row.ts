/** What the server answers about schedules. Types only. */
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../../server/router.ts';

type Answers = inferRouterOutputs<AppRouter>['schedule'];
export type ScheduleRow = Answers['list'][number];
export type Preview = Answers['preview'];
