/** People and tokens, events and the audit, and what can be downloaded. */
import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../../ledger/event.ts';
import { writeEvents, type EventRow } from '../../../prisma/runs/write-events.ts';
import { transaction } from '../../../prisma/sql.ts';
import { dashboardServer, failureOf, PASSWORD, type DashboardServer } from '../../support/dashboard-server.ts';

async function writeSome(scene: DashboardServer, of: (number: number) => Partial<EventRow>, length: number): Promise<void> {
  const origin = { source: 'service:test', correlationId: 'c', now: () => new Date() };
  const rows = Array.from({ length }, (_, number): EventRow => {
    const data = {
      agentId: null,
      jobId: '',
      runId: '',
      branch: 'main',
      status: 'ACTIVE',
      by: '=cmd()',
      reason: `"${number}",\n\u001b[31m`,
      nextRunAt: null,
    };
    const envelope = makeEvent('agent:resumed', data, origin);
    return {
      id: envelope.id,
      type: envelope.type,
      time: envelope.time,
      repositoryId: null,
      agentId: null,
      runId: null,
      envelope,
      ...of(number),
    };
  });
  await transaction(scene.queue.context.pool, (sql) => writeEvents(sql, rows));
}

describe('people', () => {
  it('are invited by a link, with which they choose a password once', async () => {
    await using scene = await dashboardServer();
    const admin = await scene.person('admin');
    const { link, userId } = await admin.api.settings.users.invite.mutate({ login: 'Bob@example.com', role: 'operator' });
    expect(await failureOf(admin.api.settings.users.invite.mutate({ login: 'bob@example.com', role: 'viewer' }))).toMatchObject({
      code: 'CONFLICT-LOGIN',
    });
    const guest = scene.guest();
    const secret = link.slice('/claim#'.length);
    expect(await guest.api.session.link.mutate({ secret })).toEqual({ login: 'bob@example.com' });
    expect((await guest.api.session.claim.mutate({ secret, password: PASSWORD, name: 'Bob' })).user).toEqual({
      login: 'bob@example.com',
      name: 'Bob',
      role: 'operator',
    });
    expect(await failureOf(scene.guest().api.session.claim.mutate({ secret, password: PASSWORD }))).toMatchObject({ code: 'AUTH-LINK' });
    const users = await admin.api.settings.users.list.query();
    expect(users.find(({ id }) => id === userId)).toMatchObject({
      login: 'bob@example.com',
      role: 'operator',
      isInvited: false,
      disabledAt: null,
    });
    await admin.api.settings.users.disable.mutate({ userId });
    expect((await guest.api.session.who.query()).user).toBeNull();
    expect(JSON.stringify(users)).not.toContain('scrypt');
  });

  it('keep an administrator among them', async () => {
    await using scene = await dashboardServer();
    const admin = await scene.person('admin');
    const refused = await failureOf(admin.api.settings.users.setRole.mutate({ userId: admin.userId, role: 'viewer' }));
    expect(refused).toMatchObject({ code: 'CONFLICT-LAST-ADMIN', httpStatus: 409 });
    expect(await failureOf(admin.api.settings.users.disable.mutate({ userId: admin.userId }))).toMatchObject({
      code: 'CONFLICT-LAST-ADMIN',
    });
    await scene.person('admin');
    await admin.api.settings.users.setRole.mutate({ userId: admin.userId, role: 'viewer' });
    expect(await failureOf(admin.api.settings.users.list.query())).toMatchObject({ code: 'AUTH-ROLE' });
    const { rows } = await admin.api.audit.list.query({ actions: ['settings.users.setRole', 'role'] });
    expect(rows.map(({ by, action, result, address }) => [by, action, result, address])).toEqual([
      [admin.login, 'role', 'done', '127.0.0.1'],
      [admin.login, 'settings.users.setRole', 'CONFLICT-LAST-ADMIN', '127.0.0.1'],
    ]);
  });

  it('who try what their role does not allow stand in the audit', async () => {
    await using scene = await dashboardServer();
    const viewer = await scene.person('viewer');
    await failureOf(viewer.api.settings.users.invite.mutate({ login: 'eve', role: 'admin' }));
    expect((await viewer.api.audit.list.query()).rows).toMatchObject([
      { by: viewer.login, action: 'settings.users.invite', result: 'AUTH-ROLE' },
    ]);
  });
});

