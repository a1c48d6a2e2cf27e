/** Proposals that nobody needs, of agents that do not run. */
import { describe, expect, it } from 'vitest';
import { withdrawStale } from '../../../agents/delivery/withdraw-stale.ts';
import { agentWith, wordCheck } from '../../support/engine.ts';
import { change, proposalScene } from '../../support/proposals.ts';
import type { ProposalScene } from '../../support/proposals.ts';

const teh = agentWith('docs', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' })]);

/** A proposal that was merged with everything else that was to be done. */
async function mergedScene(): Promise<ProposalScene> {
  const scene = await proposalScene({ 'a.txt': 'teh\n' });
  await scene.run([teh]);
  await scene.commit('main', { 'a.txt': 'the\n' });
  await scene.pull();
  return scene;
}

async function tidy(scene: ProposalScene, base?: string): ReturnType<typeof withdrawStale> {
  return withdrawStale({
    repository: await scene.clone.open(),
    target: {
      branch: 'main',
      remote: 'origin',
      remoteName: 'origin',
      auth: undefined,
      port: scene.host,
      proposedBefore: new Set(),
      sign: null,
    },
    agents: ['docs'],
    base: base ?? (await scene.clone.head()),
    branch: 'main',
    runId: 'run',
    origin: { source: 'ci:1', correlationId: 'c', now: () => new Date(0) },
  });
}

describe('a stale proposal', () => {
  it('is closed with its branch, and that is remembered', async () => {
    await using scene = await mergedScene();
    const { proposals, events } = await tidy(scene);
    expect(proposals).toMatchObject([{ agent: 'docs', state: 'closed', number: 1 }]);
    expect(events).toMatchObject([{ type: 'delivery:withdrawn', data: { agentId: 'docs', branch: 'main', number: 1 } }]);
    expect(scene.host.pulls).toMatchObject([{ state: 'closed', isWithdrawn: true }]);
    expect(await scene.at('upkeep/docs')).toBe('');
  });

  it('whose branch is gone is only forgotten', async () => {
    await using scene = await mergedScene();
    await scene.remote.git('branch', '-D', 'upkeep/docs');
    const calls = scene.host.calls.length;
    const { proposals, events } = await tidy(scene);
    expect(proposals).toMatchObject([{ state: 'closed', notes: ['upkeep/docs is gone from origin'] }]);
    expect(events).toHaveLength(1);
    expect(scene.host.calls).toHaveLength(calls);
  });

  it('stays when the branch has newer commits than those that were looked at', async () => {
    await using scene = await mergedScene();
    expect(await tidy(scene, await scene.clone.git('rev-parse', 'HEAD^'))).toEqual({ proposals: [], events: [] });
    expect(await scene.at('upkeep/docs')).not.toBe('');
  });

  it('waits for a host that is away, and is not asked for again where a person works on it', async () => {
    await using scene = await mergedScene();
    scene.host.failNext('withdraw', { isTransient: true, reason: 'away' });
    const away = await tidy(scene);
    expect(away).toMatchObject({ proposals: [{ state: 'waiting' }], events: [] });
    const theirs = await scene.commit('upkeep/docs', { 'mine.txt': 'mine\n' });
    const { proposals, events } = await tidy(scene);
    expect(proposals).toMatchObject([{ state: 'taken-over' }]);
    expect(events).toMatchObject([{ type: 'delivery:withdrawn' }]);
    expect(await scene.at('upkeep/docs')).toBe(theirs);
  });

  it('that was merged is told as merged', async () => {
    await using scene = await mergedScene();
    change(scene.host, 1, { state: 'merged' });
    expect((await tidy(scene)).proposals).toMatchObject([{ state: 'closed', notes: ['#1 was merged'] }]);
    expect(scene.host.calls.some((call) => call.startsWith('withdraw'))).toBe(false);
  });
});
