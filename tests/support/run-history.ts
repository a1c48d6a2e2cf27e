/** What six agents did in the last days, written into a database: runs of every outcome, findings that grow and go, an open issue. */
import { uuidv7 } from '../../ledger/event.ts';
import type { SceneDatabase } from './dashboard-scene.ts';

/** By agent, oldest first: passed, fixed, failed, errored, skipped. */
const RUNS: Readonly<Record<string, string>> = {
  architecture: 'ppppfpppppppppppppfppppppppppppffppppppppppppppf',
  backend: 'ppfppxfppppppxxxfpppppppfpppppppeppppppfppppppxx',
  devops: 'ppppppppppppppfpppppppppeepppppppppppppppppfpppp',
  docs: 'fpppfppfpppppppfppppppxfppppfppppppffpppppppppfp',
  frontend: 'pxxxxffppppppppffpppppppxfpppppppppppppppfppppff',
  qa: 'pppxfppppppppppxxfpppppppppppppexfppppppppppfppp',
};
const OUTCOMES: Readonly<Record<string, string>> = { p: 'passed', f: 'fixed', x: 'failed', e: 'errored' };
const REASONS: Readonly<Record<string, string>> = { failed: 'errors-left', errored: 'timeout' };
const EVERY_MS = 19 * 60_000;
/** Milliseconds that a run of an agent takes, about. */
const TAKES: Readonly<Record<string, number>> = {
  architecture: 3100,
  backend: 11_800,
  devops: 2400,
  docs: 1900,
  frontend: 7600,
  qa: 42_000,
};

/** `commits`: the agents' own, the newest last; the last runs that repaired something made them. */
export async function writeHistory(database: SceneDatabase, commits: Readonly<Record<string, string>>, now = new Date()): Promise<void> {
  const agents = await database.query<{ id: string; repository_id: string; name: string }>(
    'SELECT id, repository_id, name FROM upkeep.agent',
  );
  const runs = agents.flatMap((agent, place) => {
    const letters = [...(RUNS[agent.name] ?? '')];
    const lastFixed = letters.lastIndexOf('f');
    return letters.map((letter, index) => {
      const outcome = OUTCOMES[letter] ?? 'passed';
      const at = new Date(now.getTime() - (letters.length - index) * EVERY_MS + place * 97_000);
      // Noise that is the same in every picture.
      const noise = ((index * 7 + place * 13) % 11) / 11;
      const durationMs = Math.round((TAKES[agent.name] ?? 1000) * (0.7 + noise * (outcome === 'errored' ? 4 : 0.9)));
      return {
        ...{ id: uuidv7(at), agent_id: agent.id, repository_id: agent.repository_id, state: 'settled', priority: 'NORMAL', attempt: 1 },
        ...{ trigger: index % 3 === 0 ? 'push' : 'schedule', rank: at.getTime(), requested_at: at, eligible_at: at, started_at: at },
        ...{ settled_at: new Date(at.getTime() + durationMs), outcome, reason: REASONS[outcome] ?? null, duration_ms: durationMs },
        errors: outcome === 'failed' ? 1 + (index % 4) : 0,
        warnings: Math.max(0, Math.round(4 * Math.sin(index / 7 + place) + 3)),
        fixed: outcome === 'fixed' ? 1 + (index % 5) : 0,
        commit: index === lastFixed ? (commits[agent.name] ?? null) : null,
        correlation_id: uuidv7(at),
      };
    });
  });
  const columns = Object.keys(runs[0] ?? {}).join(', ');
  await database.query(`INSERT INTO upkeep.run (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::upkeep.run, $1)`, [
    JSON.stringify(runs),
  ]);
  await database.query(
    `UPDATE upkeep.agent a SET last_run_id = r.id, last_outcome = r.outcome, last_reason = r.reason, last_settled_at = r.settled_at,
       streak = CASE WHEN r.outcome = 'failed' THEN 2 ELSE 0 END, tripped_at = CASE WHEN r.outcome = 'failed' THEN r.settled_at END,
       next_try_at = CASE WHEN r.outcome = 'failed' THEN r.settled_at + interval '40 minutes' END
     FROM (SELECT DISTINCT ON (agent_id) * FROM upkeep.run ORDER BY agent_id, id DESC) r WHERE r.agent_id = a.id`,
  );
  for (const [place, { id }] of agents.entries()) {
    const next = new Date(now.getTime() + (9 + place * 7) * 60_000);
    await database.query(
      `UPDATE upkeep.schedule SET cron = $2, next_slot_at = $3, next_run_at = $3, last_drift_ms = $4 WHERE agent_id = $1`,
      [id, `${next.getUTCMinutes()} * * * *`, new Date(Math.floor(next.getTime() / 60_000) * 60_000), 180 + place * 45],
    );
  }
  await database.query(
    `INSERT INTO upkeep.escalation (agent_id, kind, number, url, since)
     SELECT id, 'code', 128, 'https://github.com/acme/shop/issues/128', last_settled_at FROM upkeep.agent WHERE name = 'backend'`,
  );
}

/** Names that lead to no machine, as they are in a picture for everybody. */
export async function renameForPictures(database: SceneDatabase): Promise<void> {
  // The service writes what it reads from its clone, whenever it does.
  await database.query(
    `CREATE FUNCTION public.name_for_pictures() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'acme/shop'; RETURN NEW; END $$`,
  );
  await database.query(
    `CREATE TRIGGER same_name BEFORE UPDATE ON upkeep.repository FOR EACH ROW EXECUTE FUNCTION public.name_for_pictures()`,
  );
  await database.query(`UPDATE upkeep.repository SET name = 'acme/shop'`);
  await database.query(`UPDATE upkeep.service SET host = 'upkeep-1'`);
}
