/** Proposals that meet people, other runs, rules and hosts that say no. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyState, fold } from '../../../ledger/fold.ts';
import { agentWith, wordCheck } from '../../support/engine.ts';
import { change, proposalScene } from '../../support/proposals.ts';
import type { ProposalScene } from '../../support/proposals.ts';

const teh = agentWith('docs', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' })]);
const colour = agentWith('backend', [wordCheck({ id: 'colour', bad: 'colour', good: 'color', files: /\.md$/ })], 'HIGH');

/** A branch of docs that is open, and a target that has moved since. */
async function openAndMoved(): Promise<ProposalScene> {
  const scene = await proposalScene({ 'a.txt': 'teh\n' });
  await scene.run([teh]);
  await scene.commit('main', { 'b.txt': 'teh more\n' });
  await scene.pull();
  return scene;
}

describe('a branch on which a person works', () => {
  it('is never overwritten, and the report says so', async () => {
    await using scene = await openAndMoved();
    const theirs = await scene.commit('upkeep/docs', { 'mine.txt': 'mine\n' });
    const { result, recorded } = await scene.run([teh]);
    expect(result.delivery).toMatchObject({
      outcome: 'nothing',
      proposals: [{ state: 'taken-over', number: 1, notes: ['upkeep/docs has commits of a person, so it is left as it is'] }],
    });
    expect(await scene.at('upkeep/docs')).toBe(theirs);
    // It is in the hands of people: no run tries again until something changes.
    expect(recorded[0]?.data).toMatchObject({ outcome: 'fixed', delivered: true });
  });

  it('is not deleted when the agent has nothing to change any more', async () => {
    await using scene = await openAndMoved();
    const theirs = await scene.commit('upkeep/docs', { 'mine.txt': 'mine\n' });
    await scene.commit('main', { 'a.txt': 'by hand\n', 'b.txt': 'by hand\n' });
    await scene.pull();
    const { result } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'taken-over' }]);
    expect(await scene.at('upkeep/docs')).toBe(theirs);
    expect(scene.host.pulls).toMatchObject([{ state: 'open' }]);
  });

  it('is theirs as soon as they amend our commit', async () => {
    await using scene = await openAndMoved();
    await using person = await scene.remote.clone();
    await person.git('checkout', '-q', 'upkeep/docs');
    await person.write('a.txt', 'the, better\n');
    await person.git('commit', '-q', '-a', '--amend', '--no-edit');
    await person.git('push', '-q', '--force', 'origin', 'upkeep/docs');
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'taken-over' }]);
    expect(await scene.at('upkeep/docs')).toBe(await person.head());
  });

  it('stays ours when they only brought it up to date', async () => {
    await using scene = await openAndMoved();
    await using person = await scene.remote.clone();
    await person.git('checkout', '-q', 'upkeep/docs');
    await person.git('merge', '-q', '--no-ff', '-m', "Merge branch 'main' into upkeep/docs", 'origin/main');
    await person.git('push', '-q', 'origin', 'upkeep/docs');
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'updated' }]);
    expect(await scene.remote.git('rev-list', '--count', 'main..upkeep/docs')).toBe('1');
  });

  it('is not overwritten by a run that was overtaken while it asked', async () => {
    await using scene = await openAndMoved();
    let theirs = '';
    scene.host.beforeFind = async () => {
      theirs = await scene.commit('upkeep/docs', { 'mine.txt': 'mine\n' });
    };
    const { result, recorded } = await scene.run([teh]);
    expect(result.delivery.proposals).toMatchObject([{ state: 'waiting' }]);
    expect(await scene.at('upkeep/docs')).toBe(theirs);
    expect(recorded[0]?.data).toMatchObject({ delivered: false });
    expect(await scene.clone.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/docs');
  });

  it('that the ledger knows as ours is replaced without a look at it', async () => {
    await using scene = await openAndMoved();
    const known = await scene.at('upkeep/docs');
    await scene.run([teh], { proposedBefore: new Set([known]) });
    expect(await scene.at('upkeep/docs^')).toBe(await scene.at('main'));
    expect(await scene.clone.git('for-each-ref', 'refs/upkeep/fetched')).toBe('');
  });

  it('was theirs from the beginning when they made it', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.remote.git('branch', 'upkeep/docs', 'main');
    const theirs = await scene.commit('upkeep/docs', { 'mine.txt': 'mine\n' });
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'taken-over', number: null }]);
    expect(await scene.at('upkeep/docs')).toBe(theirs);
  });
});

