/** What one clone does about each trigger, and how that is said. */
import { describe, expect, it } from 'vitest';
import { describeFollowUp, describeTrigger, IGNORED_WORDS } from '../../../cli/webhook/describe-trigger.ts';
import { followUpOf, type FollowUp, type LookedAfter } from '../../../cli/webhook/follow-up.ts';
import { IGNORED_REASONS, type WebhookTrigger } from '../../../github/webhooks/trigger.ts';

const here: LookedAfter = { repository: 'acme/app', branch: 'main' };
const about = { repository: { fullName: 'acme/app', defaultBranch: 'main' }, sender: 'ada', installationId: null };
const sha = '1234567890abcdef1234567890abcdef12345678';
const run = (more: Partial<Extract<FollowUp, { kind: 'run' }>>): FollowUp => ({
  kind: 'run',
  agents: [],
  trigger: 'webhook',
  isForced: false,
  ...more,
});
const nothing = (why: string): FollowUp => ({ kind: 'nothing', why });

const push: WebhookTrigger = { kind: 'push', ...about, branch: 'main', before: null, after: sha, isForced: true };
const pull: WebhookTrigger = {
  ...{ kind: 'pull-request', ...about, number: 7, isFork: true },
  ...{ head: { branch: 'x', sha }, base: { branch: 'main', sha } },
};
const ci: WebhookTrigger = {
  kind: 'ci-finished',
  ...about,
  by: 'workflow',
  name: 'CI',
  conclusion: 'failure',
  branch: 'main',
  sha,
  isFork: false,
};
const issue: WebhookTrigger = {
  ...{ kind: 'escalation-issue', ...about, action: 'closed', number: 3 },
  escalation: { agent: 'qa', branch: 'main', kind: 'code' },
};
const again: WebhookTrigger = { kind: 'check-again', ...about, agent: null, branch: 'main', sha };
const comment: WebhookTrigger = {
  ...{ kind: 'comment', ...about, number: 3, isPullRequest: false, commentId: 9, author: 'eve', escalation: null },
  commands: [
    { verb: 'pause', agent: 'docs', length: '2h', reason: 'broken' },
    { verb: 'unknown', word: 'dance' },
    { verb: 'unknown-agent', asked: 'retry', name: 'qs' },
    { verb: 'help' },
  ],
};
const installation: WebhookTrigger = {
  ...{ kind: 'installation', action: 'repositories-changed', installationId: 5, account: 'acme', sender: 'ada' },
  ...{ added: ['acme/app'], removed: [] },
};
const ping: WebhookTrigger = { kind: 'ping', hookId: 11, events: ['push', 'issues'], repository: 'acme/app' };

describe('a clone that looks after main', () => {
  it.for<[string, WebhookTrigger, FollowUp]>([
    ['runs agents after a push', push, run({ trigger: 'push' })],
    ['passes over a push to another branch', { ...push, branch: 'next' }, nothing('this clone looks after main, not next')],
    ['looks again when CI failed', ci, run({})],
    ['does not when CI was fine', { ...ci, conclusion: 'success' }, nothing('it did not fail')],
    ['nor when nobody knows how it ended', { ...ci, conclusion: null }, nothing('it did not fail')],
    ['nor when it failed in a fork', { ...ci, isFork: true }, nothing('it ended in a fork')],
    ['nor after a suite, which may be its own', { ...ci, by: 'check-suite' }, nothing('agents go by the content, which it did not change')],
    ['lets the agent of an issue look again that a person closed', issue, run({ agents: ['qa'], isForced: true })],
    ['runs everything again that somebody wants again', again, run({ isForced: true })],
    ['runs one agent again', { ...again, agent: 'docs' }, run({ agents: ['docs'], isForced: true })],
    ['answers a comment', comment, { kind: 'answer' }],
    ['never runs the code of a fork', pull, nothing('pull requests of forks are left to CI: their code must not run on this machine')],
    [
      'leaves other pull requests to CI',
      { ...pull, isFork: false },
      nothing('pull requests are left to CI; what is pushed to this branch is told by push'),
    ],
    ['does nothing about installations', installation, nothing('this clone looks after one repository, wherever the App is installed')],
    ['names the events that a webhook lacks', ping, nothing('GitHub tries the webhook out; it does not send issue_comment, workflow_run')],
    ['lacks nothing when all are sent', { ...ping, events: ['*'] }, nothing('GitHub tries the webhook out')],
  ])('%s', ([, trigger, followUp]) => {
    expect(followUpOf(trigger, here)).toEqual(followUp);
  });
});

describe('a trigger in words', () => {
  it.for<[WebhookTrigger, string]>([
    [push, 'push to main of acme/app by ada: new at 123456789, forced'],
    [{ ...push, before: 'f'.repeat(40), isForced: false, sender: null }, 'push to main of acme/app: fffffffff..123456789'],
    [pull, 'pull request #7 of acme/app by ada: x of a fork into main, at 123456789'],
    [ci, 'CI ended on main of acme/app: failure, at 123456789'],
    [issue, 'issue #3 of acme/app closed by ada: qa on main'],
    [again, 're-run of every agent on main of acme/app by ada, at 123456789'],
    [
      comment,
      'comment on #3 of acme/app by eve: /agent pause docs for 2h broken; /agent dance (no command); /agent retry qs (no agent); /agent help',
    ],
    [installation, 'installation 5 at acme: repositories changed, 1 repository more, 0 repositories less'],
    [ping, 'ping of webhook 11 of acme/app'],
  ])('is %#', ([trigger, words]) => {
    expect(describeTrigger(trigger)).toBe(words);
  });
  it('is followed by what is done', () => {
    expect(describeFollowUp(run({ trigger: 'push' }), 'main')).toBe('run every agent on main (trigger push)');
    expect(describeFollowUp(run({ agents: ['qa', 'docs'], isForced: true }), 'main')).toBe(
      'run qa, docs on main (trigger webhook, whatever is remembered)',
    );
    expect(describeFollowUp(nothing('x'), 'main')).toBe('nothing: x');
    expect(describeFollowUp({ kind: 'answer' }, 'main')).toMatch(/^carry the commands out, if the author may write/);
  });
  it('has words for every reason to ignore', () => {
    expect(Object.keys(IGNORED_WORDS).sort()).toEqual([...IGNORED_REASONS].sort());
  });
});
