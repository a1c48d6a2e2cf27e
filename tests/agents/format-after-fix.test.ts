import { expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { agentWith, runEngine, wordCheck } from '../support/engine.ts';

it('has what a fixer changed formatted where the formatter had nothing to say before, and blames the fixer that does harm all the same', async () => {
  const shouting = wordCheck({ id: 'shouting', bad: 'loud', good: 'LOUD', files: /b\.txt$/ });
  const guard = wordCheck({ id: 'guard', bad: 'LOUD', files: /b\.txt$/ });
  const spelling = wordCheck({ id: 'spelling', bad: 'teh', good: 'the ', files: /a\.txt$/ });
  const formatter = wordCheck({ id: 'formatter', bad: '  ', good: ' ', order: 90 });
  await using repository = await repositoryWith({ 'a.txt': 'teh end\n', 'b.txt': 'loud\n' });
  const { result } = await runEngine(repository, [agentWith('docs', [spelling, shouting, guard, formatter])]);
  expect(await repository.read('a.txt')).toBe('the end\n');
  expect(await repository.read('b.txt')).toBe('loud\n');
  expect(result.runs[0]?.notes).toEqual([expect.stringContaining('the fixes of shouting were taken back: after them guard')]);
});
