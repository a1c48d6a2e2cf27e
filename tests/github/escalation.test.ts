import { describe, expect, it } from 'vitest';
import { readMarker, readRecord } from '../../github/escalation-marker.ts';
import { closeEscalation, escalate } from '../../github/escalation.ts';
import { uuidv7 } from '../../ledger/event.ts';
import { closeAsk, factsOf, findingNamed, laterFacts as later, policyOf } from '../support/escalation-facts.ts';
import { startGitHub, type FakeGitHub } from '../support/github/start-github.ts';

const DAY_MS = 24 * 60 * 60_000;

/** GitHub's clock and ours, moved by hand. */
function clock(start = '2026-03-01T12:00:00Z') {
  let time = Date.parse(start);
  return { now: () => new Date(time), pass: (ms: number) => void (time += ms) };
}

/** Requests that were made since the last look, as `POST /issues 201`. */
function requestsOf(double: FakeGitHub): string[] {
  const seen = looked.get(double) ?? 0;
  looked.set(double, double.lines.length);
  return double.lines.slice(seen).map((line) => line.replace('/repos/acme/site', ''));
}
const looked = new WeakMap<FakeGitHub, number>();

const issuesOf = (double: FakeGitHub) =>
  double.repository().issues.map(({ number, state, stateReason, comments }) => ({ number, state, stateReason, comments: comments.length }));
const record = (double: FakeGitHub, number: number) => readRecord(double.repository().issue(number).body ?? '');
const other = { findings: [findingNamed('another')] };
const again = { since: { commit: null, at: '2026-03-02T10:00:00.000Z' } };

