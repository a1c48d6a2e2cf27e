import { describe, expect, it } from 'vitest';
import { blockingRef, runRef, setOwnRef, suggestRef } from '../../../agents/delivery/own-refs.ts';
import { agentWith, leftovers, runEngine, wordCheck } from '../../support/engine.ts';
import { repositoryWith } from '../../support/git-repository.ts';

describe('the refs of agents', () => {
  it.each(['refs/upkeep', 'refs/upkeep/runs', 'refs/upkeep/suggest/docs/mine'])(
    'cannot be made beside %s: a run says so before it starts anything',
    async (ref) => {
      await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
      await repository.git('update-ref', ref, 'HEAD');
      await expect(
        runEngine(repository, [agentWith('docs', [wordCheck({ id: 'spelling', bad: 'teh', good: 'the' })])]),
      ).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringMatching(new RegExp(`^the ref ${ref} keeps .*: git update-ref -d ${ref}$`)) as string,
      });
      expect(await leftovers(repository)).toMatchObject({ worktrees: 0, journals: [], status: '' });
      await repository.git('update-ref', '-d', ref);
      expect(await blockingRef(await repository.open())).toBe(null);
    },
  );

  it('are not in the way of each other, and one that cannot be set names the ref that is', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a\n' });
    const opened = await repository.open();
    const head = await repository.head();
    await setOwnRef(opened, suggestRef('docs'), head);
    await setOwnRef(opened, runRef('0199', 'docs'), head);
    expect(await blockingRef(opened)).toBe(null);
    await setOwnRef(opened, suggestRef('docs'), null);
    await repository.git('update-ref', 'refs/upkeep/suggest', 'HEAD');
    await expect(setOwnRef(opened, suggestRef('docs'), head)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('git update-ref -d refs/upkeep/suggest') as string,
    });
  });
});
