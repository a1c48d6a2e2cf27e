/** What the collected payloads do not show: our own doings, forks, drafts, commands, people and programs. */
import { describe, expect, it } from 'vitest';
import { classify, HEARD_EVENTS } from '../../../github/webhooks/classify.ts';
import type { Classified } from '../../../github/webhooks/trigger.ts';
import type { Ours } from '../../../github/webhooks/verdict.ts';
import { exampleOf, OURS } from '../../support/webhooks.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- payloads are changed in many places */
type Change = (payload: any) => void;

const SHA = 'a'.repeat(40);
const OWN = 'auto: Backend – fix 2 problems\n\nAgent: backend\nAgent-Run: 01980c5e-7b1a-7000-8000-000000000001\nAgent-Base: ' + SHA;

function of(name: string, change: Change = () => undefined, ours: Ours = OURS): string | Record<string, unknown> {
  const { event, payload } = exampleOf(name, change);
  return shown(classify(event, payload, ours));
}

function shown(verdict: Classified): string | Record<string, unknown> {
  if (verdict.kind === 'ignored') return verdict.reason;
  return verdict.kind === 'malformed' ? verdict.problems.join('; ') : { ...verdict.trigger };
}

const push = (change: Change) => of('push[4]', change);
const pull = (change: Change) => of('pull_request.opened[0]', change);

describe('a push', () => {
  it('is looked at from the commit before it', () => {
    expect(
      push((payload) => {
        payload.before = SHA;
        payload.forced = true;
      }),
    ).toMatchObject({ kind: 'push', branch: 'master', before: SHA, isForced: true });
  });
  it('of a branch with blanks of a shell in its name is only a name', () => {
    expect(push((payload) => (payload.ref = 'refs/heads/$(rm${IFS}-rf)`x`;"&|>'))).toMatchObject({ branch: '$(rm${IFS}-rf)`x`;"&|>' });
  });
  it.for([
    ['refs/tags/v1', 'tag'],
    ['refs/notes/commits', 'other-ref'],
    ['refs/upkeep/ledger', 'other-ref'],
    ['refs/heads/upkeep/qa', 'own-branch'],
    ['refs/heads/upkeep/ledger', 'own-branch'],
  ] as const)('of %s is ignored: %s', ([ref, reason]) => {
    expect(push((payload) => (payload.ref = ref))).toBe(reason);
  });
  it('that deletes a branch is ignored', () => {
    expect(push((payload) => (payload.deleted = true))).toBe('branch-deleted');
  });
  it('by a program of commits by agents alone is ignored, one with a commit of a person is not', () => {
    const own = { message: OWN };
    const by = (type: string, commits: object[]) =>
      push((payload) => {
        payload.sender.type = type;
        payload.commits = commits;
      });
    expect(by('Bot', [own, own])).toBe('own-commits');
    expect(by('Bot', [{ message: 'feat: mine' }, own])).toMatchObject({ kind: 'push' });
    expect(by('User', [own, own])).toMatchObject({ kind: 'push' });
  });
  it('without commits goes by the one that the branch is at', () => {
    const at = (message: string) =>
      push((payload) => {
        payload.sender = { login: 'github-actions[bot]' };
        payload.commits = [];
        payload.head_commit = { message };
      });
    expect(at(OWN)).toBe('own-commits');
    expect(at('feat: mine')).toMatchObject({ kind: 'push' });
  });
  it('that speaks of the trailer in its text is not one of ours', () => {
    const told = `docs: explain trailers\n\nAgent-Run: 01980c5e-7b1a-7000-8000-000000000001\n\nis what they look like`;
    for (const message of [told, 'Agent-Run: 01980c5e-7b1a-7000-8000-000000000001']) {
      expect(
        push((payload) => {
          payload.sender.type = 'Bot';
          payload.commits = [{ message }];
        }),
      ).toMatchObject({ kind: 'push' });
    }
  });
  it('by Upkeep itself is ignored, whatever the case of its name', () => {
    expect(push((payload) => (payload.sender.login = 'Upkeep[bot]'))).toBe('own-actor');
  });
  it('by another program is looked at', () => {
    expect(push((payload) => (payload.sender = { login: 'renovate[bot]', type: 'Bot' }))).toMatchObject({ sender: 'renovate[bot]' });
  });
  it('to an archived repository, or to one that is not looked after, is ignored', () => {
    expect(push((payload) => (payload.repository.archived = true))).toBe('archived');
    expect(of('push[4]', undefined, { ...OURS, looksAfter: (name) => name === 'acme/app' })).toBe('other-repository');
  });
});

