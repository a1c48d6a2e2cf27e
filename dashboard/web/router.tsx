/** Every address of the page. What stands after the `?` is a filter, so that each view can be linked. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { Overview } from './pages/overview/overview.tsx';
import { Broken, NotThere } from './shell/broken.tsx';
import { Shell } from './shell/shell.tsx';
import {
  readCommon,
  readEvents,
  readFindings,
  readOverview,
  readRuns,
  readSchedule,
  readSettings,
  readSignIn,
  type AuditSearch,
  type CommonSearch,
  type EventsSearch,
  type FindingsSearch,
  type OverviewSearch,
  type RunsSearch,
  type ScheduleSearch,
  type SettingsSearch,
  type SignInSearch,
} from './search.ts';

const root = createRootRoute({ errorComponent: Broken, notFoundComponent: NotThere });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: SignInSearch & SearchSchemaInput) => readSignIn(search),
  component: lazyRouteComponent(() => import('./pages/session/sign-in.tsx'), 'SignIn'),
});

const claim = createRoute({
  getParentRoute: () => root,
  path: '/claim',
  component: lazyRouteComponent(() => import('./pages/session/claim.tsx'), 'Claim'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  validateSearch: (search: CommonSearch & SearchSchemaInput) => readCommon(search),
  search: { middlewares: [retainSearchParams(['repository'])] },
  component: Shell,
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: (search: OverviewSearch & SearchSchemaInput) => readOverview(search),
  component: Overview,
});

const runs = createRoute({
  getParentRoute: () => inside,
  path: '/runs',
  validateSearch: (search: RunsSearch & SearchSchemaInput) => readRuns(search),
  component: lazyRouteComponent(() => import('./pages/runs/runs.tsx'), 'Runs'),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/runs/$runId',
  component: lazyRouteComponent(() => import('./pages/run/run.tsx'), 'Run'),
});

const schedule = createRoute({
  getParentRoute: () => inside,
  path: '/schedule',
  validateSearch: (search: ScheduleSearch & SearchSchemaInput) => readSchedule(search),
  component: lazyRouteComponent(() => import('./pages/schedule/schedule.tsx'), 'Schedule'),
});

const queue = createRoute({
  getParentRoute: () => inside,
  path: '/queue',
  component: lazyRouteComponent(() => import('./pages/queue/queue.tsx'), 'Queue'),
});

const events = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: (search: EventsSearch & SearchSchemaInput) => readEvents(search),
  component: lazyRouteComponent(() => import('./pages/events/events.tsx'), 'Events'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: (search: AuditSearch & SearchSchemaInput) => readCommon(search),
  component: lazyRouteComponent(() => import('./pages/audit/audit.tsx'), 'Audit'),
});

const findings = createRoute({
  getParentRoute: () => inside,
  path: '/findings',
  validateSearch: (search: FindingsSearch & SearchSchemaInput) => readFindings(search),
  component: lazyRouteComponent(() => import('./pages/findings/findings.tsx'), 'Findings'),
});

const graph = createRoute({
  getParentRoute: () => inside,
  path: '/graph',
  component: lazyRouteComponent(() => import('./pages/graph/graph.tsx'), 'Graph'),
});

const repositories = createRoute({
  getParentRoute: () => inside,
  path: '/repositories',
  component: lazyRouteComponent(() => import('./pages/repositories/repositories.tsx'), 'Repositories'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: (search: SettingsSearch & SearchSchemaInput) => readSettings(search),
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});

const tree = root.addChildren([
  signIn,
  claim,
  inside.addChildren([overview, runs, run, schedule, queue, events, audit, findings, graph, repositories, settings]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  scrollRestoration: true,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotThere,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
