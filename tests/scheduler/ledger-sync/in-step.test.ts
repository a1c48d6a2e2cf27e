import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { append } from '../../../ledger/append.ts';
import { makeEvent, uuidv7, type EventOrigin, type UpkeepEvent } from '../../../ledger/event.ts';
import { readState } from '../../../ledger/read.ts';
import { agentStateOf } from '../../../ledger/state.ts';
import { openLedger, type Ledger } from '../../../ledger/store.ts';
import { pushShared } from '../../../ledger/sync.ts';
import { writeOutbox } from '../../../prisma/runs/outbox-rows.ts';
import { connection } from '../../../prisma/sql.ts';
import { repositoryWith, type TestRepository } from '../../support/git-repository.ts';
import { common, completed, failed, finding, tripped } from '../../support/ledger-events.ts';
import { idsIn, linesIn } from '../../support/ledger-scene.ts';
import { queueScene, type QueueScene } from '../../support/queue-scene.ts';
import { servedScene } from '../../support/served-scene.ts';

const NOW = Date.now();
const ago = (minutes: number): Date => new Date(NOW - minutes * 60_000);
const origin = (minutes: number, source = 'ci:7'): EventOrigin => ({ source, correlationId: 'c', now: () => ago(minutes) });
/** The same event, as if it had been made so many minutes ago. */
const then = <E extends UpkeepEvent>(event: E, minutes: number, runId = uuidv7(ago(minutes))): E => ({
  ...event,
  ...makeEvent(event.type, { ...event.data, runId }, origin(minutes)),
});

const escalated = (minutes: number): UpkeepEvent =>
  makeEvent('agent:escalated', { ...common('backend', 'e'), number: 7, url: 'https://host/7', kind: 'code', streak: 2 }, origin(minutes));
const steer = (type: 'agent:paused' | 'agent:resumed', minutes: number, agent: 'docs' | null = 'docs'): UpkeepEvent =>
  makeEvent(type, { ...common(agent, 's', ''), by: 'ann', reason: 'rest', nextRunAt: null }, origin(minutes));

/** What CI did: two failures with what followed, and a person paused docs. */
const history = (): UpkeepEvent[] => [
  then(failed(), 30),
  then(failed(), 20),
  then(tripped(), 20),
  escalated(19),
  steer('agent:paused', 18),
  then(completed({ agentId: 'qa', outcome: 'fixed', fixed: 3 }), 10),
];

async function ledgerOf(clone: TestRepository): Promise<Ledger> {
  return openLedger((await clone.open()).commonDir);
}

/** CI appends, and pushes. */
async function ciDoes(remote: TestRepository, ...events: readonly UpkeepEvent[]): Promise<void> {
  await using clone = await remote.clone();
  const ledger = await ledgerOf(clone);
  await append(ledger, events, { scope: 'shared' });
  expect(await pushShared(ledger, { remote: 'origin' })).toMatchObject({ ok: true });
}

/** What a database knows of agents, but for ids and its own times. */
async function known({ query }: QueueScene): Promise<object> {
  return {
    runs: await query(
      `SELECT a.name, r.state, r.trigger, r.outcome, r.requested_by, r.fixed, r.settled_at, r.id FROM upkeep.run r
       JOIN upkeep.agent a ON a.id = r.agent_id ORDER BY r.settled_at`,
    ),
    agents: await query(
      `SELECT name, branch, streak, tripped_at, in_error_at, last_outcome, last_settled_at FROM upkeep.agent ORDER BY name, branch`,
    ),
    pauses: await query(
      'SELECT a.name, p.by, p.reason, p.since, p.until FROM upkeep.pause p LEFT JOIN upkeep.agent a ON a.id = p.agent_id',
    ),
    escalations: await query('SELECT kind, number, url, closed_at IS NULL AS open FROM upkeep.escalation'),
    events: await query('SELECT id, type, run_id FROM upkeep.event ORDER BY time, id'),
  };
}

async function decide(scene: QueueScene, event: UpkeepEvent): Promise<void> {
  const [row] = await scene.query<{ id: string }>('SELECT id FROM upkeep.repository');
  const { id, time } = event;
  await connection(scene.database.pool, (sql) =>
    writeOutbox(sql, [{ id, repositoryId: row?.id ?? '', envelope: event, at: new Date(time) }]),
  );
}

