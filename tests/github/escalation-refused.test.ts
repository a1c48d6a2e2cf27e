import { describe, expect, it } from 'vitest';
import { closeEscalation, escalate } from '../../github/escalation.ts';
import { closeAsk, factsOf, findingNamed, laterFacts as later, policyOf } from '../support/escalation-facts.ts';
import { startGitHub, type FakeGitHub } from '../support/github/start-github.ts';

const other = { findings: [findingNamed('another')] };
const issuesOf = (double: FakeGitHub) =>
  double.repository().issues.map(({ number, state, comments }) => ({ number, state, comments: comments.length }));

describe('labels and assignees', () => {
  it('that cannot be had are left out with a note', async () => {
    await using double = await startGitHub({ repositories: { 'acme/site': { collaborators: { ada: 'write' } } } });
    const policy = policyOf({ labels: ['upkeep', 'x'.repeat(51)], assignees: ['ada', 'nobody'] });
    const result = await escalate(double.open(), factsOf(), policy);
    expect(result).toMatchObject({
      outcome: 'opened',
      notes: [expect.stringContaining('cannot be made'), expect.stringContaining('could not be assigned to nobody')],
    });
    expect(double.repository().issue(1)).toMatchObject({ labels: ['upkeep'], assignees: ['ada'] });
  });

  it('are no reason not to speak: without its label the issue is found among the newest, whatever the ledger forgot', async () => {
    await using double = await startGitHub();
    const policy = policyOf({ labels: ['x'.repeat(51)] });
    expect(await escalate(double.open(), factsOf(), policy)).toMatchObject({ outcome: 'opened', number: 1 });
    expect(await escalate(double.open(), later(11), policy)).toMatchObject({ outcome: 'unchanged', number: 1 });
    expect(await escalate(double.open(), later(12), policyOf({ labels: [] }))).toMatchObject({ outcome: 'unchanged', number: 1 });
  });
});

describe('GitHub that does not take it', () => {
  it.each<[string, Parameters<typeof startGitHub>[0], string, RegExp, boolean]>([
    [
      'turned off issues',
      { repositories: { 'acme/site': { hasIssues: false } } },
      'refused',
      /issues are turned off.*Features \(https:\/\/github\.test\/acme\/app\/settings\)/,
      false,
    ],
    ['an archived repository', { repositories: { 'acme/site': { archived: true } } }, 'refused', /archived/, false],
    ['a missing permission', { tokens: { t: { permissions: { issues: 'read' } } } }, 'refused', /issues: write/, true],
    ['an unknown token', { tokens: { t: { expiresAt: new Date(0) } } }, 'refused', /does not know the token/, true],
  ])('for %s gives the reason', async (...[, options, outcome, reason, mayPass]) => {
    await using double = await startGitHub(options);
    const result = await escalate(double.open(), factsOf({ number: 5 }), policyOf());
    expect(result).toMatchObject({ outcome, number: 5, told: null, mayPass });
    expect(result.reason).toMatch(reason);
    expect(double.repository().issues).toEqual([]);
  });

  it('follows a repository to its new name', async () => {
    await using double = await startGitHub();
    const github = double.open();
    await double.repository().rename('acme/new-site');
    expect(await escalate(github, factsOf(), policyOf())).toMatchObject({ outcome: 'opened', number: 1 });
  });

  it.each<[string, Parameters<FakeGitHub['failNext']>[0]]>([
    ['an outage', { status: 502, body: '<html>' }],
    ['a used-up limit', { status: 403, body: { message: 'API rate limit exceeded' }, headers: { 'x-ratelimit-remaining': '0' } }],
    ['a cut connection', { how: 'reset' }],
  ])('for %s says it later', async (_, fault) => {
    await using double = await startGitHub();
    double.failNext({ on: 'POST /repos/acme/site/issues', ...fault });
    expect(await escalate(double.open(), factsOf(), policyOf())).toMatchObject({ outcome: 'postponed', number: null, told: null });
    expect(await escalate(double.open(), factsOf(), policyOf())).toMatchObject({ outcome: 'opened', number: 1 });
  });

  it('but did it before its answer was lost says nothing twice', async () => {
    await using double = await startGitHub();
    const lose = (on: RegExp) => double.failNext({ on, how: 'lost' });
    lose(/^POST .*\/issues$/);
    expect(await escalate(double.open(), factsOf(), policyOf())).toMatchObject({ outcome: 'postponed' });
    expect(await escalate(double.open(), factsOf(), policyOf())).toMatchObject({ outcome: 'unchanged', number: 1 });
    lose(/comments$/);
    expect(await escalate(double.open(), later(11, other), policyOf())).toMatchObject({ outcome: 'postponed' });
    expect(await escalate(double.open(), later(11, other), policyOf())).toMatchObject({ outcome: 'updated' });
    expect(issuesOf(double)).toMatchObject([{ number: 1, comments: 1 }]);
    double.failNext({ on: /^PATCH/, status: 500 });
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'postponed' });
    expect(await closeEscalation(double.open(), closeAsk(), policyOf())).toMatchObject({ outcome: 'closed' });
    expect(issuesOf(double)).toMatchObject([{ number: 1, comments: 2, state: 'closed' }]);
  });
});
