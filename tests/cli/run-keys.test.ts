import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

interface Document {
  runs: { agent: string; outcome: string; reason: string | null }[];
}

async function docsAfter(path: string, args: readonly string[], env: Record<string, string> = {}): Promise<Document['runs'][number]> {
  const { stdout } = await runCli(path, ['run', 'docs', '--json', ...args], env);
  const [docs] = (JSON.parse(stdout) as Document).runs;
  if (docs === undefined) throw new Error('no run');
  return { agent: docs.agent, outcome: docs.outcome, reason: docs.reason };
}

const UNCHANGED = { agent: 'docs', outcome: 'skipped', reason: 'unchanged' };

describe('the key of what was checked', () => {
  it('is the same wherever commits go and however much runs at once, so that a laptop knows what CI checked', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    expect(await docsAfter(repository.path, ['--ci', '--delivery', 'push'])).toMatchObject({ outcome: 'passed' });
    expect(await docsAfter(repository.path, [])).toEqual(UNCHANGED);
    expect(await docsAfter(repository.path, ['--concurrency', '1'])).toEqual(UNCHANGED);
    expect(await docsAfter(repository.path, ['--delivery', 'none'], { UPKEEP_RUN_MINUTES: '5' })).toEqual(UNCHANGED);
  });
  it('is another one when a setting changes what is found', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    await docsAfter(repository.path, []);
    expect(await docsAfter(repository.path, [], { UPKEEP_STRICT: 'true' })).toMatchObject({ outcome: 'passed' });
  });
});
