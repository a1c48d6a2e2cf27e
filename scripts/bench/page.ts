/**
 * The overview in a real Chromium by the browser's own performance API, on the built page: how soon it is there on a slow line and a
 * slow processor, whether it jumps, and how long a person waits for an answer to a click, with 6 agents and with 600.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openHttpServer } from '../../cli/serve/http-server.ts';
import { hashOf, newSecret } from '../../dashboard/server/auth/secrets.ts';
import { openDashboard, type MountedDashboard } from '../../dashboard/server/mount.ts';
import { openBrowser } from '../../tests/support/browser.ts';
import { buildDashboard, MOST_FIRST_SCRIPT } from '../build-dashboard.ts';
import { judge, median, type Goal } from './measure.ts';
import { openScheduler } from './queue/bench-service.ts';
import { query, settle, startPostgres } from './queue/servers.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const REPOSITORIES = [1, 100] as const;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A phone on a slow fourth generation network: milliseconds there and back, bytes a second. */
const LINE = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 93_750 };
const SLOWER = 4;
const [MOST_LARGEST_MS, MOST_SHIFT, MOST_ANSWER_MS] = [2500, 0.1, 200];

/** Six agents for each repository, each with the last fifty runs; every tenth runs, and every seventh has failed twice. */
async function fill(url: string, repositories: number): Promise<void> {
  await query(
    url,
    `INSERT INTO upkeep.repository (id, identity, name, branch)
     SELECT gen_random_uuid(), 'acme/app-' || n, 'acme/app-' || n, 'main' FROM generate_series(1, $1) n`,
    [repositories],
  );
  await query(
    url,
    `INSERT INTO upkeep.agent (id, repository_id, name, branch, streak, tripped_at, last_outcome, last_settled_at)
     SELECT gen_random_uuid(), r.id, n.name, 'main', (hashtext(r.name || n.name) % 7 = 0)::int * 2,
       CASE WHEN hashtext(r.name || n.name) % 7 = 0 THEN now() END, CASE WHEN hashtext(r.name || n.name) % 7 = 0 THEN 'failed' ELSE 'passed' END, now()
     FROM upkeep.repository r, unnest(ARRAY['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs']) AS n (name)`,
  );
  await query(
    url,
    `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at)
     SELECT id, '*/5 * * * *', 'UTC', now() + interval '4 minutes', now() + interval '4 minutes' FROM upkeep.agent`,
  );
  const columns =
    'id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, started_at, attempt, correlation_id';
  await query(
    url,
    `INSERT INTO upkeep.run (${columns}, settled_at, outcome, duration_ms, errors, warnings, fixed)
     SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(a.id || n::text), 1, 3) || '8' || substr(md5(a.id || n::text), 5, 15))::uuid,
       a.repository_id, a.id, 'settled', 'schedule', 'NORMAL', ms, to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0),
       to_timestamp(ms / 1000.0), 1, 'c', to_timestamp(ms / 1000.0 + 5), (ARRAY['passed', 'fixed', 'failed', 'passed'])[1 + n % 4],
       1000 + hashtext(a.id || n::text) % 900, n % 3, n % 5, n % 2
     FROM upkeep.agent a, (SELECT n, (extract(epoch FROM now()) * 1000)::bigint - n * 300000 AS ms FROM generate_series(1, 50) n) s`,
  );
  await query(
    url,
    `INSERT INTO upkeep.run (${columns}) SELECT gen_random_uuid(), repository_id, id, 'running', 'schedule', 'NORMAL', 0, now(), now(), now(), 1, 'c'
     FROM upkeep.agent WHERE hashtext(id::text) % 10 = 0`,
  );
  await settle(url);
}

interface Served extends AsyncDisposable {
  readonly address: string;
  readonly cookie: { readonly name: string; readonly value: string };
}

/** The dashboard on a database, and an administrator's session. */
async function serve(url: string): Promise<Served> {
  const scheduler = await openScheduler(url);
  const { database, context } = scheduler;
  const fail = (what: string, error: unknown): never => {
    throw new Error(what, { cause: error });
  };
  const dashboard: MountedDashboard = openDashboard({
    version: '0.0.0',
    pageFolder: join(ROOT, 'dist', 'dashboard'),
    requestsAMinute: 1e9,
    place: { host: '127.0.0.1', hasTls: false, publicUrl: null },
    database: () => database,
    scheduler: () => context,
    now: () => new Date(),
    pathOf: () => null,
    settingsOf: () => Promise.resolve(null),
    redact: (text) => text,
    onOrdered: () => dashboard.onEvents(),
    onProblem: fail,
  });
  const server = await openHttpServer({
    port: 0,
    pages: dashboard.pages,
    onProblem: fail,
    health: { look: () => Promise.resolve([]) },
    metrics: { contentType: 'text/plain', read: () => Promise.resolve('') },
    status: () => null,
  });
  const [secret, userId] = [newSecret(), randomUUID()];
  await query(url, `INSERT INTO upkeep."user" (id, login, role) VALUES ($1, 'ann', 'admin')`, [userId]);
  await query(
    url,
    `INSERT INTO upkeep.session (id, user_id, hash, expires_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour')`,
    [userId, hashOf(secret)],
  );
  const [name = '', value = ''] = (await dashboard.cookieOf(secret)).split(/=(.*)/s);
  return {
    address: `http://127.0.0.1:${server.port}`,
    cookie: { name, value },
    async [Symbol.asyncDispose]() {
      await dashboard.close();
      await server.close();
      await scheduler.close();
    },
  };
}

