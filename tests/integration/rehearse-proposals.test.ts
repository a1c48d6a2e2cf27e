/** `--rehearse` of pull requests: what would be sent, as files, and nothing else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultyOnGitHub } from '../support/faulty-on-github.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { threeAgentsFiles } from '../support/three-agents.ts';

const config = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '{}') as object;
const files = { 'agent.config.json': JSON.stringify({ ...config, delivery: { mode: 'pull-request' } }) };

/** Without what every run has of its own: ids of commits and runs, and the number of the pull request. */
function masked(text: string): string {
  return text.replace(/[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
}

describe('a rehearsal of pull requests', () => {
  it('writes patches, pushes and requests into the folder, and changes nothing anywhere', async () => {
    await using w = await faultyOnGitHub({ files });
    await using out = await temporaryFolder();
    const { code, document, stderr } = await w.run(['docs', '--rehearse', out.path]);
    expect(code, stderr).toBe(0);
    expect(document.delivery).toMatchObject({
      outcome: 'patch',
      proposals: [{ agent: 'docs', state: 'opened', number: null, url: null, notes: ['only rehearsed'] }],
    });
    expect((await readdir(out.path)).sort()).toEqual(['.upkeep-rehearsal', '0001-docs.patch', 'git', 'github']);
    expect(await readFile(join(out.path, 'git', '001-push.txt'), 'utf8')).toMatch(
      /^git push origin\nrefs\/heads\/upkeep\/docs → [0-9a-f]{40} \(only while it is not there\)\n$/,
    );
    expect(w.double.log.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await w.repository.git.branches()).map(({ name }) => name)).toEqual(['main']);

    const requests = (await readdir(join(out.path, 'github'))).filter((name) => name.endsWith('.http'));
    expect(requests).toEqual(['001-POST-pulls.http', expect.stringMatching(/^002-POST-issues-\d+-labels\.http$/)]);
    const rehearsed = await readFile(join(out.path, 'github', '001-POST-pulls.http'), 'utf8');
    await w.run(['docs']);
    const sent = w.double.log.find(({ operation }) => operation === 'pulls/create');
    expect(masked(rehearsed.slice(rehearsed.indexOf('\n\n') + 2))).toBe(masked(sent?.body ?? 'nothing was sent'));
  });

  it('rehearses closing as well', async () => {
    await using w = await faultyOnGitHub({ files });
    await w.run(['docs']);
    await w.repository.commit({ 'notes.md': 'Other words.\n' });
    await using out = await temporaryFolder();
    const { document } = await w.run(['docs', '--rehearse', out.path]);
    expect(document.delivery).toMatchObject({ outcome: 'nothing', proposals: [{ state: 'closed', number: 1 }] });
    expect(await readFile(join(out.path, 'git', '001-push.txt'), 'utf8')).toMatch(/refs\/heads\/upkeep\/docs is deleted/);
    expect((await w.repository.pulls()).map(({ state }) => state)).toEqual(['open']);
  });
});
