/** Agents with schedules, thousands of them, in a database of the benchmark's. */
import type { ConnectionPool } from '../../../prisma/sql.ts';

/** Six agents in each repository, each of them once a day at a minute of its own; none is due within the next hours. */
export async function fillAgents(pool: ConnectionPool, count: number): Promise<void> {
  await pool.query('TRUNCATE upkeep.repository, upkeep.service, upkeep.event CASCADE');
  await pool.query('TRUNCATE upkeep_queue.job_common, upkeep_queue.job');
  await pool.query(
    `INSERT INTO upkeep.repository (id, identity, name, branch)
     SELECT gen_random_uuid(), 'acme/' || n, 'acme/' || n, 'main' FROM generate_series(1, ceil($1::float8 / 6)::int) AS n`,
    [count],
  );
  await pool.query(
    `INSERT INTO upkeep.agent (id, repository_id, name, branch)
     SELECT gen_random_uuid(), r.id, a.name, 'main'
     FROM unnest(ARRAY['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs']) AS a (name), upkeep.repository r LIMIT $1`,
    [count],
  );
  // Spread over three hours, from six hours from now on.
  await pool.query(
    `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at)
     SELECT id, to_char(slot, 'FMMI FMHH24') || ' * * *', 'UTC', slot, slot
     FROM (SELECT id, date_trunc('minute', now()) + (360 + floor(random() * 180)) * interval '1 min' AS slot FROM upkeep.agent) AS s`,
  );
  await pool.query('VACUUM (ANALYZE)');
}

/** Makes `count` agents due that never ran: each has one slot of the last day. Returns their ids. */
export async function makeDue(pool: ConnectionPool, count: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `UPDATE upkeep.schedule s SET next_slot_at = next_slot_at - interval '1 day', next_run_at = next_run_at - interval '1 day'
     FROM (SELECT id FROM upkeep.agent WHERE last_run_id IS NULL ORDER BY random() LIMIT $1) AS a
     WHERE s.agent_id = a.id RETURNING a.id`,
    [count],
  );
  return rows.map(({ id }) => id);
}