describe('an escalation', () => {
  it('opens one issue with its label, in four requests, and three once the label is known', async () => {
    await using double = await startGitHub();
    const result = await escalate(double.open(), factsOf(), policyOf());
    expect(result).toMatchObject({ outcome: 'opened', number: 1, reason: null, notes: [], told: { since: factsOf().since.at } });
    expect(requestsOf(double)).toEqual(['GET /issues 200', 'POST /labels 201', 'POST /issues 201', 'GET /issues 200']);
    const issue = double.repository().issue(1);
    expect(issue).toMatchObject({ title: 'Upkeep: QA fails on main', labels: ['upkeep'], state: 'open', author: 'github-actions[bot]' });
    expect(readMarker(issue.body ?? '')).toEqual({ agent: 'qa', branch: 'main', kind: 'code' });
    await escalate(double.open(), factsOf({ agent: 'docs' }), policyOf());
    expect(requestsOf(double)).toEqual(['GET /issues 200', 'POST /issues 201', 'GET /issues 200']);
  });

  it('says nothing again while the same fails', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    requestsOf(double);
    expect(await escalate(double.open(), later(11, { number: 1 }), policyOf())).toMatchObject({ outcome: 'unchanged', number: 1 });
    expect(requestsOf(double)).toEqual(['GET /issues 200']);
  });

  it('brings the text up to date when something else fails, with one comment, in three requests', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    requestsOf(double);
    expect(await escalate(double.open(), later(11, other), policyOf())).toMatchObject({ outcome: 'updated', number: 1 });
    expect(requestsOf(double)).toEqual(['GET /issues 200', 'POST /issues/1/comments 201', 'PATCH /issues/1 200']);
    const issue = double.repository().issue(1);
    expect(issue.body).toContain('| another |');
    expect(issue.comments.map(({ body }) => body)).toEqual([expect.stringContaining('1 new error, 1 no longer there')]);
    await escalate(double.open(), later(12, other), policyOf());
    expect(issuesOf(double)).toMatchObject([{ comments: 1 }]);
  });

  it('keeps one issue for checks that change, and one each for code and operation', async () => {
    await using double = await startGitHub();
    for (const [index, check] of ['eslint', 'tests', 'prettier', 'eslint'].entries()) {
      await escalate(double.open(), later(10 + index, { findings: [findingNamed(check, { check })] }), policyOf());
    }
    await escalate(double.open(), later(20, { kind: 'operation', reason: 'network', digest: 'network', findings: [] }), policyOf());
    expect(issuesOf(double)).toMatchObject([
      { number: 1, comments: 3 },
      { number: 2, comments: 0 },
    ]);
    expect(double.repository().issue(2).title).toBe('Upkeep: QA cannot be carried out on main');
  });

  it('is closed with the commit that healed it, in three requests', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    requestsOf(double);
    expect(await closeEscalation(double.open(), closeAsk({ number: 1 }), policyOf())).toMatchObject({ outcome: 'closed', number: 1 });
    expect(requestsOf(double)).toEqual(['GET /issues 200', 'POST /issues/1/comments 201', 'PATCH /issues/1 200']);
    const issue = double.repository().issue(1);
    expect(issue).toMatchObject({ state: 'closed', stateReason: 'completed' });
    expect(issue.comments[0]?.body).toContain('Healed: QA passes again at [`aaaaaaaaa`]');
    expect(record(double, 1)).toMatchObject({ ended: 'healed', sequence: 20 });
    expect(await closeEscalation(double.open(), closeAsk({ number: 1 }), policyOf())).toMatchObject({ outcome: 'nothing-open' });
  });

  it.each([
    [13, 'reopened', [{ number: 1, state: 'open', stateReason: 'reopened', comments: 2 }]],
    [
      15,
      'opened',
      [
        { number: 1, state: 'closed' },
        { number: 2, state: 'open', comments: 0 },
      ],
    ],
  ])('red again %i days later is %s', async (...[days, outcome, issues]) => {
    const time = clock();
    await using double = await startGitHub({ now: time.now });
    await escalate(double.open(), factsOf(), policyOf());
    await closeEscalation(double.open(), closeAsk(), policyOf({ now: time.now() }));
    time.pass(days * DAY_MS);
    const result = await escalate(double.open(), later(30, again), policyOf({ now: time.now() }));
    expect(result.outcome).toBe(outcome);
    expect(issuesOf(double)).toMatchObject(issues);
    if (outcome === 'reopened') expect(double.repository().issue(1).comments.at(-1)?.body).toContain('QA fails again on `main` since');
    expect(record(double, issues.length)).toMatchObject({ ended: null, sequence: 30 });
  });

  it('that a person closed stays closed until it was well in between', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    double.repository().closeIssue(1);
    requestsOf(double);
    expect(await escalate(double.open(), later(11, other), policyOf())).toMatchObject({ outcome: 'left-closed', number: 1 });
    expect(requestsOf(double)).toEqual(['GET /issues 200']);
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'noted' });
    expect(issuesOf(double)).toEqual([{ number: 1, state: 'closed', stateReason: 'completed', comments: 0 }]);
    expect(await escalate(double.open(), later(30), policyOf())).toMatchObject({ outcome: 'reopened', number: 1 });
  });

  it('that a person closed is opened again after a green that nobody was told of', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    double.repository().closeIssue(1);
    expect(await escalate(double.open(), later(30, again), policyOf())).toMatchObject({ outcome: 'reopened', number: 1 });
  });

  it('that a person opened again after it was healed is closed with the next green', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    await closeEscalation(double.open(), closeAsk(), policyOf());
    const issue = double.repository().issue(1);
    issue.state = 'open';
    expect(await escalate(double.open(), later(30, again), policyOf())).toMatchObject({ outcome: 'updated' });
    expect(issue.comments.at(-1)?.body).toContain('QA fails again');
    const green = closeAsk({ run: { ...closeAsk().run, id: 'run-40', sequence: 40 } });
    expect(await closeEscalation(double.open(), green, policyOf())).toMatchObject({ outcome: 'closed' });
  });

  it('is not closed by a success that knows less, nor opened again by a failure that knows less', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), later(30), policyOf());
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'overtaken', told: null });
    expect(await escalate(double.open(), later(29, other), policyOf())).toMatchObject({ outcome: 'overtaken' });
    const sameRun = (attempt: number) => closeAsk({ run: { ...closeAsk().run, id: 'run-30', sequence: 30, attempt } });
    await escalate(double.open(), factsOf({ ...other, run: { ...factsOf().run, id: 'run-30', sequence: 30, attempt: 2 } }), policyOf());
    expect(await closeEscalation(double.open(), sameRun(1), policyOf())).toMatchObject({ outcome: 'overtaken' });
    expect(issuesOf(double)).toMatchObject([{ state: 'open' }]);
    expect(await closeEscalation(double.open(), sameRun(3), policyOf())).toMatchObject({ outcome: 'closed' });
    expect(await escalate(double.open(), later(25, again), policyOf())).toMatchObject({ outcome: 'overtaken' });
    expect(issuesOf(double)).toMatchObject([{ state: 'closed' }]);
  });

  it('is closed all the same by a run days later whose ledger was begun anew', async () => {
    await using double = await startGitHub();
    const run = (day: number, sequence: number) => ({ ...factsOf().run, id: uuidv7(new Date(Date.UTC(2026, 2, day))), sequence });
    await escalate(double.open(), factsOf({ run: run(1, 900) }), policyOf());
    expect(await closeEscalation(double.open(), closeAsk({ run: run(1, 3) }), policyOf())).toMatchObject({ outcome: 'overtaken' });
    expect(await closeEscalation(double.open(), closeAsk({ run: run(4, 3) }), policyOf())).toMatchObject({ outcome: 'closed' });
  });

  it('of a branch that is left is closed as not planned', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    await closeEscalation(double.open(), closeAsk({ how: 'left', commit: null }), policyOf());
    expect(issuesOf(double)).toMatchObject([{ state: 'closed', stateReason: 'not_planned' }]);
  });

  it.each(['x-->', 'a\nb', '@octocat #1', "$(reboot)`;'"])('finds its issue again for the branch %j', async (branch) => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf({ branch }), policyOf());
    expect(await escalate(double.open(), later(11, { branch, ...other }), policyOf())).toMatchObject({ outcome: 'updated', number: 1 });
    expect(await closeEscalation(double.open(), closeAsk({ branch }), policyOf())).toMatchObject({ outcome: 'closed', number: 1 });
  });
});

