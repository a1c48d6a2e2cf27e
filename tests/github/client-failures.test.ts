import { describe, expect, it } from 'vitest';
import type { GitHub } from '../../github/client.ts';
import type { GitHubErrorCode } from '../../github/github-error.ts';
import type { Fault } from '../support/github/faults.ts';
import { failureOf } from '../support/github/failure-of.ts';
import { ALL_PERMISSIONS, startGitHub, TOKEN } from '../support/github/start-github.ts';
import type { FakeGitHub } from '../support/github/start-github.ts';
import type { Settings } from '../support/github/state.ts';

const AT = { owner: 'acme', repo: 'site' };
const ISSUES = '/repos/acme/site/issues';
const list = (github: GitHub): Promise<unknown> => github.rest.issues.listForRepo(AT);
const create = (github: GitHub): Promise<unknown> => github.rest.issues.create({ ...AT, title: 'one' });

const fault =
  (how: Fault) =>
  (double: FakeGitHub): void =>
    double.failNext(how);
const change = (double: FakeGitHub, settings: Partial<Settings>): void => void Object.assign(double.repository().settings, settings);
const hide = (double: FakeGitHub): void => {
  change(double, { private: true });
  double.addToken(TOKEN, { kind: 'classic', login: 'stranger', scopes: ['repo'] });
};

describe('a failure', () => {
  it.each<[string, { code: GitHubErrorCode; words: string; given: (double: FakeGitHub) => unknown }]>([
    ['an unknown token', { code: 'bad-credentials', words: 'mistyped, revoked or has expired', given: (double) => double.revoke(TOKEN) }],
    [
      'a token without the permission',
      {
        code: 'forbidden',
        words: 'Resource not accessible by integration); it takes issues=write',
        given: (double) => double.addToken(TOKEN, { permissions: { ...ALL_PERMISSIONS, issues: 'read' } }),
      },
    ],
    ['a repository that is not to be seen', { code: 'not-found', words: 'may not see it', given: (double) => hide(double) }],
    [
      'an archived repository',
      { code: 'archived', words: 'nobody can write to it', given: (double) => change(double, { archived: true }) },
    ],
    [
      'issues turned off',
      { code: 'disabled', words: 'turned off in the repository', given: (double) => change(double, { hasIssues: false }) },
    ],
    [
      'something that changed meanwhile',
      { code: 'conflict', words: 'GitHub answered 409: it changed', given: fault({ status: 409, body: { message: 'it changed' } }) },
    ],
    ['an outage', { code: 'outage', words: 'a fault of its own (502)', given: fault({ status: 502, body: '<html>Bad Gateway</html>' }) }],
    ['a machine that is down', { code: 'network', words: 'could not be reached', given: (double) => double.down() }],
    ['a connection that is cut', { code: 'network', words: 'could not be reached', given: fault({ how: 'reset' }) }],
    ['an answer that breaks off', { code: 'network', words: 'could not be reached', given: fault({ how: 'cut' }) }],
    ['silence', { code: 'timeout', words: 'no answer from GitHub in time', given: fault({ how: 'hang' }) }],
    [
      'a sign-in page in between',
      { code: 'unexpected', words: "not GitHub's interface (text/html", given: fault({ status: 200, body: '<html>sign in</html>' }) },
    ],
    [
      'half a document',
      {
        code: 'unexpected',
        words: "not GitHub's interface (application/json",
        given: fault({ status: 201, body: '{"number":', headers: { 'content-type': 'application/json' } }),
      },
    ],
    [
      'a status that nobody expects',
      { code: 'unexpected', words: 'GitHub answered 451: gone', given: fault({ status: 451, body: { message: 'gone' } }) },
    ],
    [
      'a redirect to another host',
      { code: 'moved', words: 'has moved elsewhere', given: fault({ status: 307, headers: { location: 'http://localhost:9/elsewhere' } }) },
    ],
    ['a redirect that leads nowhere', { code: 'moved', words: 'has moved elsewhere', given: fault({ status: 301 }) }],
  ])('by %s has its own code and words', async (_what, { code, words, given }) => {
    await using double = await startGitHub();
    given(double);
    const failure = await failureOf(create(double.open(code === 'timeout' ? { timeoutMs: 300 } : {})));
    expect(failure).toMatchObject({ code, facts: { request: 'POST /repos/{owner}/{repo}/issues' } });
    expect(failure.message).toContain(words);
    expect(failure.message).not.toContain(TOKEN);
    expect(failure.isTransient).toBe(['conflict', 'outage', 'network', 'timeout', 'unexpected'].includes(code));
    expect(double.log.length).toBeLessThan(2);
  });

  it('of a field that GitHub does not take names the field', async () => {
    await using double = await startGitHub();
    const failure = await failureOf(double.open().rest.issues.create({ ...AT, title: 'x', assignees: ['nobody'] }));
    expect(failure).toMatchObject({ code: 'invalid', message: expect.stringContaining('"field":"assignees"') as string });
  });

  it('of GraphQL is one of the same kind', async () => {
    await using double = await startGitHub();
    const { graphql } = double.open();
    const failure = await failureOf(graphql('query { repository(owner: "acme", name: "no") { id } }'));
    expect(failure).toMatchObject({
      code: 'not-found',
      message: "POST /graphql: Could not resolve to a Repository with the name 'acme/no'.",
    });
    double.failNext({ status: 200, body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] } });
    expect(await failureOf(graphql('query { repository(owner: "acme", name: "site") { id } }'))).toMatchObject({ code: 'rate-limited' });
    double.down();
    expect(await failureOf(graphql('query { repository(owner: "acme", name: "site") { id } }'))).toMatchObject({ code: 'network' });
  });

  it('of a list is named without what was asked of it', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 404 });
    const github = double.open();
    const pages = github.paginate.iterator(github.rest.issues.listForRepo, { ...AT, state: 'all', labels: 'upkeep' });
    const failure = await failureOf(pages[Symbol.asyncIterator]().next());
    expect(failure.message).toMatch(/^GET \/repos\/[^?]*\/issues: GitHub found nothing/);
  });

  it('shows no secret that GitHub sends back', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 422, body: { message: 'no hunter-two here' } });
    const failure = await failureOf(create(double.open({ redact: (text) => text.replaceAll('hunter-two', '***') })));
    expect(failure.message).toContain('no *** here');
  });
});

describe('a repository that was renamed', () => {
  it('is read and written under its old name, each request sent again as it was', async () => {
    await using double = await startGitHub();
    await double.repository().rename('acme/shop');
    const github = double.open();
    await create(github);
    await github.rest.issues.update({ ...AT, issue_number: 1, state: 'closed' });
    expect((await github.rest.repos.get(AT)).data.full_name).toBe('acme/shop');
    expect(await github.paginate(github.rest.issues.listForRepo, { ...AT, state: 'all' })).toHaveLength(1);
    const { id } = double.repository();
    expect(double.lines.slice(0, 4)).toEqual([
      `POST ${ISSUES} 307`,
      `POST /repositories/${id}/issues 201`,
      `PATCH ${ISSUES}/1 307`,
      `PATCH /repositories/${id}/issues/1 200`,
    ]);
    expect(double.repository().issues).toMatchObject([{ title: 'one', state: 'closed' }]);
  });

  it('that leads in a circle ends', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 301, headers: { location: ISSUES }, times: 100 });
    expect(await failureOf(list(double.open()))).toMatchObject({ code: 'moved' });
    expect(double.log).toHaveLength(4);
  });
});
