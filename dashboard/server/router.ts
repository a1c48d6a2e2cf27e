/** Every question and order of the dashboard, by subject. The page knows no more of the server than this type. */
import { router } from './procedures.ts';
import { agentsRouter } from './routers/agents.ts';
import { auditRouter, eventsRouter } from './routers/events.ts';
import { findingsRouter } from './routers/findings.ts';
import { queueRouter } from './routers/queue.ts';
import { repositoriesRouter } from './routers/repositories.ts';
import { runsRouter } from './routers/runs.ts';
import { scheduleRouter } from './routers/schedule.ts';
import { commitsRouter, escalationsRouter, schedulerRouter } from './routers/scheduler.ts';
import { sessionRouter } from './routers/session.ts';
import { settingsRouter } from './routers/settings.ts';

export const appRouter = router({
  session: sessionRouter,
  agents: agentsRouter,
  scheduler: schedulerRouter,
  commits: commitsRouter,
  escalations: escalationsRouter,
  runs: runsRouter,
  repositories: repositoriesRouter,
  queue: queueRouter,
  settings: settingsRouter,
  findings: findingsRouter,
  events: eventsRouter,
  audit: auditRouter,
  schedule: scheduleRouter,
});

export type AppRouter = typeof appRouter;
