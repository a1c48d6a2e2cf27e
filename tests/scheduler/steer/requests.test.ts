import { describe, expect, it } from 'vitest';
import { cancelFor } from '../../../scheduler/steer/cancel.ts';
import { pauseAgents } from '../../../scheduler/steer/pause.ts';
import { requestRuns, retryAgents } from '../../../scheduler/steer/request-runs.ts';
import { setSchedule } from '../../../scheduler/steer/set-schedule.ts';
import { steerScene } from '../../support/steer-scene.ts';

const PLAIN = { priority: null, isForced: false, base: null } as const;

describe('asking for runs', () => {
  it('enqueues one for each agent that is named, with the priority that is asked for', async () => {
    await using scene = await steerScene();
    const all = scene.ask({ repositoryId: scene.repositoryId });
    const { runs } = await requestRuns(scene.context, { ...all, ...PLAIN, agents: ['docs'], priority: 'HIGH' });
    expect(runs).toMatchObject([{ agent: 'docs', isAdmitted: true }]);
    const rows = await scene.queue.query('SELECT trigger, priority, requested_by AS by FROM upkeep.run');
    expect(rows).toEqual([{ trigger: 'manual', priority: 'HIGH', by: 'ann' }]);
    const second = await requestRuns(scene.context, { ...all, ...PLAIN, agents: [] });
    expect(second.runs.map(({ agent, isAdmitted }) => [agent, isAdmitted])).toEqual([
      ['docs', false],
      ['qa', true],
    ]);
  });

  it('refuses agents that are paused, in ERROR or turned off, unless it is forced', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    const all = scene.ask({ repositoryId: scene.repositoryId });
    await pauseAgents(context, { ...scene.ask({ agentId: scene.qa.agentId }), until: null, running: 'refuse' });
    const ask = { ...all, ...PLAIN, agents: ['qa'] as const };
    await expect(requestRuns(context, ask)).rejects.toMatchObject({
      code: 'paused',
      message: 'qa is paused by ann: agent resume qa ends that',
    });
    expect((await requestRuns(context, { ...ask, agents: [] })).runs.map(({ agent }) => agent)).toEqual(['docs']);
    expect((await requestRuns(context, { ...ask, isForced: true })).runs).toHaveLength(1);
    await query('UPDATE upkeep.agent SET is_enabled = false WHERE id = $1', [scene.qa.agentId]);
    await expect(requestRuns(context, { ...ask, isForced: true })).rejects.toMatchObject({ code: 'disabled' });
  });
});

describe('a retry', () => {
  it('brings an agent in ERROR back into the schedule and runs it at once', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    await query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'network' WHERE id = $1`, [scene.qa.agentId]);
    await query('UPDATE upkeep.schedule SET next_run_at = NULL, next_slot_at = NULL WHERE agent_id = $1', [scene.qa.agentId]);
    const { retried } = await retryAgents(context, scene.ask({ repositoryId: scene.repositoryId }));
    expect(retried.map(({ agent, refusal, run }) => [agent.agent, refusal, run?.isAdmitted ?? null])).toEqual([
      ['qa', null, true],
      ['docs', 'needs-no-retry', null],
    ]);
    expect((await scene.nextRunAt(scene.qa))?.getTime()).toBeGreaterThan(Date.now());
    expect(await scene.claim()).toEqual([retried[0]?.run?.runId]);
    expect(await scene.toldLedger()).toEqual(['agent:resumed']);
  });

  it('changes nothing where nothing needs it, and a pause stays', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    await query(`UPDATE upkeep.agent SET in_error_at = now() WHERE id = $1`, [scene.qa.agentId]);
    await pauseAgents(context, { ...scene.ask({ agentId: scene.qa.agentId }), until: null, running: 'refuse' });
    const { retried, events } = await retryAgents(context, scene.ask({ repositoryId: scene.repositoryId }));
    expect(retried.map(({ words }) => words)).toEqual([
      'docs needs no retry: it is in the schedule',
      'qa is paused by ann: agent resume qa ends that, and ERROR with it',
    ]);
    expect(events).toEqual([]);
  });
});

describe('cancelling', () => {
  it('ends what waits at once and marks what is under way', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const running = await scene.queue.ask(scene.qa);
    await scene.claim();
    const waiting = await scene.queue.ask(scene.qa);
    const report = await cancelFor(context, { ...scene.ask({ agentId: scene.qa.agentId }), run: null });
    expect([report.ended.map(({ id }) => id), report.ending]).toEqual([[waiting?.id], [running?.id]]);
    expect(report.agents.get(running?.id ?? '')).toBe('qa');
    expect(await scene.audit()).toEqual(['cancel acme/site qa']);
  });

  it('finds a run by the beginning of its id, and says when it is none, several or over', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const all = scene.ask({ repositoryId: scene.repositoryId });
    await expect(cancelFor(context, { ...all, run: null })).rejects.toMatchObject({ code: 'not-under-way' });
    const [run, other] = [await scene.queue.ask(scene.qa), await scene.queue.ask(scene.docs)];
    await expect(cancelFor(context, { ...all, run: 'ffff' })).rejects.toMatchObject({ code: 'unknown-run' });
    await expect(cancelFor(context, { ...all, run: run?.id.slice(0, 6) ?? '' })).rejects.toMatchObject({
      message: expect.stringMatching(/several runs begin with/) as string,
    });
    const { ended } = await cancelFor(context, { ...all, run: run?.id.toUpperCase() ?? '' });
    expect(ended.map(({ id }) => id)).toEqual([run?.id]);
    await expect(cancelFor(context, { ...all, run: run?.id ?? '' })).rejects.toMatchObject({ code: 'settled' });
    expect(await scene.queue.stateOf(other?.id ?? '')).toBe('queued');
  });
});

describe('setting a schedule', () => {
  it('goes on from now by the new expression, and by that of the configuration when it is set back', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    const one = scene.ask({ agentId: scene.qa.agentId });
    const row = () =>
      query('SELECT cron, time_zone AS zone, source, set_by AS by FROM upkeep.schedule WHERE agent_id = $1', [scene.qa.agentId]);
    const set = { cron: '30 4 * * *', zone: 'Europe/Berlin', priority: 'CRITICAL', isDefault: false } as const;
    const { nextRunAt } = await setSchedule(context, { ...one, set });
    expect(nextRunAt).toEqual(await scene.nextRunAt(scene.qa));
    expect(nextRunAt?.toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' })).toBe('04:30:00');
    expect(await row()).toEqual([{ cron: '30 4 * * *', zone: 'Europe/Berlin', source: 'person', by: 'ann' }]);
    expect(await query('SELECT priority FROM upkeep.agent WHERE id = $1', [scene.qa.agentId])).toEqual([{ priority: 'CRITICAL' }]);
    await setSchedule(context, { ...one, set: { cron: '0 2 * * *', zone: 'UTC', priority: null, isDefault: true } });
    expect(await row()).toEqual([{ cron: '0 2 * * *', zone: 'UTC', source: 'configuration', by: null }]);
    expect(await scene.toldLedger()).toEqual(['agent:scheduled', 'agent:scheduled']);
  });

  it('leaves an agent that is paused out of the schedule', async () => {
    await using scene = await steerScene();
    const one = scene.ask({ agentId: scene.qa.agentId });
    await pauseAgents(scene.context, { ...one, until: null, running: 'refuse' });
    const set = { cron: '30 4 * * *', zone: 'UTC', priority: null, isDefault: false } as const;
    expect(await setSchedule(scene.context, { ...one, set })).toMatchObject({ nextRunAt: null });
  });
});