describe('a service and the ledger of its repository', () => {
  it('agree: what CI and laptops did is in the database once, and a database that was lost has it again', async () => {
    await using remote = await repositoryWith({ 'a.txt': 'one\n' });
    await using clone = await remote.clone();
    await using first = await queueScene();
    await ciDoes(remote, ...history());
    const laptop = { ...then(completed({ agentId: 'docs', counts: false }), 5), source: 'laptop:ann' };
    await append(await ledgerOf(clone), [laptop], { scope: 'local' });

    const scene = await servedScene(first.database.pool, clone.path);
    await scene.served.refresh(new Date());
    const before = await known(first);
    expect(before).toMatchObject({
      runs: [
        { name: 'backend', state: 'settled', outcome: 'failed', requested_by: 'ci:7' },
        { name: 'backend', state: 'settled', outcome: 'failed' },
        { name: 'qa', state: 'settled', outcome: 'fixed', fixed: 3 },
        { name: 'docs', state: 'settled', outcome: 'passed', requested_by: 'laptop:ann' },
      ],
      pauses: [{ name: 'docs', by: 'ann', reason: 'rest', since: ago(18), until: null }],
      escalations: [{ kind: 'code', number: 7, open: true }],
    });
    const [backend] = await first.query('SELECT streak, last_outcome, tripped_at FROM upkeep.agent WHERE name = $1', ['backend']);
    expect(backend).toMatchObject({ streak: 2, last_outcome: 'failed', tripped_at: expect.any(Date) });
    expect(scene.foreign).toHaveLength(7);
    const [paused] = await first.query<{ next_run_at: Date | null }>(
      `SELECT s.next_run_at FROM upkeep.schedule s JOIN upkeep.agent a ON a.id = s.agent_id WHERE a.name = 'docs'`,
    );
    expect(paused?.next_run_at).toBeNull();

    await scene.served.refresh(new Date());
    const again = await servedScene(first.database.pool, clone.path);
    await again.served.refresh(new Date());
    expect(await known(first), 'after another look, and another start').toEqual(before);
    expect(await first.query('SELECT id FROM upkeep.outbox'), 'what came from the ledger does not go there').toEqual([]);

    await using second = await queueScene();
    const fresh = await servedScene(second.database.pool, clone.path);
    expect(await second.query('SELECT by FROM upkeep.pause'), 'before anything runs').toEqual([{ by: 'ann' }]);
    await fresh.served.refresh(new Date());
    expect(await known(second)).toEqual(before);
    expect([...scene.problems, ...again.problems, ...fresh.problems]).toEqual([]);
  });

  it('agree: what runs of others left is known by check, though not how long each took', async () => {
    await using remote = await repositoryWith({ 'a.md': '# A\n' });
    await using scene = await queueScene();
    const left = [finding('unused', 'warning'), finding('broken')].map((one, index) => ({ ...one, check: index === 0 ? 'lint' : 'types' }));
    await ciDoes(remote, then(failed({ findings: left }), 5), then(completed({ agentId: 'qa' }), 4));
    await using clone = await remote.clone();
    await (await servedScene(scene.database.pool, clone.path)).served.refresh(new Date());
    const checks = `SELECT c."check", c.outcome, c.duration_ms AS ms, f.message, f.is_fixed AS fixed FROM upkeep.check_result c
      JOIN upkeep.finding f ON f.run_id = c.run_id AND f."check" = c."check" ORDER BY c."check"`;
    expect(await scene.query(checks)).toEqual([
      { check: 'lint', outcome: 'passed', ms: null, message: 'unused', fixed: false },
      { check: 'types', outcome: 'failed', ms: null, message: 'broken', fixed: false },
    ]);
  });

  it('agree: what was decided here wins until the ledger knows it, and is not heard as news afterwards', async () => {
    await using remote = await repositoryWith({ 'a.txt': 'one\n' });
    await using clone = await remote.clone();
    await using scene = await queueScene();
    const { served, foreign } = await servedScene(scene.database.pool, clone.path);
    const inError = async (): Promise<boolean> =>
      (await scene.query(`SELECT 1 FROM upkeep.agent WHERE name = 'backend' AND in_error_at IS NOT NULL`)).length === 1;
    await scene.query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'network' WHERE name = 'backend'`);
    const decision = then(tripped({ kind: 'operation', reason: 'network' }), 1);
    await decide(scene, decision);
    // It could not be sent, and is to be tried again in a while.
    await scene.query(`UPDATE upkeep.outbox SET tries = 1, next_try_at = now() + interval '1 hour'`);
    await ciDoes(remote, then(failed(), 2));
    await served.refresh(new Date());
    expect(foreign).toMatchObject([{ type: 'agent:failed' }]);
    expect(await inError()).toBe(true);
    await scene.query('UPDATE upkeep.outbox SET next_try_at = now()');
    await served.refresh(new Date());
    expect(await inError()).toBe(true);
    const ledger = await ledgerOf(clone);
    expect(agentStateOf((await readState(ledger)).shared, 'backend', 'main')).toMatchObject({ streak: 1, inError: { reason: 'network' } });
    const [agent] = await scene.query(`SELECT streak FROM upkeep.agent WHERE name = 'backend'`);
    expect(agent).toEqual({ streak: 1 });
    expect(await remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(ledger)).tips.shared);
  });

  it('agree: a pause that another service sent is not ended by a clone that has not heard of it', async () => {
    await using remote = await repositoryWith({ 'a.txt': 'one\n' });
    await using clone = await remote.clone();
    await using other = await remote.clone();
    await using scene = await queueScene();
    const { pool } = scene.database;
    const here = await servedScene(pool, clone.path);
    const there = await servedScene(pool, other.path);
    await there.served.refresh(new Date());
    await scene.query(
      `INSERT INTO upkeep.pause (id, repository_id, by, reason, since) SELECT gen_random_uuid(), id, 'ann', 'rest', $1 FROM upkeep.repository`,
      [ago(3)],
    );
    await decide(scene, steer('agent:paused', 3, null));
    await here.served.refresh(new Date());
    expect(await scene.query('SELECT done_at IS NOT NULL AS sent FROM upkeep.outbox')).toEqual([{ sent: true }]);
    await append(await ledgerOf(other), [then(completed(), 1)], { scope: 'shared' });
    await there.served.refresh(new Date());
    expect(await scene.query('SELECT by FROM upkeep.pause')).toEqual([{ by: 'ann' }]);
    await ciDoes(remote, steer('agent:resumed', 1, null));
    const later = await servedScene(pool, other.path);
    await later.served.refresh(new Date());
    expect(await scene.query('SELECT by FROM upkeep.pause')).toEqual([]);
  });

  it('agree: a ledger that was lost gets back what the database holds, and one that began anew as well', async () => {
    await using remote = await repositoryWith({ 'a.txt': 'one\n' });
    await using clone = await remote.clone();
    await using scene = await queueScene();
    await ciDoes(remote, ...history());
    const start = await servedScene(scene.database.pool, clone.path);
    await start.served.refresh(new Date());
    const before = await known(scene);
    const ledger = await ledgerOf(clone);
    const ids = (await idsIn(ledger)).sort();
    const lose = async (): Promise<void> => {
      await rm(ledger.gitDir, { recursive: true });
      await remote.git('update-ref', '-d', 'refs/upkeep/ledger');
    };

    await lose();
    const second = await servedScene(scene.database.pool, clone.path);
    expect(await known(scene), 'an empty ledger decides nothing').toEqual(before);
    await second.served.refresh(new Date());
    expect(second.notes).toEqual([expect.stringMatching(/its ledger lacked 6 events that the database holds/)]);
    expect((await idsIn(ledger)).sort()).toEqual(ids);
    expect(await remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(ledger)).tips.shared);
    expect(await known(scene)).toEqual(before);

    await lose();
    const young = then(completed({ agentId: 'qa' }), 1);
    await ciDoes(remote, young);
    const third = await servedScene(scene.database.pool, clone.path);
    await third.served.refresh(new Date());
    expect((await idsIn(ledger)).sort()).toEqual([...ids, young.id].sort());
    expect(await linesIn(clone, ledger), 'each once').toBe(7);
    expect(agentStateOf((await readState(ledger)).shared, 'qa', 'main').decided).toMatchObject({ runId: young.data.runId });
    expect(await known(scene)).toMatchObject({ runs: { length: 4 }, events: { length: 7 }, pauses: [{ name: 'docs' }] });
    expect([...second.problems, ...third.problems]).toEqual([]);
  });
});