describe('a token', () => {
  it('asks in the name of its person, with no more than its role, until it is revoked', async () => {
    await using scene = await dashboardServer();
    const operator = await scene.person('operator');
    expect(await failureOf(operator.api.settings.tokens.make.mutate({ name: 'ci', role: 'admin' }))).toMatchObject({ code: 'AUTH-ROLE' });
    const { id, token } = await operator.api.settings.tokens.make.mutate({ name: 'ci', role: 'viewer', days: 1 });
    // No origin: it is no browser.
    const program = scene.guest({ authorization: `Bearer ${token}` });
    expect((await program.api.session.who.query()).user).toMatchObject({ login: operator.login, role: 'viewer' });
    expect(await failureOf(program.api.agents.retry.mutate({ scope: { kind: 'everything' } }))).toMatchObject({ code: 'AUTH-ROLE' });
    expect(await failureOf(program.api.settings.tokens.make.mutate({ name: 'more', role: 'viewer' }))).toMatchObject({
      code: 'AUTH-SESSION',
    });
    expect(await operator.api.settings.tokens.list.query()).toMatchObject([{ id, name: 'ci', role: 'viewer', revokedAt: null }]);
    expect(await scene.queue.query(`SELECT 1 FROM upkeep.token WHERE hash LIKE '%upkeep%'`)).toEqual([]);
    await operator.api.settings.tokens.revoke.mutate({ id });
    expect(await failureOf(program.api.agents.list.query())).toMatchObject({ code: 'AUTH-TOKEN', httpStatus: 401 });
    expect(await failureOf(operator.api.settings.tokens.revoke.mutate({ id }))).toMatchObject({ code: 'NOT-FOUND-TOKEN' });
    const text = JSON.stringify((await operator.api.audit.list.query()).rows);
    expect(text).toContain('revoke-token');
    expect(text).not.toContain(token);
  });

  it('is not taken from somebody else, or when its person is disabled', async () => {
    await using scene = await dashboardServer();
    const [ann, bob] = [await scene.person('viewer'), await scene.person('viewer')];
    const { id, token } = await ann.api.settings.tokens.make.mutate({ name: 'mine', role: 'viewer' });
    expect(await bob.api.settings.tokens.list.query()).toEqual([]);
    expect(await failureOf(bob.api.settings.tokens.revoke.mutate({ id }))).toMatchObject({ code: 'NOT-FOUND-TOKEN' });
    const admin = await scene.person('admin');
    await admin.api.settings.users.disable.mutate({ userId: ann.userId });
    expect(await failureOf(scene.guest({ authorization: `Bearer ${token}` }).api.runs.list.query())).toMatchObject({ code: 'AUTH-TOKEN' });
  });
});

describe('events', () => {
  it('are told newest first, a page at a time, and by what they are about', async () => {
    await using scene = await dashboardServer();
    const { api } = await scene.person('viewer');
    const repositoryId = '018f0000-0000-7000-8000-000000000001';
    await writeSome(scene, (number) => ({ repositoryId: number % 3 === 0 ? repositoryId : null }), 25);
    const all: string[] = [];
    for (let before: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof api.events.list.query>> = await api.events.list.query({ before, limit: 10 });
      all.push(...page.rows.map(({ cursor }) => cursor));
      before = page.next;
      if (before === null) break;
    }
    expect(all).toHaveLength(25);
    const numbers = all.map((cursor) => Number(cursor.split('.')[1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    expect((await api.events.list.query({ repository: repositoryId })).rows).toHaveLength(9);
    expect(await api.events.list.query({ types: ['agent:failed'] })).toEqual({ rows: [], next: null });
    const newer = await api.events.list.query({ after: all[5] ?? null, types: ['agent:resumed'], limit: 3 });
    expect(newer.rows.map(({ cursor }) => cursor)).toEqual(all.slice(0, 3));
    expect(newer.next).toBe(all[2]);
  });

  it('can be downloaded, as they are or for a spreadsheet that takes nothing for a formula', async () => {
    await using scene = await dashboardServer();
    const viewer = await scene.person('viewer');
    await writeSome(scene, () => ({}), 1203);
    const lines = (await (await viewer.fetch('/api/export/events?types=agent:resumed,agent:failed')).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(1203);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: { type: 'agent:resumed', data: { by: '=cmd()' } } });
    const csv = await viewer.fetch('/api/export/events?format=csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="events.csv"');
    expect(await csv.text()).toMatch(/^"cursor","time","type".*\r\n"\d+\.\d+",/);
    await scene.queue.query(`INSERT INTO upkeep.audit (by, action, subject) VALUES ('=1+1', 'say "hi"', '@x')`);
    expect((await (await viewer.fetch('/api/export/audit?format=csv')).text()).split('\r\n')[1]).toMatch(
      /"'=1\+1","","say ""hi""","'@x","done","null"$/,
    );
    const refused = await viewer.fetch('/api/export/events?format=xml');
    expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([400, 'VAL-INPUT']);
    expect((await scene.guest().fetch('/api/export/audit')).status).toBe(401);
    expect((await viewer.fetch('/api/export/log?run=018f0000-0000-7000-8000-000000000001&check=x')).status).toBe(404);
    expect(scene.problems).toEqual([]);
  });
});

describe('the configuration', () => {
  it('is told with the origin of each value, without secrets', async () => {
    const values = [
      { key: 'agents.docs.schedule', value: '*/5 * * * *', origin: 'default' },
      { key: 'env.X', value: { deep: 'hush-hush' }, origin: 'agent.config.json:3:5' },
    ];
    await using scene = await dashboardServer({ settings: { values, problem: null, agents: [] } });
    const { api } = await scene.person('viewer');
    const repository = await scene.queue.repository();
    expect(await api.settings.configuration.query({ repository })).toEqual({
      values: [values[0], { key: 'env.X', value: { deep: '[redacted]' }, origin: 'agent.config.json:3:5' }],
      problem: null,
      isHere: true,
    });
    expect(await failureOf(api.settings.configuration.query({ repository: '018f0000-0000-7000-8000-000000000001' }))).toMatchObject({
      code: 'NOT-FOUND-REPOSITORY',
    });
  });
});