describe('a pull request that a person closed', () => {
  it('is not opened again for the same change, and the agent does not make it again', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    change(scene.host, 1, { state: 'closed' });
    await scene.remote.git('branch', '-D', 'upkeep/docs');
    const { result, recorded } = await scene.run([teh]);
    expect(result.delivery).toMatchObject({
      outcome: 'nothing',
      proposals: [{ state: 'declined', number: 1, notes: [expect.stringContaining('closed without merging')] }],
    });
    expect(await scene.at('upkeep/docs')).toBe('');
    expect(recorded.map(({ type }) => type)).toEqual(['agent:completed', 'delivery:withdrawn', 'delivery:undone']);
    expect(recorded[0]?.data).toMatchObject({ delivered: false });
    expect(await scene.clone.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');

    const memory = fold(emptyState(), { sequence: 1, events: recorded });
    const next = await scene.run([teh], {}, { state: memory });
    expect(next.result.runs).toMatchObject([{ outcome: 'failed', notes: [expect.stringContaining('a person undid exactly this change')] }]);
    expect(scene.host.pulls).toHaveLength(1);
  });

  it('is followed by a new one when the change is another one', async () => {
    await using scene = await openAndMoved();
    change(scene.host, 1, { state: 'closed' });
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'opened', number: 2 }]);
  });

  it('is the same change on another base', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.run([teh]);
    change(scene.host, 1, { state: 'closed' });
    await scene.commit('main', { 'a.txt': 'lines\nabove\nteh\n' });
    await scene.pull();
    expect((await scene.run([teh])).result.delivery.proposals).toMatchObject([{ state: 'declined' }]);
  });
});

describe('a host that says no', () => {
  it('keeps the branch, tells the setting, and is asked again by the next run', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n', 'b.md': 'colour\n' });
    scene.host.failNext('propose', { isTransient: false, reason: 'not permitted', advice: 'tick the box' });
    const { result, recorded } = await scene.run([teh, colour]);
    expect(result.delivery).toMatchObject({
      outcome: 'refused',
      reason: 'upkeep/backend is on origin; not permitted',
      advice: 'tick the box',
      proposals: [
        { agent: 'backend', state: 'refused' },
        { agent: 'docs', state: 'opened' },
      ],
    });
    expect(await scene.at('upkeep/backend')).not.toBe('');
    expect(recorded.flatMap(({ data }) => ('delivered' in data ? [[data.agentId, data.delivered]] : []))).toEqual([
      ['docs', true],
      ['backend', false],
    ]);
    expect(await scene.clone.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/backend');
    const patches = join(scene.clone.path, '.git', 'upkeep', 'patches');
    expect(readdirSync(join(patches, readdirSync(patches)[0] ?? ''))).toEqual(['0001-backend.patch']);
    const next = await scene.run([colour]);
    expect(next.result.delivery).toMatchObject({ outcome: 'proposed', proposals: [{ agent: 'backend', state: 'opened' }] });
    expect(await scene.clone.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
  });

  it.each(['find', 'propose'] as const)('that is away at %s makes the commits wait, and the run is not refused', async (call) => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    scene.host.failNext(call, { isTransient: true, reason: 'GitHub could not be reached' });
    const { result } = await scene.run([teh]);
    expect(result.delivery).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('could not be reached') as unknown });
    expect((await scene.run([teh])).result.delivery).toMatchObject({ outcome: 'proposed' });
    expect(scene.host.pulls).toHaveLength(1);
  });

  it('that nobody can speak to is told before anything is pushed', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    const { result } = await scene.run([teh], { port: { reason: 'there is no token', advice: 'give it one' } });
    expect(result.delivery).toMatchObject({ outcome: 'refused', reason: 'there is no token', advice: 'give it one' });
    expect(await scene.at('upkeep/docs')).toBe('');
  });
});

describe('a remote that says no', () => {
  it('is told with its own words, and the work is kept', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    await scene.remote.write(
      'hooks/pre-receive',
      '#!/bin/sh\ncat >/dev/null\necho "error: GH013: Repository rule violations found for refs/heads/upkeep/docs." >&2\necho "- Cannot create ref due to creations being restricted." >&2\nexit 1\n',
      0o755,
    );
    const { result } = await scene.run([teh]);
    expect(result.delivery).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('Cannot create ref due to creations being restricted') as unknown,
      advice: expect.stringContaining('ruleset') as unknown,
    });
    expect(scene.host.pulls).toEqual([]);
    expect(result.delivery.patches).toHaveLength(1);
  });

  it.each([
    ['there is no remote', { remote: null }, 'there is no remote "origin"'],
    ['HEAD is detached', { branch: null }, 'HEAD is detached'],
    ['the branch is one of an agent', { branch: 'upkeep/docs' }, 'is a branch of an agent itself'],
    ['the remote has no such branch', { branch: 'nowhere' }, 'has no branch nowhere'],
  ])('is told when %s', async (_, more, words) => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    const { result } = await scene.run([teh], more);
    expect(result.delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(words) as unknown });
    expect(await scene.clone.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/docs');
    expect(scene.host.calls).toEqual([]);
  });

  it('does no harm to a run that has nothing to propose', async () => {
    await using scene = await proposalScene({ 'a.txt': 'fine\n' });
    const { result } = await scene.run([teh], { remote: null });
    expect(result.delivery).toMatchObject({ outcome: 'nothing', reason: null });
  });

  it('tells of both ways when another one was closed before', async () => {
    await using scene = await proposalScene({ 'a.txt': 'teh\n' });
    const instead = { reason: 'origin did not take main: protected', advice: 'unprotect it' };
    const refused = await scene.run([teh], { instead, port: { reason: 'there is no token', advice: 'give it one' } });
    expect(refused.result.delivery.reason).toBe('origin did not take main: protected; no pull request either: there is no token');
    const proposed = await scene.run([teh], { instead });
    expect(proposed.result.delivery).toMatchObject({ outcome: 'proposed', ...instead });
  });
});
