import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ciContext, type CiContext } from '../../../cli/ci/ci-context.ts';
import { payloadOf, readEventPayload } from '../../../cli/ci/event-payload.ts';
import { readEnvironment, type GitHubActions } from '../../../cli/environment.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const SHA = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const ZEROS = '0'.repeat(40);
const OURS = `auto: Backend – fix 2 lint problems in 1 file\n\nAgent: backend\nAgent-Run: 01900000-0000-7000-8000-000000000000\nAgent-Base: ${OTHER}\n`;

function actions(event: string, more: Record<string, string> = {}): GitHubActions {
  const { github } = readEnvironment({
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event,
    GITHUB_REPOSITORY: 'Owner/name',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: SHA,
    GITHUB_ACTOR: 'ann',
    ...more,
  });
  if (github === null) throw new Error('these variables are those of GitHub Actions');
  return github;
}

const context = (event: string, payload: unknown, more: Record<string, string> = {}): CiContext =>
  ciContext(actions(event, more), payloadOf(payload));
const push = (more: object): object => ({ ref: 'refs/heads/main', before: OTHER, after: SHA, commits: [{ message: 'feat: x' }], ...more });
const pullRequest = (more: object = {}): object => ({
  number: 7,
  pull_request: {
    number: 7,
    state: 'open',
    base: { ref: 'main', sha: OTHER },
    head: { ref: 'topic', repo: { full_name: 'owner/name' } },
    ...more,
  },
});
const comment = (more: object = {}, issue: object = {}): object => ({
  action: 'created',
  issue: { number: 12, ...issue },
  comment: { id: 5, body: '/agent retry qa', user: { login: 'ann', type: 'User' }, ...more },
});

