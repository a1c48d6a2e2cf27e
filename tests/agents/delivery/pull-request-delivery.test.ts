import { describe, expect, it } from 'vitest';
import { policyOf, agentWith, leftovers, wordCheck } from '../../support/engine.ts';
import { proposalScene } from '../../support/proposals.ts';

const NOTHING_LEFT = { worktrees: 0, runRefs: '', journals: [], status: '' };
const teh = agentWith('docs', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' })]);
const colour = agentWith('backend', [wordCheck({ id: 'colour', bad: 'colour', good: 'color', files: /\.md$/ })], 'HIGH');

describe('delivery by pull request', () => {
  it('gives each agent a branch from the target with exactly its commit, and a pull request', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n', 'b.md': 'colour\n' });
    const base = await scene.clone.head();
    const { result, recorded } = await scene.run([teh, colour]);
    expect(result).toMatchObject({
      head: base,
      delivery: {
        mode: 'pull-request',
        outcome: 'proposed',
        proposals: [
          { agent: 'backend', branch: 'upkeep/backend', state: 'opened', number: 1, url: 'https://host.test/1' },
          { agent: 'docs', branch: 'upkeep/docs', state: 'opened', number: 2 },
        ],
      },
    });
    for (const [agent, path, content] of [
      ['docs', 'a.txt', 'the'],
      ['backend', 'b.md', 'color'],
    ] as const) {
      expect(await scene.remote.git('rev-list', `main..upkeep/${agent}`)).toBe(await scene.at(`upkeep/${agent}`));
      expect(await scene.remote.git('diff', '--name-only', 'main', `upkeep/${agent}`)).toBe(path);
      expect(await scene.remote.git('show', `upkeep/${agent}:${path}`)).toBe(content);
      expect(await scene.remote.git('log', '-1', '--format=%an|%cn|%(trailers:key=Agent,valueonly)', `upkeep/${agent}`)).toContain(
        `upkeep[bot]|upkeep[bot]|${agent}`,
      );
    }
    expect(await scene.at('main')).toBe(base);
    expect(await scene.clone.head()).toBe(base);
    expect(await scene.clone.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
    expect(await leftovers(scene.clone)).toEqual(NOTHING_LEFT);
    const settled = recorded.filter(({ type }) => type === 'agent:completed');
    expect(settled.map(({ data }) => data)).toMatchObject([
      { delivered: true, outcome: 'fixed', commit: await scene.at('upkeep/docs'), blobs: [] },
      { delivered: true, outcome: 'fixed', commit: await scene.at('upkeep/backend'), blobs: [] },
    ]);
    expect(recorded.filter(({ type }) => type === 'delivery:proposed').map(({ data }) => data)).toMatchObject([
      { agentId: 'backend', number: 1, ref: 'refs/heads/upkeep/backend', commits: [await scene.at('upkeep/backend')] },
      { agentId: 'docs', number: 2, ref: 'refs/heads/upkeep/docs', commits: [await scene.at('upkeep/docs')] },
    ]);
  });

  it('answers the key of the tree that each branch has by itself', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n', 'b.md': 'colour\n' });
    const { recorded } = await scene.run([teh, colour]);
    const keys = recorded.flatMap(({ data }) => ('producedKey' in data ? [[data.agentId, data.producedKey] as const] : []));
    await scene.remote.git('update-ref', 'refs/heads/main', 'upkeep/docs');
    await scene.pull();
    const after = await scene.run(
      [teh, colour],
      {},
      { keyContext: { upkeepVersion: 'test', configuration: '', tools: {}, strict: false, fix: true } },
    );
    const passed = after.recorded.flatMap(({ data }) => ('producedKey' in data && data.agentId === 'docs' ? [data.producedKey] : []));
    expect(passed).toEqual([keys.find(([agent]) => agent === 'docs')?.[1]]);
  });

  it('pushes nothing and says nothing when nothing is new', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    const before = await scene.at('upkeep/docs');
    const { result } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'unchanged', number: 1, commit: before }]);
    expect(await scene.at('upkeep/docs')).toBe(before);
    expect(scene.host.calls).toEqual(['find upkeep/docs', 'propose upkeep/docs', 'find upkeep/docs']);
  });

  it('brings branch and pull request to the newest base in place', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    const moved = await scene.commit('main', { 'b.txt': 'teh other\n' });
    await scene.pull();
    const { result } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'updated', number: 1 }]);
    expect(await scene.remote.git('rev-list', 'main..upkeep/docs')).toBe(await scene.at('upkeep/docs'));
    expect(await scene.at('upkeep/docs^')).toBe(moved);
    expect(await scene.remote.git('show', 'upkeep/docs:b.txt')).toBe('the other');
    expect(scene.host.pulls).toHaveLength(1);
  });

  it('puts its commits on what the remote has, not on what only the person has', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.clone.commit('not for others yet', { 'draft.txt': 'draft\n' });
    const moved = await scene.commit('main', { 'other.txt': 'fine\n' });
    const { result } = await scene.run([teh]);
    expect(result.delivery.outcome).toBe('proposed');
    expect(await scene.at('upkeep/docs^')).toBe(moved);
    expect(await scene.remote.git('ls-tree', '--name-only', 'upkeep/docs')).toBe('a.txt\nother.txt');
  });

  it('proposes changes of the same line side by side', async () => {
    const one = agentWith('backend', [wordCheck({ id: 'one', bad: 'one', good: 'eins' })], 'HIGH');
    const two = agentWith('docs', [wordCheck({ id: 'two', bad: 'two', good: 'zwei' })], 'LOW');
    await using scene = await proposalScene({ 'a.txt': 'one two\n' });
    await scene.run([one, two]);
    expect(await scene.remote.git('show', 'upkeep/backend:a.txt')).toBe('eins two');
    expect(await scene.remote.git('show', 'upkeep/docs:a.txt')).toBe('one zwei');
    // The first one is merged: the second is made anew on it.
    await scene.remote.git('update-ref', 'refs/heads/main', 'upkeep/backend');
    await scene.pull();
    const { result } = await scene.run([two]);
    expect(result.delivery.proposals).toMatchObject([{ agent: 'docs', state: 'updated', number: 2 }]);
    expect(await scene.remote.git('show', 'upkeep/docs:a.txt')).toBe('eins zwei');
    expect(await scene.at('upkeep/docs^')).toBe(await scene.at('main'));
  });

  it('makes a commit again that does not fit the branch any more, by looking anew', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh one\n' });
    await scene.commit('main', { 'a.txt': 'teh two teh\n' });
    const { result } = await scene.run([teh]);
    expect(await scene.remote.git('show', 'upkeep/docs:a.txt')).toBe('the two the');
    expect(result.runs[0]?.notes.join()).toContain('ran again on the branch');
  });

  it('leaves a commit out that is worse by itself, and keeps the others', async () => {
    const harmful = agentWith('backend', [wordCheck({ id: 'shouting', bad: 'loud', good: 'FORBIDDEN' })], 'HIGH');
    const guard = agentWith('qa', [wordCheck({ id: 'guard', bad: 'FORBIDDEN' })]);
    await using scene = await proposalScene({ 'a.txt': 'teh\n', 'b.txt': 'loud\n' });
    const { result } = await scene.run([harmful, teh, guard]);
    expect(result.delivery.proposals.map(({ agent, state }) => [agent, state])).toEqual([['docs', 'opened']]);
    expect(result.runs[0]).toMatchObject({
      outcome: 'failed',
      notes: expect.arrayContaining([expect.stringContaining('taken')]) as unknown,
    });
    expect(await scene.at('upkeep/backend')).toBe('');
  });

  it('names the target in the branch when it is not the default one', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.remote.git('branch', 'release/1.0', 'main');
    await scene.clone.git('fetch', '-q');
    await scene.clone.git('checkout', '-q', 'release/1.0');
    await scene.run([teh]);
    expect(scene.host.pulls).toMatchObject([{ head: 'upkeep/docs--release/1.0', target: 'release/1.0' }]);
    expect(await scene.at('upkeep/docs--release/1.0')).not.toBe('');
    expect(await scene.at('upkeep/docs')).toBe('');
  });
});

