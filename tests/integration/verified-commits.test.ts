/** Commits that GitHub makes and signs, where that is asked for: the real command against the double. */
import { describe, expect, it } from 'vitest';
import { faultyOnGitHub } from '../support/faulty-on-github.ts';
import { TOKEN } from '../support/github/start-github.ts';
import { threeAgentsFiles } from '../support/three-agents.ts';

const config = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '{}') as object;
const files = { 'agent.config.json': JSON.stringify({ ...config, delivery: { verifiedCommits: true } }) };

const lines = (text: string): string[] => text.trim().split('\n');

describe('verified commits', () => {
  it('arrive on the branch signed by GitHub, with their trailers; the ledger knows them by their new ids', async () => {
    await using w = await faultyOnGitHub({ files });
    const { code, document, stderr } = await w.run(['--delivery', 'push']);
    expect(code, stderr).toBe(0);
    expect(document.delivery).toMatchObject({ mode: 'push', outcome: 'pushed' });
    const range = `${document.base}..main`;
    expect(lines(await w.repository.git.git(['log', '--format=%cn', range]))).toEqual(['GitHub', 'GitHub', 'GitHub']);
    const agents = lines(await w.repository.git.git(['log', '--format=%(trailers:key=Agent,valueonly,separator=%x2C)', range]));
    expect(agents.sort()).toEqual(['backend', 'docs', 'qa']);
    const shas = lines(await w.repository.git.git(['log', '--format=%H', range]));
    expect(document.runs.flatMap(({ commit }) => (commit === null ? [] : [commit.sha])).sort()).toEqual([...shas].sort());
    expect(document.head).toBe(await w.repository.head());
    expect(stderr).toContain('signed by GitHub: 3 of 3 commits');
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);
    const again = await w.run(['--delivery', 'push']);
    expect(again.document.runs.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  it('are in pull requests as well, and those are brought up to date', async () => {
    await using w = await faultyOnGitHub({ files });
    await w.run(['docs', '--delivery', 'pull-request']);
    expect(await w.repository.git.git(['log', '-1', '--format=%cn', 'upkeep/docs'])).toBe('GitHub\n');
    const moved = await w.repository.commit({ 'more.md': 'Another colour.\n' });
    const { document } = await w.run(['docs', '--delivery', 'pull-request']);
    expect(document.delivery).toMatchObject({ outcome: 'proposed', proposals: [{ state: 'updated', number: 1 }] });
    expect(await w.repository.git.git(['log', '-1', '--format=%cn %P', 'upkeep/docs'])).toBe(`GitHub ${moved}\n`);
    expect((await w.repository.git.branches()).map(({ name }) => name).sort()).toEqual(['main', 'upkeep/docs']);
  });

  it('fall back to a plain push with a reason', async () => {
    const permissions = { contents: 'write', metadata: 'read', issues: 'read' } as const;
    await using w = await faultyOnGitHub({ files, tokens: { [TOKEN]: { permissions } } });
    w.double.failNext({ on: 'POST /graphql', status: 502, times: 9 });
    const { code, stderr, document } = await w.run(['docs', '--delivery', 'push']);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('pushed');
    expect(stderr).toMatch(/signed by GitHub: 0 of 1 commit; docs: .*fault of its own/);
    expect(await w.repository.git.git(['log', '-1', '--format=%cn', 'main'])).toBe('upkeep[bot]\n');
  });

  it('are not, and that is said, where there is no token', async () => {
    await using w = await faultyOnGitHub({ files });
    const { code, stderr } = await w.run(['docs', '--delivery', 'push'], { GITHUB_TOKEN: '' });
    expect(code).toBe(0);
    expect(stderr).toContain('signed by GitHub: 0 of 1 commit; docs: no token for GitHub');
  });
});
