import { describe, expect, it } from 'vitest';
import { pauseAgents } from '../../../scheduler/steer/pause.ts';
import { endPauses, resumeAgents } from '../../../scheduler/steer/resume.ts';
import { steerScene, type SteerScene } from '../../support/steer-scene.ts';

const FOR_GOOD = { until: null, running: 'refuse' } as const;

async function stateOf(scene: SteerScene, runId: string | undefined): Promise<string> {
  return scene.queue.stateOf(runId ?? '');
}

describe('a pause', () => {
  it('takes an agent out of the schedule, skips what had not started, and is told to the ledger', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const [first, second] = [await scene.queue.ask(scene.qa), await scene.queue.ask(scene.qa)];
    const report = await pauseAgents(context, { ...scene.ask({ agentId: scene.qa.agentId }), ...FOR_GOOD });
    expect(report.withdrawn.map(({ id }) => id).sort()).toEqual([first?.id, second?.id].sort());
    expect([await stateOf(scene, first?.id), await stateOf(scene, second?.id)]).toEqual(['settled skipped', 'settled skipped']);
    expect(await scene.claim()).toEqual([]);
    expect(await scene.nextRunAt(scene.qa)).toBeNull();
    expect(await scene.nextRunAt(scene.docs)).not.toBeNull();
    expect(await scene.toldLedger()).toEqual(['agent:paused']);
    expect(await scene.audit()).toEqual(['pause acme/site qa']);
  });

  it('is refused while a run is under way, and then nothing is changed', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const run = await scene.queue.ask(scene.qa);
    const [, waiting] = [await scene.claim(), await scene.queue.ask(scene.qa)];
    const one = scene.ask({ agentId: scene.qa.agentId });
    const message = expect.stringMatching(`^qa runs now \\(run ${run?.id}\\).*--after-run.*--cancel`) as string;
    await expect(pauseAgents(context, { ...one, ...FOR_GOOD })).rejects.toMatchObject({ name: 'SteerError', code: 'runs', message });
    const all = scene.ask({ repositoryId: scene.repositoryId });
    await expect(pauseAgents(context, { ...all, ...FOR_GOOD })).rejects.toMatchObject({ code: 'runs' });
    expect([await stateOf(scene, run?.id), await stateOf(scene, waiting?.id)]).toEqual(['running', 'waiting']);
    expect(await scene.nextRunAt(scene.qa)).not.toBeNull();
    expect([await scene.toldLedger(), await scene.audit()]).toEqual([[], []]);
  });

  it('lets what is under way end, or cancels it, when that is asked for', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const run = await scene.queue.ask(scene.qa);
    await scene.claim();
    const one = scene.ask({ agentId: scene.qa.agentId });
    const under = [{ agent: 'qa', runId: run?.id }];
    expect(await pauseAgents(context, { ...one, until: null, running: 'let-end' })).toMatchObject({ under });
    const marked = (): Promise<object[]> => scene.queue.query('SELECT cancel_by AS by FROM upkeep.run WHERE id = $1', [run?.id]);
    expect(await marked()).toEqual([{ by: null }]);
    expect(await pauseAgents(context, { ...one, until: null, running: 'cancel' })).toMatchObject({ under });
    expect(await marked()).toEqual([{ by: 'ann' }]);
    expect(await scene.queue.query('SELECT agent_id AS id FROM upkeep.pause')).toEqual([{ id: scene.qa.agentId }]);
  });
});

describe('resuming', () => {
  it('brings the agent back from now on, however long the pause was', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const one = scene.ask({ agentId: scene.qa.agentId });
    await pauseAgents(context, { ...one, ...FOR_GOOD });
    const { nextRunAt, agents } = await resumeAgents(context, one);
    const next = await scene.nextRunAt(scene.qa);
    expect(next?.getTime()).toBeGreaterThan(Date.now());
    expect(nextRunAt.get(scene.qa.agentId)).toEqual(next);
    expect(agents).toMatchObject([{ agent: 'qa', pause: null }]);
    expect(await scene.toldLedger()).toEqual(['agent:paused', 'agent:resumed']);
  });

  it('ends the pauses of agents with that of their repository, but no wider one', async () => {
    await using scene = await steerScene();
    const { context } = scene;
    const [one, all, everything] = [
      scene.ask({ agentId: scene.qa.agentId }),
      scene.ask({ repositoryId: scene.repositoryId }),
      scene.ask({}),
    ];
    for (const ask of [one, all, everything]) await pauseAgents(context, { ...ask, ...FOR_GOOD });
    const still = await resumeAgents(context, all);
    expect(still.agents.map(({ pause }) => pause?.kind)).toEqual(['everything', 'everything']);
    expect(await scene.nextRunAt(scene.qa)).toBeNull();
    const done = await resumeAgents(context, everything);
    expect(done.agents.map(({ pause }) => pause)).toEqual([null, null]);
    expect(await scene.nextRunAt(scene.qa)).not.toBeNull();
    expect(await scene.audit()).toEqual([
      'pause acme/site qa',
      'pause acme/site',
      'pause everything',
      'resume acme/site',
      'resume everything',
    ]);
  });

  it('is refused where nothing is paused or in ERROR, and ends ERROR', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    const one = scene.ask({ agentId: scene.qa.agentId });
    await expect(resumeAgents(context, one)).rejects.toMatchObject({
      code: 'not-paused',
      message: expect.stringContaining('qa is not paused') as string,
    });
    await expect(resumeAgents(context, scene.ask({}))).rejects.toMatchObject({ code: 'not-paused' });
    await query(`UPDATE upkeep.agent SET in_error_at = now(), in_error_reason = 'network' WHERE id = $1`, [scene.qa.agentId]);
    await resumeAgents(context, one);
    expect(await query('SELECT in_error_at AS at FROM upkeep.agent WHERE id = $1', [scene.qa.agentId])).toEqual([{ at: null }]);
  });

  it('comes by itself when the time of a pause is over, and tells the ledger nothing, which knows the time', async () => {
    await using scene = await steerScene();
    const { context, query } = scene;
    const one = scene.ask({ agentId: scene.qa.agentId });
    await pauseAgents(context, { ...one, until: new Date(Date.now() + 3_600_000), running: 'refuse' });
    expect(await endPauses(context)).toEqual([]);
    await query(`UPDATE upkeep.pause SET until = now() - interval '1 second'`);
    expect(await endPauses(context)).toMatchObject([{ type: 'agent:resumed', agentId: scene.qa.agentId }]);
    expect((await scene.nextRunAt(scene.qa))?.getTime()).toBeGreaterThan(Date.now());
    expect(await scene.toldLedger()).toEqual(['agent:paused']);
  });
});
