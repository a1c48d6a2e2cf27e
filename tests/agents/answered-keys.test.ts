/** Under which keys the answers of a run are remembered. */
import { describe, expect, it } from 'vitest';
import { agentWith, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const teh = wordCheck({ id: 'spelling', bad: 'teh', good: 'the' });

describe('the answers of a run', () => {
  it('remembers nothing good of the checked tree where the commit of another agent took an error away', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'teh\n' });
    const { result, recorded } = await runEngine(repository, [
      agentWith('backend', [teh]),
      agentWith('qa', [wordCheck({ id: 'watch', bad: 'teh' })]),
    ]);
    expect(result.runs.map((run) => run.outcome)).toEqual(['fixed', 'passed']);
    const of = (agent: string) => recorded.find(({ data }) => data.agentId === agent)?.data;
    expect(of('backend')).toMatchObject({ key: 'key-of-backend' });
    expect(of('qa')).toMatchObject({ key: '', producedKey: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
  });
});