/** Notes what the browser measures. A string: it runs in the page. */
const OBSERVE = `
  window.seen = { shift: 0, largest: 0, answers: [] };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { seen.largest = list.getEntries().at(-1).startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) seen.answers.push(entry.duration); })
    .observe({ type: 'event', durationThreshold: 16, buffered: true });`;

interface Seen {
  readonly first: number;
  readonly largest: number;
  readonly shift: number;
  readonly script: number;
}

/** A visit with an empty cache; the page is left open. */
async function visit(
  browser: Browser,
  { address, cookie }: Served,
  agents: number,
): Promise<{ context: BrowserContext; page: Page; seen: Seen }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ ...cookie, url: address }]);
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', LINE);
  await line.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.addInitScript({ content: OBSERVE });
  await page.goto(`${address}/`);
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page
    .locator('article[data-agent]')
    .nth(agents - 1)
    .waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
  const seen = await page.evaluate<Seen>(`({
    first: performance.getEntriesByName('first-contentful-paint')[0].startTime, largest: seen.largest, shift: seen.shift,
    script: performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0) })`);
  return { context, page, seen };
}

const choose = (page: Page, which: string) => page.getByRole('group', { name: 'Which agents' }).getByText(which).click();

/** What an administrator does here; the longest wait for an answer, in milliseconds, of each. */
const DEEDS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'those in trouble': (page) => choose(page, 'In trouble'),
  'those that move': (page) => choose(page, 'Moving'),
  'all again': (page) => choose(page, 'All'),
  'the next card, by the keyboard': (page) => page.keyboard.press('j'),
  'an order is begun': async (page) => {
    await page.getByRole('button', { name: 'Pause backend' }).first().click();
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
  },
  'its reason is typed': (page) => page.keyboard.type('release'),
  'it is left': async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  },
  'the palette': async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('A page, an agent, a repository').waitFor();
  },
};

async function answersOf(page: Page): Promise<ReadonlyMap<string, number>> {
  const answers = new Map<string, number>();
  for (const [name, deed] of Object.entries(DEEDS)) {
    await page.evaluate('seen.answers = []');
    await deed(page);
    // Two frames: what was done is painted, and told.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))');
    answers.set(name, await page.evaluate<number>('Math.max(0, ...seen.answers)'));
  }
  return answers;
}

await buildDashboard(ROOT);
const folder = mkdtempSync(join(tmpdir(), 'upkeep-page-'));
const goals: Goal[] = [];
try {
  await using postgres = await startPostgres(folder);
  const browser = await openBrowser();
  try {
    console.log(
      `Chromium ${browser.version()}; load ${loadavg()
        .map((one) => one.toFixed(1))
        .join(
          ' ',
        )}; processor ${SLOWER} times slower, ${LINE.latency} ms and ${LINE.downloadThroughput / 1024} kB/s; ${ROUNDS} visits with an empty cache`,
    );
    for (const repositories of REPOSITORIES) {
      const agents = repositories * 6;
      const url = await postgres.database(`bench_page_${agents}`);
      await using served = await scene(url, repositories);
      const visits: Seen[] = [];
      const answers = new Map<string, number[]>();
      for (let round = -1; round < ROUNDS; round += 1) {
        const { context, page, seen } = await visit(browser, served, agents);
        const waits = await answersOf(page);
        await context.close();
        if (round < 0) continue;
        visits.push(seen);
        for (const [name, ms] of waits) answers.set(name, [...(answers.get(name) ?? []), ms]);
      }
      const of = (pick: (seen: Seen) => number): number => median(visits.map(pick));
      const longest = Math.max(...[...answers.values()].map(median));
      console.log(
        `${agents} agents: first paint ${of(({ first }) => first).toFixed(0)} ms, largest ${of(({ largest }) => largest).toFixed(0)} ms, shift ${of(({ shift }) => shift).toFixed(3)}, ${of(({ script }) => script)} bytes of script`,
      );
      for (const [name, values] of answers)
        console.log(
          `  ${name.padEnd(32)} median ${median(values).toFixed(0).padStart(4)} ms, worst ${Math.max(...values)
            .toFixed(0)
            .padStart(4)} ms`,
        );
      goals.push(
        {
          what: `${agents} agents: script of the first page, kB`,
          value: of(({ script }) => script) / 1000,
          atMost: MOST_FIRST_SCRIPT / 1000,
        },
        // Of hundreds of agents the answer alone fills the line for a while: it is told, not judged.
        ...(repositories > 1
          ? []
          : [{ what: `${agents} agents: largest contentful paint, ms`, value: of(({ largest }) => largest), atMost: MOST_LARGEST_MS }]),
        { what: `${agents} agents: layout shift`, value: of(({ shift }) => shift), atMost: MOST_SHIFT },
        { what: `${agents} agents: the slowest answer, ms`, value: longest, atMost: MOST_ANSWER_MS },
      );
    }
    judge(goals);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A database with agents, and the dashboard on it. */
async function scene(url: string, repositories: number): Promise<Served> {
  // Its tables.
  await (await openScheduler(url)).close();
  await fill(url, repositories);
  return serve(url);
}
