import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishChecks } from '../../github/check-runs.ts';
import type { GitHub, GitHubOptions } from '../../github/client.ts';
import { closeEscalation, escalate } from '../../github/escalation.ts';
import { rehearsingFetch } from '../../github/rehearsal.ts';
import { checkFacts, checkFindings } from '../support/check-facts.ts';
import { closeAsk, factsOf, findingNamed, laterFacts, policyOf } from '../support/escalation-facts.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { failureOf } from '../support/github/failure-of.ts';
import { startGitHub, TOKEN, type FakeGitHub } from '../support/github/start-github.ts';

const AT = { owner: 'acme', repo: 'site' };

interface Rehearsal extends AsyncDisposable {
  readonly double: FakeGitHub;
  readonly folder: string;
  /** A door whose writes become files. */
  rehearse(options?: Partial<GitHubOptions>): GitHub;
  /** Names of the files, in order. */
  names(): Promise<string[]>;
  /** What a file holds behind its headers. */
  bodyOf(name: string): Promise<string>;
}

async function rehearsal(): Promise<Rehearsal> {
  const double = await startGitHub();
  const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder();
  const folder = join(path, 'new', 'github');
  return {
    double,
    folder,
    rehearse: (options = {}) => double.open({ fetch: rehearsingFetch(folder, fetch), ...options }),
    names: async () => (await readdir(folder)).sort(),
    bodyOf: async (name) => (await readFile(join(folder, name), 'utf8')).split('\n\n').slice(1).join('\n\n'),
    [Symbol.asyncDispose]: async () => {
      await remove();
      await double[Symbol.asyncDispose]();
    },
  };
}

const written = (double: FakeGitHub) => double.log.filter(({ method, operation }) => method !== 'GET' && operation !== 'graphql');

