/** Events over a real socket: from whoever wrote them, in order, without gap or double. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../../ledger/event.ts';
import { transaction, type Sql } from '../../../prisma/sql.ts';
import { writeEvents, type EventRow } from '../../../prisma/runs/write-events.ts';
import { dashboardServer, type DashboardServer } from '../../support/dashboard-server.ts';
import { livePage } from '../../support/live-page.ts';

const REPOSITORY = randomUUID();

function eventRow(number: number, of: Partial<EventRow> = {}): EventRow {
  const origin = { source: 'service:test', correlationId: 'c', now: () => new Date() };
  const data = {
    agentId: null,
    jobId: '',
    runId: '',
    branch: 'main',
    status: 'ACTIVE',
    by: 'ann',
    reason: String(number),
    nextRunAt: null,
  };
  const envelope = makeEvent('agent:resumed', data, origin);
  return {
    id: envelope.id,
    type: envelope.type,
    time: envelope.time,
    repositoryId: REPOSITORY,
    agentId: null,
    runId: null,
    envelope,
    ...of,
  };
}

async function write(scene: DashboardServer, rows: readonly EventRow[]): Promise<void> {
  await transaction(scene.queue.context.pool, (sql) => writeEvents(sql, rows));
  scene.dashboard.onEvents();
}

const numbers = (events: readonly { readonly event: { readonly data: object } }[]): number[] =>
  events.map(({ event }) => Number((event.data as { readonly reason: string }).reason));

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('a page that follows', () => {
  it('is told what is written, by this service or by anybody, and what it is about', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    using page = await livePage(scene.url, { cookie: cookie(), origin: scene.url });
    expect(await page.follow({ after: null })).toMatchObject({ ok: true });
    const runId = randomUUID();
    await write(scene, [eventRow(0, { runId })]);
    await page.until(() => page.events.length === 1);
    expect(page.events[0]).toMatchObject({ repositoryId: REPOSITORY, runId, agentId: null, event: { type: 'agent:resumed' } });
    // A command on another machine: nobody says a word to this service.
    await transaction(scene.queue.context.pool, (sql) => writeEvents(sql, [eventRow(1)]));
    await page.until(() => page.events.length === 2);
    expect(numbers(page.events)).toEqual([0, 1]);
    expect(scene.problems).toEqual([]);
  });

  it('is told of a transaction that ends late after those that it must not be before', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    using page = await livePage(scene.url, { cookie: cookie(), origin: scene.url });
    await page.follow({ after: null });
    const early = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const slow = transaction(scene.queue.context.pool, async (sql: Sql) => {
      await writeEvents(sql, [eventRow(0)]);
      await sql.rows({ name: 'one', text: 'SELECT 1' });
      written.resolve();
      await early.promise;
    });
    await written.promise;
    await write(scene, [eventRow(1)]);
    early.resolve();
    await slow;
    await page.until(() => page.events.length === 2);
    expect(numbers(page.events)).toEqual([0, 1]);
  });

  it('comes back after it was away, and has every event once and in order, whatever is written meanwhile', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    const headers = { cookie: cookie(), origin: scene.url };
    using first = await livePage(scene.url, headers);
    await first.follow({ after: null });
    await write(scene, [eventRow(0)]);
    await first.until(() => first.events.length === 1);
    first.socket.close();
    const seen = [...first.events];
    let next = 1;
    const some = (length: number): EventRow[] => Array.from({ length }, () => eventRow(next++));
    await write(scene, some(1300));
    for (let round = 0; round < 4; round += 1) {
      using page = await livePage(scene.url, headers);
      const writing = (async () => {
        for (let at = 0; at < 20; at += 1) await write(scene, some(3));
      })();
      expect(await page.follow({ after: seen.at(-1)?.cursor ?? null })).toMatchObject({ ok: true });
      const wanted = next - seen.length;
      await page.until(() => page.events.length >= wanted);
      await writing;
      seen.push(...page.events);
    }
    using last = await livePage(scene.url, headers);
    await last.follow({ after: seen.at(-1)?.cursor ?? null });
    await last.until(() => seen.length + last.events.length >= next);
    expect(numbers([...seen, ...last.events])).toEqual(upTo(next));
  });

  it('is told of its repository, agent or run alone, now and after it was away', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    const headers = { cookie: cookie(), origin: scene.url };
    const [agentId, runId] = [randomUUID(), randomUUID()];
    const rows = (from: number): EventRow[] => [
      eventRow(from),
      eventRow(from + 1, { agentId }),
      eventRow(from + 2, { agentId, runId }),
      eventRow(from + 3, { repositoryId: randomUUID() }),
    ];
    await write(scene, rows(0));
    for (const [follow, wanted] of [
      [{ repository: REPOSITORY.toUpperCase() }, [0, 1, 2, 4, 5, 6]],
      [{ agent: agentId }, [1, 2, 5, 6]],
      [{ run: runId, agent: agentId }, [2, 6]],
    ] as const) {
      using page = await livePage(scene.url, headers);
      expect(await page.follow({ after: '-1.-1', ...follow })).toMatchObject({ ok: true });
      if (wanted.length === 6) await write(scene, rows(4));
      await page.until(() => page.events.length >= wanted.length);
      expect(numbers(page.events)).toEqual(wanted);
    }
  });

  it('asks anew when too much has happened, or when its cursor is of another database', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    using page = await livePage(scene.url, { cookie: cookie(), origin: scene.url });
    await write(
      scene,
      Array.from({ length: 10_001 }, (_, number) => eventRow(number)),
    );
    expect(await page.follow({ after: '-1.-1' })).toMatchObject({ ok: false, failure: { code: 'LIMIT-REPLAY' } });
    expect(await page.follow({ after: '999999999999999.1' })).toMatchObject({ ok: false, failure: { code: 'LIMIT-REPLAY' } });
    expect(await page.follow({ after: 'yesterday' })).toMatchObject({ ok: false, failure: { code: 'VAL-INPUT' } });
    expect(await page.follow({ after: null, run: 'x' })).toMatchObject({ ok: false, failure: { code: 'VAL-INPUT' } });
    expect(await page.follow('everything' as never)).toMatchObject({ ok: false, failure: { code: 'VAL-INPUT' } });
    expect(await page.follow({ after: null })).toMatchObject({ ok: true });
  });

  it('has only the newest word of a run, and the newest status', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    const runId = randomUUID();
    const status = {
      agentId: null,
      jobId: '',
      runId: '',
      branch: '',
      status: 'ACTIVE',
      running: 1,
      queued: 2,
      paused: 0,
      tripped: 0,
      errored: 0,
      nextDueAt: null,
      driftMs: null,
    };
    const origin = { source: 'service:test', correlationId: 'c', now: () => new Date() };
    scene.dashboard.onStatus(makeEvent('scheduler:status', status, origin));
    using page = await livePage(scene.url, { cookie: cookie(), origin: scene.url });
    await page.follow({ after: null, run: runId });
    for (let at = 0; at <= 100; at += 1) {
      const data = {
        agentId: 'qa' as const,
        jobId: runId,
        runId,
        branch: 'main',
        status: 'RUNNING',
        progress: at / 100,
        message: '<b>x</b>',
        check: 'eslint',
        outcome: null,
        durationMs: null,
      };
      scene.dashboard.onProgress(makeEvent('agent:progress', data, origin), { repositoryId: REPOSITORY, agentId: null });
    }
    await page.until(() => page.progress.at(-1)?.progress === 1);
    expect(page.progress.map(({ progress }) => progress)).toEqual([0, 1]);
    expect(page.progress[0]).toEqual({ runId, repositoryId: REPOSITORY, agentId: null, progress: 0, check: 'eslint', message: '<b>x</b>' });
    await page.until(() => page.status.length === 1);
    expect(page.status[0]).toMatchObject({ running: 1, queued: 2 });
  });

  it('that reads nothing makes nobody wait, and misses nothing', { timeout: 60_000 }, async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    const headers = { cookie: cookie(), origin: scene.url };
    using slow = await livePage(scene.url, headers);
    using quick = await livePage(scene.url, headers);
    await slow.follow({ after: null });
    await quick.follow({ after: null });
    const tcp = (slow.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws._socket;
    tcp.pause();
    let next = 0;
    for (let round = 0; round < 300; round += 1) {
      const filler = 'x'.repeat(20_000);
      await write(
        scene,
        Array.from({ length: 10 }, () => {
          const row = eventRow(next++);
          return { ...row, envelope: { ...row.envelope, filler } };
        }),
      );
    }
    await quick.until(() => quick.events.length === next);
    expect(numbers(quick.events)).toEqual(upTo(next));
    tcp.resume();
    await slow.until(() => slow.events.length === next);
    expect(numbers(slow.events)).toEqual(upTo(next));
  });
});

describe('services of one database', () => {
  it('tell each other of events at once, and how far their runs are', async () => {
    await using scene = await dashboardServer();
    await using other = await dashboardServer({ beside: scene });
    for (const host of ['one', 'two']) await scene.queue.service({ host });
    const person = await scene.person('viewer');
    using page = await livePage(other.url, { cookie: person.cookie(), origin: other.url });
    await page.follow({ after: null });
    const runId = randomUUID();
    const origin = { source: 'service:one', correlationId: 'c', now: () => new Date() };
    const data = {
      agentId: 'qa' as const,
      jobId: runId,
      runId,
      branch: 'main',
      status: 'RUNNING',
      progress: 0.5,
      message: 'x\0'.repeat(9000),
      check: 'eslint',
      outcome: null,
      durationMs: null,
    };
    scene.dashboard.onProgress(makeEvent('agent:progress', data, origin), { repositoryId: REPOSITORY, agentId: null });
    await write(scene, [eventRow(0)]);
    await page.until(() => page.progress.length === 1 && page.events.length === 1);
    expect(page.progress[0]).toMatchObject({ runId, progress: 0.5 });
    expect([...scene.problems, ...other.problems]).toEqual([]);
  });
});

describe('the socket', () => {
  it('lets nobody in without a session or token, or from another site', async () => {
    await using scene = await dashboardServer();
    const { cookie } = await scene.person('viewer');
    await expect(livePage(scene.url, { origin: scene.url })).rejects.toMatchObject({ data: { code: 'AUTH-REQUIRED' } });
    await expect(livePage(scene.url, { origin: scene.url }, { token: 'upkeep_wrong' })).rejects.toMatchObject({
      data: { code: 'AUTH-TOKEN' },
    });
    await expect(livePage(scene.url, { origin: 'https://evil.example', cookie: cookie() })).rejects.toThrow();
    scene.setDatabase(false);
    await expect(livePage(scene.url, { origin: scene.url, cookie: cookie() })).rejects.toMatchObject({
      data: { code: 'DATABASE-STARTING' },
    });
  });

  it('is closed when the session ends, and says so', async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('viewer');
    using page = await livePage(scene.url, { cookie: person.cookie(), origin: scene.url });
    await page.follow({ after: null });
    await person.api.session.signOut.mutate();
    await page.until(() => !page.socket.connected);
    expect(page.gone).toMatchObject([{ code: 'AUTH-REQUIRED' }]);
  });
});