describe('a pull request', () => {
  it('of a fork says so, as does one whose fork is gone', () => {
    expect(pull((payload) => (payload.pull_request.head.repo.full_name = 'stranger/Hello-World'))).toMatchObject({ isFork: true });
    expect(pull((payload) => (payload.pull_request.head.repo = null))).toMatchObject({ isFork: true });
    expect(pull((payload) => (payload.pull_request.head.repo.full_name = 'codertocat/hello-world'))).toMatchObject({ isFork: false });
  });
  it('that is a draft, or was closed meanwhile, is ignored', () => {
    expect(pull((payload) => (payload.pull_request.draft = true))).toBe('draft');
    expect(pull((payload) => (payload.pull_request.state = 'closed'))).toBe('nothing-follows');
  });
  it('of ours is ignored, one of a stranger who calls his branch so is not', () => {
    expect(pull((payload) => (payload.pull_request.head.ref = 'upkeep/qa'))).toBe('own-branch');
    expect(
      pull((payload) => {
        payload.pull_request.head.ref = 'upkeep/qa';
        payload.pull_request.head.repo.full_name = 'stranger/Hello-World';
      }),
    ).toMatchObject({ isFork: true });
  });
  it('that goes to another base is looked at again, one with another title is not', () => {
    const edited = (changes: object) =>
      pull((payload) => {
        payload.action = 'edited';
        payload.changes = changes;
      });
    expect(edited({ base: { ref: { from: 'old' } } })).toMatchObject({ kind: 'pull-request' });
    expect(edited({ title: { from: 'old' } })).toBe('nothing-follows');
  });
});

describe('a comment', () => {
  const comment = (body: string, change: Change = () => undefined) =>
    of('issue_comment.created[0]', (payload) => {
      payload.comment.body = body;
      change(payload);
    });

  it('with a command becomes one, with the escalation that the issue is about', () => {
    expect(comment('/agent retry qa', (payload) => (payload.issue.body = '<!-- upkeep:v1:qa:release/1.x:code -->\n…'))).toMatchObject({
      kind: 'comment',
      number: 1,
      commentId: 492700400,
      author: 'Codertocat',
      isPullRequest: false,
      commands: [{ verb: 'retry', agent: 'qa' }],
      escalation: { agent: 'qa', branch: 'release/1.x', kind: 'code' },
    });
  });
  it('on a pull request says so', () => {
    expect(comment('/agent help', (payload) => (payload.issue.pull_request = { url: 'x' }))).toMatchObject({ isPullRequest: true });
  });
  it('on an issue into which a stranger wrote our marker is about no escalation', () => {
    expect(
      comment('/agent retry qa', (payload) => {
        payload.issue.body = '<!-- upkeep:v1:qa:main:code -->';
        payload.issue.author_association = 'NONE';
      }),
    ).toMatchObject({ escalation: null });
  });
  it('by a program is no command', () => {
    expect(comment('/agent help', (payload) => (payload.comment.user.type = 'Bot'))).toBe('bot');
    expect(comment('/agent help', (payload) => (payload.comment.user = null))).toBe('bot');
  });
  it('that was edited into a command is none', () => {
    expect(comment('/agent retry qa', (payload) => (payload.action = 'edited'))).toBe('nothing-follows');
  });
});

describe('an issue', () => {
  const issue = (change: Change) =>
    of('issues.reopened[0]', (payload) => {
      payload.issue.body = '<!-- upkeep:v1:docs:main:operation -->\nfailed';
      change(payload);
    });
  it('of an escalation that a person closed or reopened makes its agent look again', () => {
    const escalation = { agent: 'docs', branch: 'main', kind: 'operation' };
    expect(issue(() => undefined)).toMatchObject({ kind: 'escalation-issue', action: 'reopened', escalation });
    expect(issue((payload) => (payload.action = 'closed'))).toMatchObject({ action: 'closed', escalation });
  });
  it('that a program closed leads to nothing', () => {
    expect(issue((payload) => (payload.sender.type = 'Bot'))).toBe('bot');
  });
  it.for(['<!-- upkeep:v1:nobody:main:code -->', ' <!-- upkeep:v1:qa:main:code -->', 'x\n<!-- upkeep:v1:qa:main:code -->', ''])(
    'without our marker at its very beginning is none of ours: %j',
    (body) => {
      expect(issue((payload) => (payload.issue.body = body))).toBe('not-an-escalation');
    },
  );
});

