/** The page of runs with a million of them against a thousand: how long its question takes, by what is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { migrate } from '../../prisma/migrate.ts';
import { runPage, type RunPageAsk } from '../../prisma/read/run-pages.ts';
import { judge, median } from './measure.ts';
import { query, settle, startPostgres } from './queue/servers.ts';

/** Of each question, in each database. */
const SAMPLES = Number(process.argv[2] ?? 100);
const SIZES = [1_000, 1_000_000] as const;
const LIMIT = 50;
/** Between two runs. */
const STEP_MS = 10_000;
const NEWEST = Date.UTC(2026, 10, 1);

/** Runs of 24 agents in four repositories, one every ten seconds, the newest on the first of November 2026. */
async function fill(url: string, count: number): Promise<void> {
  await query(
    url,
    `INSERT INTO upkeep.repository (id, identity, name, branch) SELECT gen_random_uuid(), 'acme/' || n, 'acme/' || n, 'main' FROM generate_series(1, 4) n`,
  );
  await query(
    url,
    `INSERT INTO upkeep.agent (id, repository_id, name, branch)
     SELECT gen_random_uuid(), r.id, n.name, 'main' FROM upkeep.repository r,
       unnest(ARRAY['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs']) AS n (name)`,
  );
  // Ids as ours are: the time first.
  await query(
    url,
    `INSERT INTO upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, started_at, settled_at,
       attempt, outcome, message, commit, duration_ms, errors, warnings, fixed, correlation_id)
     SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 5, 15))::uuid,
       a.repository_id, a.id, 'settled', (ARRAY['schedule', 'push', 'manual', 'schedule'])[1 + n % 4], 'NORMAL', ms,
       to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0 + 1), to_timestamp(ms / 1000.0 + 5), 1,
       (ARRAY['passed', 'skipped', 'skipped', 'fixed', 'failed', 'passed', 'skipped', 'errored'])[1 + (hashint4(n) & 7)], 'nothing to do',
       CASE WHEN n % 8 = 3 THEN md5(n::text) || substr(md5(n::text), 1, 8) END, (n::bigint * 7919) % 60000, n % 3, n % 5, n % 2, 'c'
     FROM (SELECT n, $1::bigint - n::bigint * ${STEP_MS} AS ms FROM generate_series(1, $2::int) n) s
     JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM upkeep.agent) a ON a.place = s.n % 24`,
    [NEWEST, count],
  );
  await settle(url);
}

interface Place {
  readonly count: number;
  readonly database: Database;
  readonly agentId: string;
  readonly repositoryId: string;
  /** A run in the middle. */
  readonly middle: { readonly id: string; readonly durationMs: number };
}

/** What people ask, besides a text, which no index has. */
const QUESTIONS: Readonly<Record<string, (place: Place) => Partial<RunPageAsk>>> = {
  'the newest': () => ({}),
  'the middle of all': ({ middle }) => ({ after: { key: 0, id: middle.id } }),
  'the oldest': () => ({ sort: 'oldest' }),
  'the longest': () => ({ sort: 'longest' }),
  'of one agent': ({ agentId }) => ({ filters: { agent: [agentId] } }),
  'of all qa agents, failed or errored': () => ({ filters: { agentName: ['qa'], outcome: ['failed', 'errored'] } }),
  'of one repository': ({ repositoryId }) => ({ filters: { repository: repositoryId } }),
  'by push': () => ({ filters: { trigger: ['push'] } }),
  'on a branch': () => ({ filters: { branch: 'main' } }),
  'of one hour': () => ({ filters: { from: new Date(NEWEST - 2 * 3_600_000), to: new Date(NEWEST - 3_600_000) } }),
};
const TEXT = 'by a text that nothing has';

const folder = mkdtempSync(join(tmpdir(), 'upkeep-run-pages-'));
try {
  await using postgres = await startPostgres(folder);
  const places: Place[] = [];
  for (const count of SIZES) {
    const url = await postgres.database(`bench_runs_${count}`);
    await migrate(url);
    await fill(url, count);
    places.push(await placeOf(await openDatabase(url), count));
    console.log(`${count.toLocaleString('en')} runs are there`);
  }
  const names = [...Object.keys(QUESTIONS), TEXT];
  const times = new Map(names.map((name) => [name, places.map((): number[] => [])]));
  for (let sample = -5; sample < SAMPLES; sample++) {
    for (const name of names) {
      for (const [index, place] of places.entries()) {
        const took = await ask(place, name);
        if (sample >= 0) times.get(name)?.[index]?.push(took);
      }
    }
  }
  console.log(
    `PostgreSQL ${postgres.version}; load ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')}; a page of ${LIMIT}, ${SAMPLES} times`,
  );
  for (const [name, [few = [], many = []]] of times) {
    const shown = [few, many].map((one) => `median ${median(one).toFixed(1).padStart(6)} ms, p99 ${p99(one).toFixed(1).padStart(6)} ms`);
    console.log(`${name.padEnd(38)} ${shown.join('   against   ')}   ratio of medians ${(median(many) / median(few)).toFixed(2)}`);
  }
  const of = (index: number): number[] => names.filter((name) => name !== TEXT).flatMap((name) => times.get(name)?.[index] ?? []);
  judge([{ what: 'p99 of a page of runs, 1,000,000 / 1,000', value: p99(of(1)) / p99(of(0)), atMost: 3 }]);
  for (const { database } of places) await database.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function ask(place: Place, name: string): Promise<number> {
  const question = name === TEXT ? { filters: { search: 'zzz nowhere' } } : (QUESTIONS[name]?.(place) ?? {});
  const start = performance.now();
  const rows = await runPage(place.database.prisma, { filters: {}, sort: 'newest', after: null, limit: LIMIT, ...question });
  const took = performance.now() - start;
  if (name !== TEXT && rows.length === 0) throw new Error(`nothing was found ${name} among ${place.count} runs`);
  return took;
}

async function placeOf(database: Database, count: number): Promise<Place> {
  const [agent] = (
    await database.pool.query<{ id: string; repository_id: string }>('SELECT id, repository_id FROM upkeep.agent ORDER BY id LIMIT 1')
  ).rows;
  const [middle] = (
    await database.pool.query<{ id: string; duration: number }>(
      'SELECT id, duration_ms AS duration FROM upkeep.run ORDER BY id OFFSET $1 LIMIT 1',
      [Math.floor(count / 2)],
    )
  ).rows;
  if (agent === undefined || middle === undefined) throw new Error('the database was not filled');
  return { count, database, agentId: agent.id, repositoryId: agent.repository_id, middle: { id: middle.id, durationMs: middle.duration } };
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN;
}