describe('a pull request that is not needed any more', () => {
  it('is closed with a word, and its branch deleted', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    await scene.commit('main', { 'a.txt': 'by hand\n' });
    await scene.pull();
    const { result, recorded } = await scene.run([teh]);
    expect(result.delivery).toMatchObject({ outcome: 'nothing', proposals: [{ agent: 'docs', state: 'closed', number: 1 }] });
    expect(scene.host.pulls).toMatchObject([{ state: 'closed', isWithdrawn: true }]);
    expect(await scene.at('upkeep/docs')).toBe('');
    expect(recorded.map(({ type }) => type)).toEqual(['agent:completed', 'delivery:withdrawn']);
    await scene.run([teh]);
    expect(scene.host.calls.filter((call) => call.startsWith('withdraw'))).toHaveLength(1);
  });

  it('is closed too when errors are left that nobody can repair automatically', async () => {
    const mixed = agentWith('docs', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' }), wordCheck({ id: 'broken', bad: 'broken' })]);
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([mixed]);
    await scene.commit('main', { 'a.txt': 'broken\n' });
    await scene.pull();
    const { result } = await scene.run([mixed]);
    expect(result).toMatchObject({ runs: [{ outcome: 'failed' }], delivery: { proposals: [{ state: 'closed' }] } });
  });

  it('leaves its branch behind no longer than it takes to merge it', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    await scene.remote.git('update-ref', 'refs/heads/main', 'upkeep/docs');
    scene.host.pulls.splice(0, 1, { ...scene.host.pulls[0], state: 'merged' } as (typeof scene.host.pulls)[0]);
    await scene.pull();
    const { result } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'closed', notes: ['#1 was merged'] }]);
    expect(await scene.at('upkeep/docs')).toBe('');
    expect(scene.host.calls.some((call) => call.startsWith('withdraw'))).toBe(false);
  });

  it('stays when the run only looked, or did not look at the newest commit', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    await scene.clone.commit('by hand, but not pushed', { 'a.txt': 'by hand\n' });
    await scene.run([teh]);
    await scene.clone.git('reset', '-q', '--hard', 'origin/main');
    await scene.run([teh], {}, { policy: policyOf([teh], { fix: false }) });
    expect(scene.host.pulls).toMatchObject([{ state: 'open' }]);
    expect(await scene.at('upkeep/docs')).not.toBe('');
  });

  it('is tried again by the next run when the host does not answer', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    await scene.commit('main', { 'a.txt': 'by hand\n' });
    await scene.pull();
    scene.host.failNext('withdraw', { isTransient: true, reason: 'away' });
    const { result, recorded } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'waiting', notes: ['away'] }]);
    expect(recorded.some(({ type }) => type === 'delivery:withdrawn')).toBe(false);
    expect(await scene.at('upkeep/docs')).not.toBe('');
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'closed' }]);
  });
});