describe('the event that started a workflow', () => {
  it.each<[string, unknown, Record<string, string>, Partial<CiContext>]>([
    ['schedule', { schedule: '*/5 * * * *' }, {}, { trigger: 'schedule', isDueOnly: true, branch: 'main', isReadOnly: false, range: null }],
    [
      'push',
      push({}),
      {},
      { trigger: 'push', isDueOnly: false, branch: 'main', range: { before: OTHER, after: SHA, isForced: false, isOwn: false } },
    ],
    [
      'push',
      push({ before: ZEROS, created: true }),
      {},
      { range: { before: null, after: SHA, isForced: false, isOwn: false }, nothingFollows: null },
    ],
    ['push', push({ forced: true }), {}, { range: { before: OTHER, after: SHA, isForced: true, isOwn: false } }],
    ['push', push({ before: 'main; rm -rf /' }), {}, { range: { before: null, after: SHA, isForced: false, isOwn: false } }],
    ['push', push({ after: ZEROS, deleted: true }), {}, { range: null, nothingFollows: 'main was deleted' }],
    ['push', push({}), { GITHUB_REF: 'refs/tags/v1', GITHUB_REF_TYPE: 'tag' }, { branch: null, isReadOnly: true }],
    ['push', push({}), { GITHUB_REF: 'refs/heads/feature/x' }, { branch: 'feature/x', isReadOnly: false }],
    ['push', push({}), { GITHUB_REF: 'refs/heads/upkeep/qa' }, { nothingFollows: 'upkeep/qa is a branch that agents keep themselves' }],
    [
      'pull_request',
      pullRequest(),
      {},
      { trigger: 'pull-request', isReadOnly: true, isFork: false, pullRequest: 7, base: 'main', branch: null },
    ],
    ['pull_request', pullRequest(), {}, { range: { before: OTHER, after: SHA, isForced: false, isOwn: false } }],
    ['pull_request', pullRequest({ head: { ref: 'main', repo: { full_name: 'eve/name' } } }), {}, { isFork: true, isReadOnly: true }],
    ['pull_request', pullRequest({ head: { ref: 'main', repo: null } }), {}, { isFork: true, isReadOnly: true }],
    ['pull_request', {}, {}, { isFork: true, isReadOnly: true, range: null }],
    ['pull_request', pullRequest({ head: { ref: 'upkeep/qa', repo: { full_name: 'eve/name' } } }), {}, { nothingFollows: null }],
    ['pull_request', pullRequest({ state: 'closed' }), {}, { nothingFollows: 'the pull request is closed' }],
    ['pull_request_target', pullRequest(), {}, { trigger: 'pull-request', isReadOnly: true }],
    ['merge_group', { merge_group: { base_sha: OTHER } }, {}, { trigger: 'pull-request', isReadOnly: true, isFork: false }],
    [
      'workflow_dispatch',
      { inputs: { agents: 'qa, docs', force: 'true' } },
      {},
      { trigger: 'manual', inputs: { agents: ['qa', 'docs'], force: true } },
    ],
    ['workflow_dispatch', { inputs: null }, {}, { inputs: { agents: [], force: false } }],
    [
      'repository_dispatch',
      { client_payload: { agents: ['qa'], force: true } },
      {},
      { trigger: 'webhook', inputs: { agents: ['qa'], force: true } },
    ],
    ['repository_dispatch', { client_payload: { agents: { a: 1 }, force: 1 } }, {}, { inputs: { agents: [], force: false } }],
    ['push', push({ inputs: { agents: 'qa', force: 'true' } }), {}, { inputs: { agents: [], force: false } }],
    ['push', push({}), { UPKEEP_AGENTS: 'qa,docs', UPKEEP_FORCE: 'true' }, { inputs: { agents: ['qa', 'docs'], force: true } }],
    ['workflow_dispatch', { inputs: { agents: 'qa' } }, { UPKEEP_AGENTS: 'docs' }, { inputs: { agents: ['docs'], force: false } }],
    [
      'issue_comment',
      comment(),
      {},
      { trigger: 'comment', pullRequest: null, comment: { id: 5, number: 12, author: 'ann', body: '/agent retry qa' } },
    ],
    ['issue_comment', comment({}, { pull_request: {} }), {}, { pullRequest: 12, nothingFollows: null }],
    ['issue_comment', comment({ body: 'thanks' }), {}, { nothingFollows: 'the comment does not begin with /agent' }],
    ['issue_comment', comment({ user: { login: 'x[bot]', type: 'Bot' } }), {}, { nothingFollows: 'a program wrote the comment' }],
    ['issue_comment', { ...comment(), action: 'edited' }, {}, { nothingFollows: 'only new comments are read' }],
    ['workflow_run', {}, {}, { trigger: 'webhook', isReadOnly: false, isDueOnly: false }],
  ])('%s %j %j', (...[event, payload, more, expected]) => {
    expect(context(event, payload, more)).toMatchObject({ event, ...expected });
  });

  it('names the page, the attempt and the person', () => {
    expect(context('push', push({}))).toMatchObject({
      actor: 'ann',
      attempt: 2,
      runUrl: 'https://github.com/Owner/name/actions/runs/77/attempts/2',
    });
    expect(context('push', push({}), { GITHUB_RUN_ATTEMPT: '-3', GITHUB_RUN_ID: '' })).toMatchObject({ attempt: 1, runUrl: null });
  });

  it('knows a push of nothing but commits of agents by what it holds and by who made it', () => {
    const bot = { GITHUB_ACTOR: 'upkeep[bot]' };
    const twice = [{ message: OURS }, { message: OURS }];
    const isOwn = (commits: readonly object[], env = {}): boolean | undefined => context('push', push({ commits }), env).range?.isOwn;
    expect(isOwn(twice, bot)).toBe(true);
    expect(isOwn([{ message: OURS }, { message: 'feat: x' }], bot)).toBe(false);
    expect(isOwn(twice)).toBe(false);
    expect(isOwn([], bot)).toBe(false);
    // A trailer in the middle of a text is somebody else's.
    expect(isOwn([{ message: `${OURS}\nreally` }], bot)).toBe(false);
  });

  it('takes every payload that GitHub gives as an example', () => {
    const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as readonly {
      readonly name: string;
      readonly examples: readonly object[];
    }[];
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        const { isFork, isReadOnly, trigger } = context(name, payload);
        expect(isReadOnly, name).toBe(trigger === 'pull-request');
        if (isFork) expect(name).toMatch(/^pull_request/);
      }
    }
  });
});

describe('the file with the payload', () => {
  it('is a problem in words when it is absent, too large, or no object', async () => {
    await using folder = await temporaryFolder();
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder.path, name), text);
      return join(folder.path, name);
    };
    expect(readEventPayload(null).problem).toContain('GITHUB_EVENT_PATH');
    expect(readEventPayload(join(folder.path, 'none')).problem).toContain('could not be read');
    expect(readEventPayload(await file('torn', '{"a":')).problem).toContain('is no JSON');
    expect(readEventPayload(await file('list', '[1]')).problem).toContain('no JSON object');
    expect(readEventPayload(await file('large', `{"a":"${'x'.repeat(9 * 1024 * 1024)}"}`)).problem).toContain('larger than 8 MB');
    expect(readEventPayload('/dev/zero').problem).toContain('larger than 8 MB');
    const good = readEventPayload(await file('good', '{"a":{"b":"c"},"__proto__":{"x":"y"}}'));
    expect([good.problem, good.text('a', 'b'), good.text('a', 'toString'), good.text('x')]).toEqual([null, 'c', null, null]);
    expect(ciContext(actions('push'), readEventPayload(null)).notes).toEqual([expect.stringContaining('goes by the environment alone')]);
  });
});