describe('what CI says', () => {
  const run = (change: Change) => of('workflow_run.completed[1]', change);
  const suite = (change: Change) => of('check_suite.completed[0]', change);

  it('of the workflow that runs Upkeep leads to nothing, under any revision', () => {
    expect(run((payload) => (payload.workflow.path = '.github/workflows/agents.yml'))).toBe('own-workflow');
    expect(run((payload) => (payload.workflow.path = '.github/workflows/agents.yml@refs/heads/main'))).toBe('own-workflow');
  });
  it('of a commit of an agent, or of a branch of ours, leads to nothing', () => {
    expect(run((payload) => (payload.workflow_run.head_commit = { message: OWN }))).toBe('own-commits');
    expect(run((payload) => (payload.workflow_run.head_branch = 'upkeep/docs'))).toBe('own-branch');
    expect(suite((payload) => (payload.check_suite.head_commit = { message: OWN }))).toBe('own-commits');
    expect(suite((payload) => (payload.check_suite.head_branch = 'upkeep/docs'))).toBe('own-branch');
  });
  it('of a suite of our own app, or without a branch, leads to nothing', () => {
    expect(suite((payload) => (payload.check_suite.app.slug = 'upkeep'))).toBe('own-actor');
    expect(suite((payload) => (payload.check_suite.head_branch = null))).toBe('no-branch');
    expect(run((payload) => (payload.workflow_run.head_branch = null))).toBe('no-branch');
  });
  it('of a workflow in a fork says so', () => {
    expect(run((payload) => (payload.workflow_run.head_repository.full_name = 'stranger/octo-repo'))).toMatchObject({ isFork: true });
  });
});

describe('"Re-run"', () => {
  it('on a check of ours is about its agent, also when GitHub names our own bot as the sender', () => {
    expect(
      of('check_run.rerequested[0]', (payload) => {
        payload.check_run.name = 'upkeep/qa';
        payload.sender.login = 'upkeep[bot]';
      }),
    ).toMatchObject({ kind: 'check-again', agent: 'qa', branch: 'master' });
  });
  it('on all of our checks is about every agent', () => {
    expect(of('check_suite.rerequested[0]', (payload) => (payload.sender.login = 'upkeep[bot]'))).toMatchObject({ agent: null });
  });
});

describe('a payload of another shape', () => {
  it.for<[string, Change, string]>([
    ['push[4]', (payload) => (payload.repository.full_name = 7), 'repository.full_name: expected string, received number'],
    ['push[4]', (payload) => (payload.repository.full_name = '../../etc'), 'repository.full_name: expected "owner/name"'],
    ['push[4]', (payload) => delete payload.repository, 'repository: expected object, received undefined'],
    ['push[4]', (payload) => (payload.after = 'HEAD'), 'after: expected the id of a commit'],
    ['push[4]', (payload) => (payload.commits = [{ message: null }]), 'commits.0.message: expected string, received null'],
    ['push[4]', (payload) => (payload.ref = 'master'), 'ref: expected the full name of a ref'],
    ['push[4]', (payload) => (payload.ref = 'refs/heads/a b'), 'ref: expected the name of a branch'],
    [
      'pull_request.opened[0]',
      (payload) => (payload.pull_request.head.ref = '--upload-pack=x'),
      'pull_request.head.ref: expected the name of a branch',
    ],
    [
      'pull_request.opened[0]',
      (payload) => (payload.pull_request.head.ref = 'a..b'),
      'pull_request.head.ref: expected the name of a branch',
    ],
    ['issue_comment.created[0]', (payload) => (payload.comment.user.login = '@everyone'), 'comment.user.login: expected a login'],
  ])('is named by its field: %s → %s', ([name, change, problem]) => {
    expect(of(name, change)).toBe(problem);
  });
  it.for([null, [], 'push', 7, {}])('is a shape of its own when it is %j', (payload) => {
    for (const event of HEARD_EVENTS) expect(classify(event, payload, OURS).kind).toBe('malformed');
  });
  it('says nothing of the values that came', () => {
    const { event, payload } = exampleOf('push[4]', (changed: any) => {
      changed.repository.full_name = 'ghp_secret secret';
      changed.before = 'ghp_secret';
    });
    expect(JSON.stringify(classify(event, payload, OURS))).not.toContain('ghp_');
  });
  it('of an event that nobody listens to is not looked at', () => {
    for (const event of ['star', 'constructor', '__proto__', 'toString']) {
      expect(classify(event, null, OURS)).toEqual({ kind: 'ignored', reason: 'unknown-event' });
    }
  });
});
