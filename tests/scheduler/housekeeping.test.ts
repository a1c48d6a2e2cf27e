import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backupName } from '../../prisma/backup/backup-files.ts';
import { verifyBackup } from '../../prisma/backup/backup-format.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { migrate } from '../../prisma/migrate.ts';
import { asTheOnlyOne } from '../../prisma/one-of-many.ts';
import { housekeep, type Housekept, type HousekeepingSettings } from '../../scheduler/housekeeping.ts';
import { testDatabase } from '../support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'upkeep-housekeeping-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;

interface Scene extends AsyncDisposable {
  readonly database: Database;
  readonly backupFolder: string;
  readonly problems: string[];
  keep(change?: Partial<HousekeepingSettings>): Promise<Housekept | null>;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

async function scene(): Promise<Scene> {
  const place = await testDatabase();
  await migrate(place.url);
  const database = await openDatabase(place.url);
  const backupFolder = join(folder, String((folders += 1)));
  const problems: string[] = [];
  const query = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await database.pool.query<Record<string, unknown>>(text, values)).rows;
  await query(`insert into upkeep.repository (id, identity, name, branch) values (gen_random_uuid(), 'a/b', 'b', 'main')`);
  return {
    database,
    backupFolder,
    problems,
    query,
    keep: (change = {}) =>
      housekeep({
        pool: database.pool,
        url: place.url,
        backupFolder,
        backup: { days: 0 },
        retention: { days: 90, runsPerAgent: 5000, auditDays: 700 },
        source: 'service:one',
        now: new Date(),
        signal: new AbortController().signal,
        onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
        ...change,
      }),
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** An agent with settled runs, one a day of these days ago, each with an attempt, a check and two findings. */
const AGENT_WITH_RUNS = `
  with a as (
    insert into upkeep.agent (id, repository_id, name, branch) select gen_random_uuid(), id, $1, 'main' from upkeep.repository returning id, repository_id
  ), r as (
    insert into upkeep.run (id, repository_id, agent_id, state, outcome, settled_at, trigger, priority, rank, requested_at, eligible_at, correlation_id)
    select (lpad(to_hex((extract(epoch from now() - (d - 0.5) * interval '1 day') * 1000)::bigint), 12, '0') || '7' || substr(md5($1 || d), 1, 3)
      || '8' || substr(md5($1 || d), 5, 15))::uuid, a.repository_id, a.id, 'settled', 'passed', now() - (d - 0.5) * interval '1 day',
      'manual', 'LOW', 1, now(), now(), 'c'
    from a, generate_series($2::int, $3::int) d returning id
  ), t as (
    insert into upkeep.attempt (run_id, number, service_id, started_at, ended_at, ending) select id, 1, gen_random_uuid(), now(), now(), 'passed' from r
  ), c as (
    insert into upkeep.check_result (run_id, "check", outcome, duration_ms) select id, 'eslint', 'passed', 1 from r returning run_id
  )
  insert into upkeep.finding (run_id, "check", rule, severity, message, fingerprint)
  select run_id, 'eslint', 'r', 'error', 'm', 'f' from c, generate_series(1, 2)`;

const AGES = `select a.name, count(*)::int as runs, round(extract(epoch from now() - min(r.settled_at)) / 86400)::int as oldest
  from upkeep.run r join upkeep.agent a on a.id = r.agent_id where r.state = 'settled' group by 1 order by 1`;

describe('housekeeping', () => {
  it('takes away old runs with all that belongs to them, but never the last ones of an agent or what is not settled', async () => {
    await using at = await scene();
    await at.query(AGENT_WITH_RUNS, ['busy', 1, 300]);
    await at.query(AGENT_WITH_RUNS, ['late', 80, 150]);
    await at.query(AGENT_WITH_RUNS, ['rare', 400, 420]);
    // The last run of an agent is not the newest where the ledger told of it later.
    await at.query(
      `update upkeep.agent a set last_run_id = (select id from upkeep.run r where r.agent_id = a.id order by settled_at limit 1) where name = 'busy'`,
    );
    await at.query(
      `insert into upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, requested_at, eligible_at, correlation_id)
       select gen_random_uuid(), repository_id, id, 'waiting', 'manual', 'LOW', 1, now() - interval '1 year', now(), 'c' from upkeep.agent`,
    );
    expect(await at.keep()).toMatchObject({ backup: null, pruned: [], retired: { runs: 210 - 1 + 71 - 50 } });
    expect(await at.query(AGES)).toEqual([
      { name: 'busy', runs: 91, oldest: 300 },
      { name: 'late', runs: 50, oldest: 129 },
      { name: 'rare', runs: 21, oldest: 420 },
    ]);
    const counts = `select (select count(*)::int from upkeep.attempt) as attempts, (select count(*)::int from upkeep.check_result) as checks,
      (select count(*)::int from upkeep.finding) as findings, (select count(*)::int from upkeep.run where state = 'waiting') as waiting`;
    expect(await at.query(counts)).toEqual([{ attempts: 162, checks: 162, findings: 324, waiting: 3 }]);

    expect(await at.keep({ retention: { days: 3650, runsPerAgent: 10, auditDays: 700 } })).toMatchObject({ retired: { runs: 131 } });
    expect(await at.query(AGES)).toMatchObject([
      { name: 'busy', runs: 11 },
      { name: 'late', runs: 10, oldest: 89 },
      { name: 'rare', runs: 10, oldest: 409 },
    ]);
    expect(at.problems).toEqual([]);
  });

  it('takes away old events, entries of the audit, services and what ledgers were told', async () => {
    await using at = await scene();
    const ago = `now() - d * interval '1 day'`;
    await at.query(
      `insert into upkeep.event (transaction, id, type, time, envelope) select 1, gen_random_uuid(), 'x', ${ago}, '{}' from generate_series(2500, 0, -1) d`,
    );
    await at.query(
      `insert into upkeep.audit (by, action, subject, at) select 'ann', 'pause', 'x', ${ago} from generate_series(800, 0, -1) d`,
    );
    await at.query(
      `insert into upkeep.outbox (id, repository_id, kind, payload, created_at, next_try_at, done_at)
       select gen_random_uuid(), r.id, 'ledger', '{}', ${ago}, now(), case when d <> 20 then ${ago} end from upkeep.repository r, generate_series(0, 30) d`,
    );
    await at.query(
      `insert into upkeep.service (id, host, pid, version, max_concurrent, seen_at, ended_at)
       select gen_random_uuid(), 'h' || d, 1, '0', 5, ${ago}, case when d <> 91 then ${ago} end from unnest(array[1, 89, 91, 92, 93]) d`,
    );
    await at.query(
      `insert into upkeep.agent (id, repository_id, name, branch) select gen_random_uuid(), id, 'qa', 'main' from upkeep.repository`,
    );
    await at.query(
      `insert into upkeep.run (id, repository_id, agent_id, state, service_id, trigger, priority, rank, requested_at, eligible_at, correlation_id)
       select gen_random_uuid(), a.repository_id, a.id, 'running', s.id, 'manual', 'LOW', 1, now(), now(), 'c'
       from upkeep.agent a, upkeep.service s where s.host = 'h93'`,
    );
    const kept = await at.keep();
    expect(kept?.retired).toEqual({ runs: 0, events: 2411, audit: 101, services: 2, outbox: 23, logs: 0 });
    expect(await at.query('select host from upkeep.service order by 1')).toEqual([{ host: 'h1' }, { host: 'h89' }, { host: 'h93' }]);
    expect((await at.keep())?.retired).toEqual({ runs: 0, events: 0, audit: 0, services: 0, outbox: 0, logs: 0 });
  });

  it('makes one backup a day for all services, and keeps them as long as it is told', async () => {
    await using at = await scene();
    const now = new Date();
    const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
    const backup = { days: 30 };
    const first = await at.keep({ backup, now });
    expect(first?.backup).toBe(join(at.backupFolder, backupName(now)));
    expect(await verifyBackup(first?.backup ?? '')).toMatchObject({ tables: expect.arrayContaining([]) as unknown[] });
    for (const days of [29, 31]) writeFileSync(join(at.backupFolder, backupName(daysAgo(days))), 'x');
    expect(await at.keep({ backup, now })).toMatchObject({ backup: null, pruned: [join(at.backupFolder, backupName(daysAgo(31)))] });
    expect(readdirSync(at.backupFolder).sort()).toEqual([backupName(daysAgo(29)), backupName(now)]);
    // Another machine, which has no backup of its own.
    const elsewhere = { backup, backupFolder: `${at.backupFolder}-elsewhere`, source: 'service:two' };
    expect(await at.keep(elsewhere)).toMatchObject({ backup: null });
    await at.query(`update upkeep.audit set at = at - interval '25 hours'`);
    expect((await at.keep(elsewhere))?.backup).toContain('-elsewhere/upkeep-');
    expect(at.problems).toEqual([]);
  });

  it('is left to one of several services, and goes on with the rest when a part cannot be done', async () => {
    await using at = await scene();
    await at.query(`insert into upkeep.audit (by, action, subject, at) values ('ann', 'pause', 'x', now() - interval '3 years')`);
    await asTheOnlyOne(at.database.url, 'housekeeping', async () => {
      expect(await at.keep()).toBeNull();
    });
    writeFileSync(at.backupFolder, 'in the way');
    const kept = await at.keep({ backup: { days: 30 } });
    expect(kept).toMatchObject({ backup: null, retired: { audit: 1 } });
    expect(at.problems).toEqual([
      expect.stringMatching(/^the daily backup could not be made: DatabaseError: .* cannot be used \(ENOTDIR\)/),
      expect.stringMatching(/^old backups could not be removed: DatabaseError: /),
    ]);
    expect(existsSync(at.backupFolder)).toBe(true);
  });

  it('ends before the next batch when its service stops', async () => {
    await using at = await scene();
    await at.query(`insert into upkeep.audit (by, action, subject, at) values ('ann', 'pause', 'x', now() - interval '3 years')`);
    expect(await at.keep({ signal: AbortSignal.abort() })).toMatchObject({ retired: { audit: 0 } });
  });
});
