import { expect, it } from 'vitest';
import { agentWith, policyOf, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

it('gives single rules the severity that the repository wants, before that of their check', async () => {
  const checks = [wordCheck({ id: 'one', bad: 'teh' }), wordCheck({ id: 'two', bad: 'adn' }), wordCheck({ id: 'three', bad: 'oen' })];
  const agents = [agentWith('docs', checks)];
  await using repository = await repositoryWith({ 'a.txt': 'teh\nadn\noen\n' });
  const { result } = await runEngine(repository, agents, {
    policy: policyOf(agents, {
      checks: {
        one: { rules: { teh: 'off' } },
        two: { rules: { adn: 'warning' } },
        three: { severity: 'warning', rules: { oen: 'error' } },
      },
    }),
  });
  expect(result.runs[0]?.checks.map(({ outcome, findings }) => [outcome, findings.map(({ severity }) => severity)])).toEqual([
    ['passed', []],
    ['passed', ['warning']],
    ['failed', ['error']],
  ]);
});
