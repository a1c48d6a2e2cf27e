import { describe, expect, it } from 'vitest';
import { findPullRequest, proposePullRequest, withdrawPullRequest } from '../../github/pull-requests.ts';
import type { PullRequestPolicy } from '../../github/pull-requests.ts';
import type { GitHub } from '../../github/client.ts';
import type { PullRequestFacts } from '../../github/pull-request-text.ts';
import { REPOSITORY, startGitHub, TOKEN } from '../support/github/start-github.ts';
import type { FakeGitHub, FakeGitHubOptions } from '../support/github/start-github.ts';
import { pullRequestFacts } from '../support/pull-request-facts.ts';

const POLICY: PullRequestPolicy = { labels: ['upkeep'], automerge: null };
const BRANCHES = { head: 'upkeep/docs', target: 'main' };

/** A repository in which docs has pushed its branch. */
async function world(options: FakeGitHubOptions = {}): Promise<{ double: FakeGitHub; github: GitHub } & AsyncDisposable> {
  const double = await startGitHub(options);
  const remote = double.repository();
  await remote.git.git(['branch', 'upkeep/docs', 'main']);
  await remote.commit({ 'notes.md': 'fixed\n' }, { branch: 'upkeep/docs' });
  return { double, github: double.open(), [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}

async function propose(github: GitHub, more: Partial<PullRequestFacts> = {}, policy = POLICY) {
  return proposePullRequest(github, pullRequestFacts(more), { known: await findPullRequest(github, BRANCHES), policy });
}

const writes = (double: FakeGitHub): string[] =>
  double.log.filter(({ method }) => method !== 'GET').map(({ operation }) => operation ?? '?');

describe('the pull request of an agent', () => {
  it('is opened once, labelled, and found by its branches', async () => {
    await using w = await world();
    expect(await findPullRequest(w.github, BRANCHES)).toBeNull();
    const { pull, what, notes } = await propose(w.github);
    expect([what, notes]).toEqual(['opened', []]);
    const [issue] = await w.double.repository().pulls();
    expect(issue).toMatchObject({
      number: pull.number,
      title: 'auto: Docs – fix 1 problem in 1 file',
      labels: ['upkeep'],
      pull: { head: 'upkeep/docs', base: 'main', draft: false },
    });
    expect(await findPullRequest(w.github, BRANCHES)).toMatchObject({
      number: pull.number,
      state: 'open',
      last: { change: 'c'.repeat(40) },
    });
    expect(await findPullRequest(w.github, { ...BRANCHES, target: 'next' })).toBeNull();
  });

  it('is brought up to date in place, and left alone when nothing is new', async () => {
    await using w = await world();
    const first = await propose(w.github);
    const before = writes(w.double).length;
    expect((await propose(w.github)).what).toBe('unchanged');
    expect(writes(w.double)).toHaveLength(before);
    const later = await propose(w.github, { subject: 'auto: Docs – fix 2 problems in 1 file', base: 'd'.repeat(40) });
    expect([later.what, later.pull.number]).toEqual(['updated', first.pull.number]);
    const pulls = await w.double.repository().pulls();
    expect(pulls.map(({ title }) => title)).toEqual(['auto: Docs – fix 2 problems in 1 file']);
    expect(pulls[0]?.labels).toEqual(['upkeep']);
  });

  it('is one, when two runs open it at the same time', async () => {
    await using w = await world();
    const [one, other] = await Promise.all([
      proposePullRequest(w.github, pullRequestFacts(), { known: null, policy: POLICY }),
      proposePullRequest(w.github, pullRequestFacts({ base: 'd'.repeat(40) }), { known: null, policy: POLICY }),
    ]);
    expect([one.what, other.what].sort()).toEqual(['opened', 'updated']);
    expect(await w.double.repository().pulls()).toHaveLength(1);
  });

  it('is closed with a word, and opened again when it is needed again', async () => {
    await using w = await world();
    const { pull } = await propose(w.github);
    await withdrawPullRequest(w.github, pull, 'the last run had nothing to change any more');
    const issue = w.double.repository().issue(pull.number);
    expect(issue.state).toBe('closed');
    expect(issue.comments.map(({ body }) => body)).toEqual([expect.stringContaining('had nothing to change any more')]);
    expect(await findPullRequest(w.github, BRANCHES)).toMatchObject({ state: 'closed', isWithdrawn: true });
    const again = await propose(w.github);
    expect([again.what, again.pull.number, again.pull.isWithdrawn]).toEqual(['reopened', pull.number, false]);
  });

  it('is a new one when GitHub does not open the old one again', async () => {
    await using w = await world();
    const { pull } = await propose(w.github);
    await withdrawPullRequest(w.github, pull, 'x');
    w.double.failNext({
      on: `PATCH /repos/acme/site/pulls/${pull.number}`,
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [
          {
            resource: 'PullRequest',
            code: 'invalid',
            field: 'state',
            message: 'state cannot be changed. The upkeep/docs branch was force-pushed or recreated.',
          },
        ],
      },
    });
    const again = await propose(w.github);
    expect(again.what).toBe('opened');
    expect(again.pull.number).not.toBe(pull.number);
    expect(await findPullRequest(w.github, BRANCHES)).toMatchObject({ number: again.pull.number, state: 'open' });
  });

  it('that a person closed is told as closed, and a merged one as merged', async () => {
    await using w = await world();
    const { pull } = await propose(w.github);
    w.double.repository().closeIssue(pull.number);
    expect(await findPullRequest(w.github, BRANCHES)).toMatchObject({
      state: 'closed',
      isWithdrawn: false,
      last: { change: 'c'.repeat(40) },
    });
    const second = await propose(w.github);
    expect(second.what).toBe('opened');
    await w.double.repository().merge(second.pull.number);
    expect(await findPullRequest(w.github, BRANCHES)).toMatchObject({ number: second.pull.number, state: 'merged' });
  });

  it('is closed although the comment cannot be made', async () => {
    await using w = await world();
    const { pull } = await propose(w.github);
    w.double.failNext({ on: /comments$/, status: 500 });
    await withdrawPullRequest(w.github, pull, 'x');
    expect(w.double.repository().issue(pull.number).state).toBe('closed');
  });

  it('stands without a label that cannot be made, and says so', async () => {
    await using w = await world();
    w.double.failNext({ on: /labels$/, status: 403, body: { message: 'Resource not accessible by integration' } });
    const { what, notes } = await propose(w.github);
    expect(what).toBe('opened');
    expect(notes).toEqual([expect.stringContaining('could not be labelled')]);
  });

  it("is refused with GitHub's own words where Actions may open none", async () => {
    await using w = await world({ repositories: { [REPOSITORY]: { workflowsMayPropose: false } } });
    await expect(propose(w.github)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('GitHub Actions is not permitted to create or approve pull requests'),
    });
  });

  it('is refused to a token that may not', async () => {
    await using w = await world({ tokens: { [TOKEN]: { permissions: { contents: 'write', metadata: 'read', pull_requests: 'read' } } } });
    await expect(propose(w.github)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it("of somebody else's fork with the same branch name is none of ours", async () => {
    await using w = await world();
    const answer = {
      ...(await w.github.rest.pulls.create({ owner: 'acme', repo: 'site', title: 't', head: 'upkeep/docs', base: 'main' })).data,
    };
    const head = { ...answer.head, repo: { ...answer.head.repo, full_name: 'acme/fork' } };
    w.double.failNext({ on: 'GET /repos/acme/site/pulls', status: 200, body: [{ ...answer, head }] });
    expect(await findPullRequest(w.github, BRANCHES)).toBeNull();
  });
});

describe('automerge', () => {
  const policy: PullRequestPolicy = { labels: [], automerge: 'squash' };

  it('is asked for once, and stays on', async () => {
    await using w = await world({ repositories: { [REPOSITORY]: { allowsAutoMerge: true } } });
    await w.double.repository().protect('main', { requiresPullRequest: false, requiredChecks: ['ci'] });
    expect((await propose(w.github, {}, policy)).notes).toEqual([]);
    expect((await w.double.repository().pulls())[0]?.pull.autoMerge).toMatchObject({ method: 'squash' });
    const before = writes(w.double).length;
    expect((await propose(w.github, {}, policy)).what).toBe('unchanged');
    expect(writes(w.double)).toHaveLength(before);
  });

  it.each([
    ['the repository does not allow it', false, 'turn on "Allow auto-merge"'],
    ['nothing is required', true, 'nothing has to pass'],
  ])('is left out with a reason where %s', async (_, allowsAutoMerge, words) => {
    await using w = await world({ repositories: { [REPOSITORY]: { allowsAutoMerge } } });
    const { what, notes } = await propose(w.github, {}, policy);
    expect(what).toBe('opened');
    expect(notes).toEqual([expect.stringContaining(words)]);
  });
});
