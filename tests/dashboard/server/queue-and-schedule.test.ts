/** The queue and the schedules over the API. */
import { describe, expect, it } from 'vitest';
import { finishRuns } from '../../../scheduler/runs/finish-runs.ts';
import { dashboardServer, failureOf, type DashboardServer } from '../../support/dashboard-server.ts';
import { resultOf, type AgentHandle } from '../../support/queue-scene.ts';

async function twoAgents(scene: DashboardServer): Promise<{ readonly qa: AgentHandle; readonly docs: AgentHandle }> {
  const { queue } = scene;
  const repositoryId = await queue.repository('acme/site');
  const make = async (name: string): Promise<AgentHandle> => {
    const agent = await queue.agent({ repositoryId, name });
    await queue.query(
      `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at) VALUES ($1, '30 2 * * *', 'Europe/Berlin', $2, $2)`,
      [agent.agentId, new Date('2026-03-29T01:00:00Z')],
    );
    return agent;
  };
  return { qa: await make('qa'), docs: await make('docs') };
}

describe('the queue', () => {
  it('says what waits and why, in its order, and changes it', async () => {
    await using scene = await dashboardServer();
    const { qa, docs } = await twoAgents(scene);
    const { api, login } = await scene.person('operator');
    const [first, second, third] = [await scene.queue.ask(qa), await scene.queue.ask(qa), await scene.queue.ask(docs)];
    const ids = async (): Promise<string[]> => (await api.queue.list.query()).waiting.map(({ runId }) => runId);
    expect(await ids()).toEqual([first?.id, second?.id, third?.id]);
    const { waiting } = await api.queue.list.query({ repository: qa.repositoryId });
    expect(waiting.map(({ position, wait }) => [position, wait.kind])).toEqual([
      [1, 'no-service'],
      [2, 'agent-busy'],
      [3, 'no-service'],
    ]);
    expect(waiting[1]?.wait.words).toContain(first?.id);
    await api.queue.setPriority.mutate({ runId: third?.id ?? '', priority: 'CRITICAL', reason: 'now' });
    await api.queue.setPriority.mutate({ runId: second?.id ?? '', priority: 'LOW' });
    expect(await ids()).toEqual([third?.id, first?.id, second?.id]);
    // The job that was sent anew is the one that is taken first.
    const serviceId = await scene.queue.service();
    const [claimed] = await scene.queue.claim(serviceId, { most: 1 });
    expect(claimed?.id).toBe(third?.id);
    expect((await api.queue.list.query()).running.map(({ runId, priority }) => [runId, priority])).toEqual([[third?.id, 'CRITICAL']]);
    expect(await failureOf(api.queue.setPriority.mutate({ runId: third?.id ?? '', priority: 'LOW' }))).toMatchObject({
      code: 'CONFLICT-SETTLED',
    });
    expect(await api.queue.cancel.mutate({ runId: second?.id ?? '' })).toEqual({ done: true });
    const audit = await scene.queue.query<{ line: string }>(
      `SELECT by || ' ' || action || ' ' || subject AS line FROM upkeep.audit ORDER BY id`,
    );
    expect(audit.map(({ line }) => line)).toEqual([
      `${login} priority acme/site qa`.replace('qa', 'docs'),
      `${login} priority acme/site qa`,
      `${login} queue.setPriority refused`,
      expect.stringMatching(/cancel run /),
    ]);
  });

  it('keeps what could not be carried out until somebody tries it again or discards it', async () => {
    await using scene = await dashboardServer();
    const { qa, docs } = await twoAgents(scene);
    const [operator, admin] = [await scene.person('operator'), await scene.person('admin')];
    const serviceId = await scene.queue.service();
    for (const agent of [qa, docs]) await scene.queue.ask(agent);
    const claimed = await scene.queue.claim(serviceId);
    const result = resultOf({ outcome: 'errored', reason: 'configuration', message: 'no <b>tool</b>' });
    await finishRuns(
      scene.queue.context,
      claimed.map((run) => ({ run, kind: 'ended' as const, result })),
      serviceId,
    );
    await scene.queue.query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'configuration'`);
    const { dead } = await operator.api.queue.list.query();
    expect(dead.map(({ agent, message, attempts }) => [agent.name, message, attempts]).sort()).toEqual([
      ['docs', 'no <b>tool</b>', 1],
      ['qa', 'no <b>tool</b>', 1],
    ]);
    const { runId } = await operator.api.queue.retry.mutate({ agentId: qa.agentId });
    expect((await operator.api.runs.get.query({ id: runId })).run.trigger).toBe('retry');
    expect(await failureOf(operator.api.queue.retry.mutate({ agentId: qa.agentId }))).toMatchObject({ code: 'CONFLICT-NEEDS-NO-RETRY' });
    expect(await failureOf(operator.api.queue.discard.mutate({ agentId: docs.agentId }))).toMatchObject({ code: 'AUTH-ROLE' });
    expect(await admin.api.queue.discard.mutate({ agentId: docs.agentId })).toEqual({ done: true });
    expect(await failureOf(admin.api.queue.discard.mutate({ agentId: docs.agentId }))).toMatchObject({ code: 'CONFLICT-NEEDS-NO-RETRY' });
    expect((await operator.api.queue.list.query()).dead).toEqual([]);
  });
});

describe('schedules', () => {
  it('are told with their next times across a change of the clock', async () => {
    await using scene = await dashboardServer({ now: () => new Date('2026-03-27T00:00:00Z') });
    const { qa } = await twoAgents(scene);
    const { api } = await scene.person('viewer');
    const [, schedule] = await api.schedule.list.query();
    expect(schedule).toMatchObject({
      agent: 'qa',
      cronWords: 'At 02:30',
      state: 'ACTIVE',
      source: 'configuration',
      triggers: null,
      repository: { name: 'acme/site' },
    });
    expect(schedule?.next.slice(0, 4)).toEqual([
      '2026-03-27T02:30:00+01:00',
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:00:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ]);
    const preview = await api.schedule.preview.query({ cron: '30 2 * * *', timeZone: 'Europe/Berlin', n: 4 });
    expect(preview).toMatchObject({
      valid: true,
      words: 'At 02:30',
      notes: ['between 2026-03-28 and 2026-03-29 the clock of Europe/Berlin goes from +01:00 to +02:00'],
    });
    expect(await api.schedule.preview.query({ cron: '0 0 30 2 *' })).toMatchObject({ valid: false, code: 'never-fires' });
    expect(await api.schedule.preview.query({ cron: '* * * * *', timeZone: 'Mars/Phobos' })).toMatchObject({ valid: false, code: 'zone' });
    const { rows, isCut } = await api.schedule.coming.query({ from: '2026-03-28T00:00:00Z', to: '2026-03-30T00:00:00+00:00' });
    expect([rows.map(({ agent, at }) => `${agent} ${at}`), isCut]).toEqual([
      ['docs 2026-03-28T01:30:00.000Z', 'qa 2026-03-28T01:30:00.000Z', 'docs 2026-03-29T01:00:00.000Z', 'qa 2026-03-29T01:00:00.000Z'],
      false,
    ]);
    expect(await failureOf(api.schedule.coming.query({ from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' }))).toMatchObject({
      code: 'VAL-INPUT',
    });
    expect(qa.agent).toBe('qa');
  });

  it('are set by administrators, and who changed what is told', async () => {
    const configured = {
      name: 'qa',
      triggers: ['push'],
      checks: ['tests'],
      cron: '*/5 * * * *',
      timeZone: 'UTC',
      priority: 'HIGH' as const,
    };
    await using scene = await dashboardServer({ settings: { values: [], problem: null, agents: [configured] } });
    const { qa, docs } = await twoAgents(scene);
    const admin = await scene.person('admin');
    const { agentId } = qa;
    expect(await failureOf(admin.api.schedule.set.mutate({ agentId, cron: '61 * * * *' }))).toMatchObject({
      code: 'VAL-INPUT',
      details: { fields: [{ field: 'cron' }] },
    });
    expect(await failureOf(admin.api.schedule.set.mutate({ agentId }))).toMatchObject({ code: 'VAL-INPUT' });
    expect(await failureOf(admin.api.schedule.set.mutate({ agentId, cron: '* * * * *', isDefault: true }))).toMatchObject({
      code: 'VAL-INPUT',
    });
    const { nextRunAt } = await admin.api.schedule.set.mutate({
      agentId,
      cron: ' 0 5 * * * ',
      timeZone: 'europe/paris',
      priority: 'LOW',
      reason: '<i>calm</i>',
    });
    expect(nextRunAt).toMatch(/T0[34]:00:00/);
    const find = async () => (await admin.api.schedule.list.query({ repository: qa.repositoryId })).find(({ agent }) => agent === 'qa');
    expect(await find()).toMatchObject({
      cron: '0 5 * * *',
      timeZone: 'Europe/Paris',
      priority: 'LOW',
      source: 'person',
      setBy: admin.login,
      triggers: ['push'],
    });
    await admin.api.schedule.set.mutate({ agentId, isDefault: true });
    expect(await find()).toMatchObject({ cron: '*/5 * * * *', timeZone: 'UTC', priority: 'HIGH', source: 'configuration' });
    expect(await failureOf(admin.api.schedule.set.mutate({ agentId: docs.agentId, isDefault: true }))).toMatchObject({
      code: 'CONFLICT-NO-CLONE',
    });
    const first = await admin.api.schedule.changes.query({ limit: 1 });
    expect(first.rows).toMatchObject([
      { by: admin.login, action: 'schedule', subject: 'acme/site qa', agentId, isDefault: true, address: '127.0.0.1' },
    ]);
    const second = await admin.api.schedule.changes.query({ repository: qa.repositoryId, agent: agentId, cursor: first.next });
    expect(second.rows).toMatchObject([{ cron: '0 5 * * *', timeZone: 'Europe/Paris', priority: 'LOW', reason: '<i>calm</i>' }]);
    expect(second.next).toBeNull();
    expect(await failureOf(admin.api.schedule.changes.query({ cursor: 'x' }))).toMatchObject({ code: 'VAL-CURSOR' });
  });
});