describe('what others do to the issue', () => {
  it('a label taken away makes it be found by its number', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    double.repository().issue(1).labels = [];
    requestsOf(double);
    expect(await escalate(double.open(), later(11, { ...other, number: 1 }), policyOf())).toMatchObject({ outcome: 'updated', number: 1 });
    expect(requestsOf(double).slice(0, 2)).toEqual(['GET /issues 200', 'GET /issues/1 200']);
  });

  it('a text written over makes it be found by its number, and is written anew', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    double.repository().issue(1).body = 'I am on it';
    expect(await escalate(double.open(), later(11, { number: 1 }), policyOf())).toMatchObject({ outcome: 'updated', number: 1 });
    expect(readMarker(double.repository().issue(1).body ?? '')).toMatchObject({ agent: 'qa' });
  });

  it('line ends of GitHub’s editor change nothing', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    const issue = double.repository().issue(1);
    issue.body = (issue.body ?? '').replaceAll('\n', '\r\n');
    expect(await escalate(double.open(), later(11), policyOf())).toMatchObject({ outcome: 'unchanged' });
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'closed' });
    expect(record(double, 1)).toMatchObject({ ended: 'healed' });
  });

  it('a deleted issue is made anew', async () => {
    await using double = await startGitHub();
    expect(await escalate(double.open(), factsOf({ number: 77 }), policyOf())).toMatchObject({ outcome: 'opened', number: 1 });
  });

  it('a stranger’s issue with our marker is none of ours', async () => {
    await using double = await startGitHub({ users: ['stranger'] });
    const body = '<!-- upkeep:v1:qa:main:code -->\n';
    double.repository().openIssue({ title: 'forged', author: 'stranger', body, labels: ['upkeep'] });
    expect(await escalate(double.open(), factsOf(), policyOf())).toMatchObject({ outcome: 'opened', number: 2 });
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'closed', number: 2 });
    expect(double.repository().issue(1)).toMatchObject({ state: 'open', comments: [] });
  });

  it('an account of a person who belongs to the repository is believed as a program is', async () => {
    const tokens = { pat: { kind: 'classic', login: 'ada', scopes: ['repo'] } } as const;
    await using double = await startGitHub({ tokens, repositories: { 'acme/site': { collaborators: { ada: 'write' } } } });
    await escalate(double.open(), factsOf(), policyOf());
    expect(await escalate(double.open(), later(11), policyOf())).toMatchObject({ outcome: 'unchanged', number: 1 });
  });

  it('a lock leaves the comment out and closes it all the same', async () => {
    await using double = await startGitHub();
    await escalate(double.open(), factsOf(), policyOf());
    double.failNext({ on: /comments/, status: 403, body: { message: 'Unable to create comment because issue is locked.' } });
    const closed = await closeEscalation(double.open(), closeAsk(), policyOf());
    expect(closed).toMatchObject({ outcome: 'closed', notes: [expect.stringMatching(/^no comment under #1: .*locked/)] });
  });
});