describe('a rehearsal', () => {
  it('of an escalation leaves the bytes that would be sent, and GitHub as it was', async () => {
    await using scene = await rehearsal();
    const { double } = scene;
    expect(await escalate(scene.rehearse(), factsOf(), policyOf())).toMatchObject({ outcome: 'opened', reason: null, notes: [] });
    expect(written(double)).toEqual([]);
    expect(double.repository().issues).toEqual([]);
    expect(await scene.names()).toEqual(['001-POST-labels.http', '002-POST-issues.http', '002-POST-issues.md']);

    await escalate(double.open(), factsOf(), policyOf());
    expect(await Promise.all(['001-POST-labels.http', '002-POST-issues.http'].map((name) => scene.bodyOf(name)))).toEqual(
      written(double).map(({ body }) => body),
    );
    expect(await readFile(join(scene.folder, '002-POST-issues.md'), 'utf8')).toBe(
      `# ${double.repository().issue(1).title}\n\n${double.repository().issue(1).body}\n`,
    );
  });

  it('of an update and of a closing reads what is there and writes what would be said', async () => {
    await using scene = await rehearsal();
    const { double } = scene;
    await escalate(double.open(), factsOf(), policyOf());
    const before = structuredClone(double.repository().issue(1));
    const changed = laterFacts(11, { findings: [findingNamed('another')] });
    expect(await escalate(scene.rehearse(), changed, policyOf())).toMatchObject({ outcome: 'updated', number: 1, reason: null });
    expect(await closeEscalation(scene.rehearse(), closeAsk(), policyOf())).toMatchObject({ outcome: 'closed', number: 1 });
    expect(double.repository().issue(1)).toEqual(before);
    expect((await scene.names()).filter((name) => name.endsWith('.http'))).toEqual([
      '001-POST-issues-1-comments.http',
      '002-PATCH-issues-1.http',
      '003-POST-issues-1-comments.http',
      '004-PATCH-issues-1.http',
    ]);
    expect(JSON.parse(await scene.bodyOf('004-PATCH-issues-1.http'))).toMatchObject({ state: 'closed', state_reason: 'completed' });
  });

  it('of check runs goes to its last annotation', async () => {
    await using scene = await rehearsal();
    const sha = await scene.double.repository().head();
    const runs = [checkFacts({ outcome: 'failed', reason: 'errors-left', hasErrors: true, findings: checkFindings(120) })];
    const publish = (github: GitHub): Promise<unknown> => publishChecks(github, { sha, runs });
    expect(await publish(scene.rehearse())).toEqual({ how: 'check-runs', reason: null });
    expect(scene.double.repository().checkRuns).toEqual([]);
    await publish(scene.double.open());
    const names = (await scene.names()).filter((name) => name.endsWith('.http'));
    const rehearsed = await Promise.all(names.map((name) => scene.bodyOf(name)));
    expect(rehearsed).toEqual(written(scene.double).map(({ body }) => body));
  });

  it('of a pull request, a label, a ref and a mutation is answered as far as what follows needs', async () => {
    await using scene = await rehearsal();
    const github = scene.rehearse();
    const { data: pull } = await github.rest.pulls.create({ ...AT, title: 'fix', body: 'text', head: 'upkeep/docs', base: 'main' });
    expect(pull).toMatchObject({ state: 'open', merged_at: null, title: 'fix', head: { ref: 'upkeep/docs' } });
    const { data: labels } = await github.rest.issues.addLabels({ ...AT, issue_number: pull.number, labels: ['upkeep'] });
    expect(labels).toMatchObject([{ name: 'upkeep' }]);
    await github.rest.pulls.update({ ...AT, pull_number: pull.number, state: 'closed' });
    expect((await github.rest.pulls.get({ ...AT, pull_number: pull.number })).data).toMatchObject({ state: 'closed', title: 'fix' });
    await github.rest.git.createRef({ ...AT, ref: 'refs/heads/x', sha: 'a'.repeat(40) });
    await github.rest.git.deleteRef({ ...AT, ref: 'heads/x' });
    await github.rest.repos.createDispatchEvent({ ...AT, event_type: 'x' });
    const id = pull.node_id;
    await github.graphql('mutation($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }', { id });
    await github.graphql('query { repository(owner: "acme", name: "site") { id } }');
    expect(scene.double.lines).toEqual(['POST /graphql 200']);
    expect((await scene.names()).map((name) => name.slice(4))).toEqual([
      'POST-pulls.http',
      'POST-pulls.md',
      `POST-issues-${pull.number}-labels.http`,
      `PATCH-pulls-${pull.number}.http`,
      'POST-git-refs.http',
      'DELETE-git-refs-heads-x.http',
      'POST-dispatches.http',
      'POST-graphql.http',
    ]);
  });

  it('shows the request as HTTP, without the token and with secrets taken out as ever', async () => {
    await using scene = await rehearsal();
    const github = scene.rehearse({ redact: (text) => text.replaceAll('hunter-two', '[redacted]') });
    await github.rest.issues.create({ ...AT, title: 'x', body: 'a hunter-two b' });
    const text = await readFile(join(scene.folder, '001-POST-issues.http'), 'utf8');
    expect(text.split('\n')[0]).toBe(`POST ${scene.double.url}/repos/acme/site/issues`);
    expect(text).toContain('authorization: [redacted]\n');
    expect(text).toContain('\n\n{"title":"x","body":"a [redacted] b"}');
    for (const name of await scene.names()) {
      const content = await readFile(join(scene.folder, name), 'utf8');
      expect(content).not.toContain(TOKEN);
      expect(content).not.toContain('hunter-two');
    }
  });

  it('leaves the files of an earlier one and goes on counting', async () => {
    await using scene = await rehearsal();
    await mkdir(scene.folder, { recursive: true });
    await writeFile(join(scene.folder, '007-POST-issues.http'), 'mine');
    const github = scene.rehearse();
    await Promise.all(['a', 'b', 'c'].map((title) => github.rest.issues.create({ ...AT, title })));
    expect(await scene.names()).toEqual(['007-POST-issues.http', '008-POST-issues.http', '009-POST-issues.http', '010-POST-issues.http']);
    expect(await readFile(join(scene.folder, '007-POST-issues.http'), 'utf8')).toBe('mine');
  });

  it('into a folder that cannot be written says which', async () => {
    await using scene = await rehearsal();
    await mkdir(join(scene.folder, '..'), { recursive: true });
    await writeFile(scene.folder, 'a file');
    const failure = await failureOf(scene.rehearse().rest.issues.create({ ...AT, title: 'x' }));
    expect(failure).toMatchObject({
      code: 'unexpected',
      message: expect.stringContaining(`could not be written to ${scene.folder}: EEXIST`) as string,
    });
  });
});
