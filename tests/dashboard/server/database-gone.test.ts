/** The database goes away under a dashboard that is in use, and comes back. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../../ledger/event.ts';
import { writeEvents } from '../../../prisma/runs/write-events.ts';
import { transaction } from '../../../prisma/sql.ts';
import { dashboardServer, failureOf } from '../../support/dashboard-server.ts';
import { livePage } from '../../support/live-page.ts';

/** Whoever is connected to the database is put out. */
async function breakConnections(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await admin.end();
}

describe('a dashboard whose connections break', () => {
  it('says nothing of it but what is so, and goes on by itself', { timeout: 60_000 }, async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('admin');
    using page = await livePage(scene.url, { cookie: person.cookie(), origin: scene.url });
    await page.follow({ after: null });
    await breakConnections(scene.queue.database.url);
    const asked = await Promise.all(
      [person.api.agents.list.query(), person.api.runs.list.query(), person.api.audit.list.query()].map((one) =>
        failureOf(one).catch(() => null),
      ),
    );
    for (const failure of asked) if (failure !== null) expect(failure).toMatchObject({ code: 'DATABASE-UNAVAILABLE', httpStatus: 503 });
    // What broke is noticed by who uses it next; then it is as before.
    for (let tries = 0; ; tries += 1) {
      const end = await person.api.agents.list.query().then(
        () => 'answered',
        async () => 'refused',
      );
      if (end === 'answered') break;
      expect(tries).toBeLessThan(20);
    }
    const origin = { source: 'service:test', correlationId: 'c', now: () => new Date() };
    const data = { agentId: null, jobId: '', runId: '', branch: 'main', status: 'ACTIVE', by: 'ann', reason: null, nextRunAt: null };
    const envelope = makeEvent('agent:resumed', data, origin);
    const row = { id: envelope.id, type: envelope.type, time: envelope.time, repositoryId: null, agentId: null, runId: null, envelope };
    await transaction(scene.queue.context.pool, (sql) => writeEvents(sql, [row]));
    await page.until(() => page.events.length === 1);
    expect(page.socket.connected).toBe(true);
  });
});

describe('a service that stops', () => {
  it('ends its sockets, and tells nobody of a fault', async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('viewer');
    using page = await livePage(scene.url, { cookie: person.cookie(), origin: scene.url });
    await page.follow({ after: null });
    await scene.dashboard.close();
    scene.setDatabase(false);
    await page.until(() => !page.socket.connected);
    expect(await failureOf(person.api.agents.list.query())).toMatchObject({ code: 'DATABASE-STARTING' });
    await expect(livePage(scene.url, { cookie: person.cookie(), origin: scene.url })).rejects.toThrow();
    expect(scene.problems).toEqual([]);
  });
});
