/** The GitHub double itself: what other tests rely on. */
import { describe, expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { REPOSITORY, startGitHub, TOKEN } from '../support/github/start-github.ts';

const AT = { owner: 'acme', repo: 'site' };

describe('the GitHub double', () => {
  it('refuses a request that GitHub does not describe, and remembers it', async () => {
    await using double = await startGitHub();
    const { rest } = double.open();
    await expect(rest.issues.create({ ...AT, title: 'x', lables: ['a'] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(rest.issues.listForRepo({ ...AT, state: 'opne' as 'open' })).rejects.toMatchObject({ code: 'invalid' });
    await fetch(`${double.url}/repos/acme/site/nothing`);
    expect(double.takeViolations()).toEqual([
      'issues/create: body must NOT have additional properties: lables',
      'issues/list-for-repo: query.state/value must be equal to one of the allowed values: open, closed, all',
      'GET /repos/acme/site/nothing: GitHub describes no such operation',
    ]);
  });

  it('fails the test whose requests GitHub does not describe', async () => {
    const double = await startGitHub();
    await fetch(`${double.url}/repos/acme/site/nothing`);
    await expect(double[Symbol.asyncDispose]()).rejects.toThrow('requests that GitHub does not describe');
  });

  it('keeps issues, their labels and comments', async () => {
    await using double = await startGitHub({ repositories: { [REPOSITORY]: { collaborators: { mona: 'write' } } } });
    const { rest, paginate } = double.open();
    const { data: issue } = await rest.issues.create({ ...AT, title: 'one', body: 'text', labels: ['upkeep', 'a'], assignees: ['mona'] });
    expect(issue).toMatchObject({
      number: 1,
      state: 'open',
      user: { login: 'github-actions[bot]', type: 'Bot' },
      html_url: `${double.url}/acme/site/issues/1`,
    });
    await rest.issues.createComment({ ...AT, issue_number: 1, body: 'first' });
    await rest.issues.update({ ...AT, issue_number: 1, state: 'closed', state_reason: 'not_planned' });
    await expect(rest.issues.create({ ...AT, title: 'x', assignees: ['nobody'] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(rest.issues.create({ ...AT, title: 'x', body: 'x'.repeat(65_537) })).rejects.toThrow(
      'body is too long (maximum is 65536 characters)',
    );
    await expect(rest.issues.create({ ...AT, title: 'x', labels: ['l'.repeat(51)] })).rejects.toThrow('name is too long');
    for (let i = 0; i < 120; i += 1) double.repository().openIssue({ title: `more ${i}`, labels: ['UPKEEP'] });
    const found = await paginate(rest.issues.listForRepo, { ...AT, labels: 'upkeep', state: 'all', per_page: 50 });
    expect(found).toHaveLength(121);
    expect(found.at(-1)).toMatchObject({ number: 1, state: 'closed', state_reason: 'not_planned', comments: 1 });
    expect(
      double
        .repository()
        .issue(1)
        .comments.map(({ body }) => body),
    ).toEqual(['first']);
  });

  it('makes pull requests of branches that are there, and follows what is pushed to them', async () => {
    await using double = await startGitHub();
    const remote = double.repository();
    await using clone = await repositoryWith({ a: '1' });
    await clone.git('remote', 'add', 'origin', remote.remote);
    await clone.git('config', 'http.extraHeader', double.server.header(TOKEN));
    await clone.git('fetch', '-q', 'origin');
    await clone.git('checkout', '-q', '-b', 'upkeep/docs', 'origin/main');
    const { rest } = double.open();
    const ask = { ...AT, title: 'fix', head: 'upkeep/docs', base: 'main' };
    await expect(rest.pulls.create(ask)).rejects.toThrow('"field":"head","code":"invalid"');
    await clone.git('push', '-q', 'origin', 'HEAD');
    await expect(rest.pulls.create(ask)).rejects.toThrow('No commits between main and upkeep/docs');
    await clone.commit('auto: fix', { b: '2' });
    await clone.git('push', '-q', 'origin', 'HEAD');
    const { data: pull } = await rest.pulls.create(ask);
    expect(pull).toMatchObject({ number: 1, head: { ref: 'upkeep/docs', sha: await clone.head() }, mergeable: null });
    await expect(rest.pulls.create(ask)).rejects.toThrow('A pull request already exists for acme:upkeep/docs.');
    const second = await clone.commit('auto: fix more', { c: '3' });
    await clone.git('push', '-q', 'origin', 'HEAD');
    expect((await rest.pulls.get({ ...AT, pull_number: 1 })).data).toMatchObject({ mergeable: true, head: { sha: second } });
    expect((await rest.pulls.listFiles({ ...AT, pull_number: 1 })).data.map(({ filename }) => filename)).toEqual(['b', 'c']);
    expect((await rest.pulls.listCommits({ ...AT, pull_number: 1 })).data).toHaveLength(2);
    await rest.pulls.merge({ ...AT, pull_number: 1 });
    expect((await rest.pulls.list({ ...AT, state: 'all', head: 'acme:upkeep/docs' })).data[0]).toMatchObject({
      state: 'closed',
      merged_at: expect.any(String) as string,
    });
    expect((await rest.repos.getBranch({ ...AT, branch: 'main' })).data.commit.parents).toHaveLength(2);
  });

  it('closes a pull request whose branch is deleted and calls one merged whose commits arrived', async () => {
    await using double = await startGitHub();
    const remote = double.repository();
    const { rest } = double.open();
    for (const head of ['one', 'two']) await rest.git.createRef({ ...AT, ref: `refs/heads/${head}`, sha: await remote.head() });
    const one = await remote.commit({ one: '1' }, { branch: 'one' });
    await remote.commit({ two: '2' }, { branch: 'two' });
    await rest.pulls.create({ ...AT, title: 'one', head: 'one', base: 'main' });
    await rest.pulls.create({ ...AT, title: 'two', head: 'two', base: 'main' });
    await remote.git.git(['update-ref', 'refs/heads/main', one]);
    await rest.git.deleteRef({ ...AT, ref: 'heads/two' });
    const pulls = await remote.pulls();
    expect(pulls.map(({ state, pull }) => [state, pull.merged !== null])).toEqual([
      ['closed', true],
      ['closed', false],
    ]);
  });

  it('keeps check runs with their annotations and commit statuses, for commits that are there', async () => {
    await using double = await startGitHub({ tokens: { [TOKEN]: {}, person: { kind: 'classic', login: 'acme', scopes: ['repo'] } } });
    const { rest } = double.open();
    const sha = await double.repository().head();
    const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'failure' as const, message: 'm' };
    const output = { title: 't', summary: 's', annotations: [annotation] };
    const { data: run } = await rest.checks.create({
      ...AT,
      name: 'upkeep/qa',
      head_sha: sha,
      status: 'completed',
      conclusion: 'failure',
      output,
    });
    await rest.checks.update({ ...AT, check_run_id: run.id, output });
    expect((await rest.checks.listAnnotations({ ...AT, check_run_id: run.id })).data).toHaveLength(2);
    expect((await rest.checks.listForRef({ ...AT, ref: 'main' })).data).toMatchObject({
      total_count: 1,
      check_runs: [{ conclusion: 'failure' }],
    });
    await expect(rest.checks.create({ ...AT, name: 'x', head_sha: 'f'.repeat(40) })).rejects.toThrow('No commit found for SHA');
    const person = double.open({ auth: { kind: 'token', token: 'person' } });
    await expect(person.rest.checks.create({ ...AT, name: 'x', head_sha: sha })).rejects.toThrow('You must authenticate via a GitHub App.');
    for (const state of ['pending', 'failure', 'success'] as const)
      await person.rest.repos.createCommitStatus({ ...AT, sha, state, context: 'upkeep/qa' });
    expect((await rest.repos.getCombinedStatusForRef({ ...AT, ref: sha })).data).toMatchObject({ state: 'success', total_count: 1 });
    expect((await rest.repos.listCommitStatusesForRef({ ...AT, ref: sha })).data).toHaveLength(3);
  });

  it('speaks GraphQL as far as commits and automerge go', async () => {
    await using double = await startGitHub({ repositories: { [REPOSITORY]: { allowsAutoMerge: true } } });
    const remote = double.repository();
    const { graphql, rest } = double.open();
    const head = await remote.head();
    await rest.git.createRef({ ...AT, ref: 'refs/heads/upkeep/docs', sha: head });
    const mutation = 'mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid url } } }';
    const input = {
      branch: { repositoryNameWithOwner: REPOSITORY, branchName: 'upkeep/docs' },
      message: { headline: 'auto: x', body: 'Agent: docs' },
      fileChanges: { additions: [{ path: 'b', contents: Buffer.from('2\n').toString('base64') }], deletions: [{ path: 'README.md' }] },
      expectedHeadOid: head,
    };
    const answer = await graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(mutation, { input });
    expect(answer.createCommitOnBranch.commit.oid).toBe(await remote.head('upkeep/docs'));
    expect(await remote.git.git(['ls-tree', '--name-only', 'upkeep/docs'])).toBe('b\n');
    const { data: commit } = await rest.repos.getCommit({ ...AT, ref: 'upkeep/docs' });
    expect(commit.commit).toMatchObject({ message: 'auto: x\n\nAgent: docs', verification: { verified: true } });
    await expect(graphql(mutation, { input })).rejects.toThrow('Expected branch to point to');
    const { data: pull } = await rest.pulls.create({ ...AT, title: 'x', head: 'upkeep/docs', base: 'main' });
    const automerge =
      'mutation($id: ID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: SQUASH }) { pullRequest { number } } }';
    await expect(graphql(automerge, { id: pull.node_id })).rejects.toThrow('clean status');
    await remote.protect('main');
    await graphql(automerge, { id: pull.node_id });
    expect((await rest.pulls.get({ ...AT, pull_number: 1 })).data.auto_merge).toMatchObject({ merge_method: 'squash' });
    await expect(graphql('mutation { createCommitOnBranch(input: { branch: {} }) { comit { oid } } }')).rejects.toThrow();
    expect(double.takeViolations()).toEqual([
      'graphql: Mutation.createCommitOnBranch(input).message is required: CommitMessage!',
      'graphql: Mutation.createCommitOnBranch(input).expectedHeadOid is required: GitObjectID!',
      "graphql: CreateCommitOnBranchPayload.comit is not in GitHub's schema",
    ]);
  });

  it('refuses pushes to protected branches and ruled ones in the words of GitHub', async () => {
    await using double = await startGitHub();
    const remote = double.repository();
    await remote.protect('main');
    await remote.addRuleset({ branches: ['release/*'], rules: [{ type: 'pull_request' }, { type: 'required_signatures' }] });
    await using clone = await repositoryWith({ a: '1' });
    await clone.git('config', 'http.extraHeader', double.server.header(TOKEN));
    await clone.git('fetch', '-q', remote.remote, 'main');
    await clone.git('reset', '-q', '--hard', 'FETCH_HEAD');
    const sha = await clone.commit('direct', { a: '2' });
    const pushed = await clone.tryGit('push', remote.remote, 'HEAD:main', 'HEAD:release/1', 'HEAD:free');
    expect(pushed.stderr).toContain('GH006: Protected branch update failed for refs/heads/main.');
    expect(pushed.stderr).toContain('GH013: Repository rule violations found for refs/heads/release/1.');
    expect(pushed.stderr).toContain('- Commits must have verified signatures.');
    await remote.approve(sha);
    await clone.git('push', '-q', remote.remote, 'HEAD:main');
    const { rest } = double.open();
    expect((await rest.repos.getBranchRules({ ...AT, branch: 'release/1' })).data.map(({ type }) => type)).toEqual([
      'pull_request',
      'required_signatures',
    ]);
    expect((await rest.repos.getBranch({ ...AT, branch: 'main' })).data.protected).toBe(true);
    expect((await rest.repos.getRepoRulesets({ ...AT })).data).toHaveLength(1);
  });

  it('knows workflows of the default branch and takes dispatches', async () => {
    const files = { '.github/workflows/agents.yml': 'on:\n  workflow_dispatch:\n', '.github/workflows/other.yml': 'on: push\n' };
    await using double = await startGitHub({ repositories: { [REPOSITORY]: { files } } });
    const { rest } = double.open();
    const remote = double.repository();
    expect((await rest.actions.listRepoWorkflows(AT)).data.workflows.map(({ path }) => path)).toEqual(Object.keys(files));
    await rest.actions.createWorkflowDispatch({ ...AT, workflow_id: 'agents.yml', ref: 'main', inputs: { agents: 'qa' } });
    await rest.repos.createDispatchEvent({ ...AT, event_type: 'upkeep', client_payload: { agent: 'qa' } });
    expect(remote.dispatches).toMatchObject([{ workflow: 'agents.yml', inputs: { agents: 'qa' } }, { eventType: 'upkeep' }]);
    await expect(rest.actions.createWorkflowDispatch({ ...AT, workflow_id: 'other.yml', ref: 'main' })).rejects.toThrow(
      'workflow_dispatch',
    );
    await expect(rest.actions.createWorkflowDispatch({ ...AT, workflow_id: 'agents.yml', ref: 'no' })).rejects.toThrow(
      'No ref found for: no',
    );
    remote.addWorkflowRun({ workflow: 'agents.yml', sha: await remote.head() });
    expect((await rest.actions.listWorkflowRuns({ ...AT, workflow_id: 'agents.yml' })).data.total_count).toBe(1);
  });

  it('starts in well under 1.5 s', async () => {
    const started = performance.now();
    await using double = await startGitHub();
    await double.open().rest.repos.get(AT);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
