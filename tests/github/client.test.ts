import { describe, expect, it } from 'vitest';
import type { GitHub, WaitFacts } from '../../github/client.ts';
import { failureOf } from '../support/github/failure-of.ts';
import type { Fault } from '../support/github/faults.ts';
import { REPOSITORY, startGitHub, TOKEN } from '../support/github/start-github.ts';
import type { FakeGitHub } from '../support/github/start-github.ts';

const AT = { owner: 'acme', repo: 'site' };
const ISSUES = '/repos/acme/site/issues';
const list = (github: GitHub): Promise<unknown> => github.rest.issues.listForRepo(AT);
const create = (github: GitHub): Promise<unknown> => github.rest.issues.create({ ...AT, title: 'one' });
const PATIENT = { retries: 2, throttle: true, secondMs: 1 };
const RETRYING = { retries: 2, throttle: false, secondMs: 1 };

describe('the token', () => {
  it.each([
    ['', 'no-token', 'set GITHUB_TOKEN'],
    ['  \n', 'no-token', 'set GITHUB_TOKEN'],
    ['ghp_one two', 'bad-credentials', 'copy it again'],
    ['ghp_öne', 'bad-credentials', 'copy it again'],
  ])('%j is refused before anything is sent, and not shown', async (token, code, words) => {
    await using double = await startGitHub();
    const open = (): GitHub => double.open({ auth: { kind: 'token', token } });
    expect(open).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) as string }));
    expect(open).toThrow(/^(?!.*ghp_)/);
  });

  it('is taken without the line end that it was pasted with', async () => {
    await using double = await startGitHub();
    await list(double.open({ auth: { kind: 'token', token: `${TOKEN}\n` } }));
    expect(double.lines).toEqual([`GET ${ISSUES} 200`]);
  });
});

describe('an address of GitHub Enterprise', () => {
  it('is used for REST and for GraphQL, with or without a slash at its end', async () => {
    await using double = await startGitHub();
    for (const baseUrl of [`${double.url}/api/v3`, `${double.url}/api/v3/`]) {
      const github = double.open({ baseUrl });
      await list(github);
      await github.graphql('query { repository(owner: "acme", name: "site") { id } }');
    }
    expect(double.lines).toEqual([`GET ${ISSUES} 200`, 'POST /graphql 200', `GET ${ISSUES} 200`, 'POST /graphql 200']);
  });
});

describe('trying again', () => {
  it('helps a read over faults that pass', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 502 });
    double.failNext({ how: 'reset' });
    const github = double.open({ patience: RETRYING });
    await list(github);
    expect(double.log.map(({ status }) => status)).toEqual([502, 0, 200]);
    expect(github.usage().requests).toBe(3);
  });

  it('ends after two more tries', async () => {
    await using double = await startGitHub();
    double.failNext({ status: 503, times: 10 });
    expect(await failureOf(list(double.open({ patience: RETRYING })))).toMatchObject({ code: 'outage', facts: { status: 503 } });
    expect(double.log).toHaveLength(3);
  });

  it('is not done where it cannot help', async () => {
    await using double = await startGitHub();
    double.revoke(TOKEN);
    await failureOf(list(double.open({ patience: RETRYING })));
    expect(double.log).toHaveLength(1);
  });

  it.each<Fault>([
    { how: 'lost' },
    { how: 'cut' },
    { how: 'reset' },
    { how: 'hang' },
    { status: 500 },
    { status: 502, body: 'Bad Gateway' },
  ])('is never done for a POST: %j', async (how) => {
    await using double = await startGitHub();
    double.failNext(how);
    const failure = await failureOf(create(double.open({ patience: RETRYING, ...(how.how === 'hang' ? { timeoutMs: 300 } : {}) })));
    expect(failure.isTransient).toBe(true);
    expect(double.log).toHaveLength(1);
    expect(double.repository().issues).toHaveLength(how.how === 'lost' || how.how === 'cut' ? 1 : 0);
  });

  it('is never done for a mutation, but for a query', async () => {
    await using double = await startGitHub();
    const { graphql } = double.open({ patience: RETRYING });
    double.failNext({ status: 502 });
    await failureOf(
      graphql('mutation($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }', { id: 'x' }),
    );
    double.failNext({ status: 502 });
    await graphql('query { repository(owner: "acme", name: "site") { id } }');
    expect(double.log.map(({ status }) => status)).toEqual([502, 502, 200]);
  });
});

describe('a limit', () => {
  const open = (double: FakeGitHub, waits: WaitFacts[]): GitHub => double.open({ patience: PATIENT, onWait: (facts) => waits.push(facts) });

  it('that ends soon is waited for, which is told', async () => {
    await using double = await startGitHub();
    const waits: WaitFacts[] = [];
    double.failNext({ status: 403, body: { message: 'API rate limit exceeded' }, headers: limited(20) });
    await open(double, waits).rest.issues.createLabel({ ...AT, name: 'one' });
    expect(waits).toEqual([
      { reason: 'rate-limit', seconds: expect.closeTo(21, -1) as number, request: 'POST /repos/{owner}/{repo}/labels' },
    ]);
    expect(double.repository().labels).toHaveLength(1);
  });

  it('that ends late ends the call at once and says until when', async () => {
    await using double = await startGitHub();
    const waits: WaitFacts[] = [];
    double.limit(0, 1800);
    const failure = await failureOf(list(open(double, waits)));
    expect(failure).toMatchObject({ code: 'rate-limited', isTransient: true });
    expect(failure.facts.until?.getTime()).toBeGreaterThan(Date.now() + 1_700_000);
    expect(failure.message).toContain("GitHub's rate limit is used up until 20");
    expect([waits, double.log.length]).toEqual([[], 1]);
  });

  it('on bursts is waited for as long as GitHub says, twice at most', async () => {
    await using double = await startGitHub();
    const waits: WaitFacts[] = [];
    double.failNext({
      status: 403,
      body: { message: 'You have exceeded a secondary rate limit.' },
      headers: { 'retry-after': '7' },
      times: 9,
    });
    expect(await failureOf(list(open(double, waits)))).toMatchObject({ code: 'rate-limited' });
    expect(waits.map(({ reason, seconds }) => [reason, seconds])).toEqual([
      ['secondary-limit', 7],
      ['secondary-limit', 7],
    ]);
    expect(double.log).toHaveLength(3);
  });

  it('is visible before it is used up', async () => {
    await using double = await startGitHub();
    const github = double.open();
    expect(github.usage()).toEqual({ requests: 0, remaining: null });
    await list(github);
    double.limit(12, 600);
    await create(github);
    expect(github.usage()).toEqual({ requests: 2, remaining: 11 });
  });

  it('is not waited for once the run ends', async () => {
    await using double = await startGitHub();
    const end = new AbortController();
    double.failNext({ status: 403, body: { message: 'You have exceeded a secondary rate limit.' }, headers: { 'retry-after': '30' } });
    const github = double.open({ patience: { ...PATIENT, secondMs: 1000 }, signal: end.signal, onWait: () => end.abort() });
    expect(await failureOf(list(github))).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('because the run ends') as string,
    });
  });

  function limited(seconds: number): Record<string, string> {
    return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + seconds) };
  }
});

describe('what was read before', () => {
  it('is asked for on condition, and costs nothing while it did not change', async () => {
    await using double = await startGitHub();
    double.repository().openIssue({ title: 'one' });
    const github = double.open();
    const titles = async (state: 'open' | 'closed'): Promise<string[]> =>
      (await github.rest.issues.listForRepo({ ...AT, state })).data.map(({ title }) => title);
    expect([await titles('open'), await titles('closed'), await titles('open')]).toEqual([['one'], [], ['one']]);
    expect(double.log.map(({ status }) => status)).toEqual([200, 200, 304]);
    expect(github.usage().remaining).toBe(4998);
    double.repository().openIssue({ title: 'two' });
    expect(await titles('open')).toEqual(['two', 'one']);
    expect(double.log.at(-1)?.status).toBe(200);
  });
});

describe('what is sent', () => {
  const redact = (text: string): string => text.replaceAll('hunter-two', '[redacted]');

  it('is redacted in every text, and nowhere else', async () => {
    await using double = await startGitHub();
    const { rest } = double.open({ redact });
    await rest.issues.create({ ...AT, title: 'hunter-two', body: 'a "hunter-two" \\ b', labels: ['hunter-two'] });
    expect(double.repository().issues).toMatchObject([{ title: '[redacted]', body: 'a "[redacted]" \\ b', labels: ['[redacted]'] }]);
  });

  it('as the content of a file stays whole', async () => {
    await using double = await startGitHub();
    const content = Buffer.from('PASSWORD=hunter-two\n').toString('base64');
    const broken = (text: string): string => text.replaceAll(content, '[redacted]');
    const { rest } = double.open({ redact: broken });
    const { data: blob } = await rest.git.createBlob({ ...AT, content, encoding: 'base64' });
    expect((await rest.git.getBlob({ ...AT, file_sha: blob.sha })).data.content).toBe(content);
    await rest.issues.create({ ...AT, title: 'x', body: content });
    expect(double.repository().issue(1).body).toBe('[redacted]');
  });

  it('never has the token anywhere but in its header', async () => {
    await using double = await startGitHub({ repositories: { [REPOSITORY]: {} } });
    const github = double.open();
    await create(github);
    await github.graphql('query { repository(owner: "acme", name: "site") { id } }');
    for (const { path, query, body, headers } of double.log) {
      const { authorization, ...others } = headers;
      expect(authorization).toBe(`token ${TOKEN}`);
      expect(JSON.stringify([path, query, body, others])).not.toContain(TOKEN);
    }
  });
});
