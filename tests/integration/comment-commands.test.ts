/** Commands in comments, from the event of the workflow to the answer and the ledger, on the GitHub double and its Git server. */
import { describe, expect, it } from 'vitest';
import { escalationMarker } from '../../github/escalation-marker.ts';
import { commentScene } from '../support/comment-scene.ts';

describe('a comment by somebody who may write', () => {
  it('pauses an agent for everyone, and is answered', async () => {
    await using scene = await commentScene();
    const { code, answers, stderr } = await scene.say('/agent pause docs for 2h waits for @upstream');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatch(
      /^\*\*docs\*\* is paused until \d{4}-\d\d-\d\d \d\d:\d\d UTC, on every branch and for everyone: waits for @\u2060upstream\. `\/agent resume docs` ends that\.$/,
    );
    expect(scene.github.lines).toHaveLength(5);
    const { paused } = await scene.shared();
    expect(paused).toMatchObject({ docs: { by: 'ada', reason: 'waits for @upstream' } });
    const resumed = await scene.say('/agent resume docs');
    expect(resumed.answers).toEqual(['**docs** may run again.']);
    expect((await scene.shared()).paused).toEqual({});
  });

  it('brings an agent back and runs it, with the answer before the run', async () => {
    await using scene = await commentScene({ body: escalationMarker({ agent: 'docs', branch: 'main', kind: 'operation' }) });
    const { code, answers, stdout } = await scene.say('/agent retry');
    expect(code).toBe(0);
    expect(answers).toEqual([`- **docs** is in the schedule; it [runs now](${scene.github.server.origin}/acme/site/actions/runs/4711).`]);
    expect(stdout).toMatch(/answered: .*\n[^]*docs +passed/);
    expect((await scene.shared()).agents['docs@main']).toMatchObject({ last: { outcome: 'passed' }, runs: [{ trigger: 'comment' }] });
  });

  it('runs what is tried again on the branch of the escalation only where that is checked out', async () => {
    await using scene = await commentScene({ body: escalationMarker({ agent: 'docs', branch: 'next', kind: 'code' }) });
    const { answers, stdout } = await scene.say('/agent retry docs');
    expect(answers).toEqual(['- **docs** is in the schedule; it runs with the next push to `next` or when its schedule asks for it.']);
    expect(stdout).not.toContain('docs passed');
  });

  it('explains an agent on the branch of the pull request', async () => {
    await using scene = await commentScene();
    const repository = scene.github.repository();
    await scene.clone.git('push', '-q', 'origin', 'HEAD:refs/heads/feature');
    await repository.commit({ 'smoke.txt': 'smoke\n' }, { branch: 'feature' });
    const { rest } = scene.github.open();
    const { data } = await rest.pulls.create({ owner: 'acme', repo: 'site', head: 'feature', base: 'main', title: 'A feature' });
    const { answers } = await scene.say('/agent why docs', { number: data.number });
    expect(answers[0]).toMatch(
      /^\*\*docs\*\* on `feature`\n\n\*\*now\*\*\n- `agent run docs` would run it: it never ran on this branch\n\n\*\*last run\*\*/,
    );
    const commands = await scene.say('/agent why');
    expect(commands.answers).toEqual([expect.stringMatching(/^Name the agent: `\/agent why backend`/)]);
  });

  it('may ask for several things in one comment, and the later sees the earlier', async () => {
    await using scene = await commentScene();
    const { answers } = await scene.say('/agent pause docs\n/agent retry docs\n/agent resume docs\n/agent retry qs\n/agent hlep\n');
    expect(answers).toHaveLength(1);
    expect(answers[0]?.split('\n\n')).toEqual([
      '**docs** is paused, on every branch and for everyone. `/agent resume docs` ends that.',
      '- **docs** is paused by ada: `/agent resume docs` ends that.',
      '**docs** may run again.',
      'There is no agent `qs` – did you mean `qa`? Agents: architecture, backend, frontend, devops, qa, docs.',
      'There is no command `hlep` – did you mean `help`? `/agent help` explains those that there are.',
    ]);
  });

  it('is answered once, however often it is told of', async () => {
    await using scene = await commentScene();
    const first = await scene.say('/agent pause docs');
    const again = await scene.say('', { again: first.comment });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('it was answered before') as string });
    expect(again.answers).toHaveLength(1);
    expect((await scene.shared()).sequence).toBe(1);
  });

  it('is answered once when two runners hear of it at the same time', async () => {
    await using scene = await commentScene();
    const comment = scene.github.repository().comment(scene.issue.number, '/agent pause docs', 'ada');
    const ends = await Promise.all([1, 2].map(() => scene.say('', { again: comment })));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(scene.issue.comments.filter(({ body }) => body.startsWith('<!-- upkeep:v1:answer:'))).toHaveLength(1);
    expect((await scene.shared()).paused).toMatchObject({ docs: { by: 'ada' } });
  });

  it.for(['max', 'acme'])('is heard whatever the role is called: %s', async (author) => {
    await using scene = await commentScene();
    expect((await scene.say('/agent help', { author })).answers).toEqual([
      expect.stringContaining('| `/agent resume docs` | ends a pause |'),
    ]);
  });

  it('is done nothing about when it is gone, or when the configuration turns comments off', async () => {
    await using scene = await commentScene();
    const comment = scene.github.repository().comment(scene.issue.number, '/agent pause docs', 'ada');
    scene.issue.comments.splice(0);
    expect((await scene.say('', { again: comment })).stdout).toContain('nothing is done: the comment was deleted');
    await scene.github.repository().commit({ 'agent.config.json': '{"github": {"comments": false}}' });
    const off = await scene.say('/agent pause docs');
    expect(off).toMatchObject({ code: 0, answers: [], stdout: expect.stringContaining('github.comments') as string });
  });
});

describe('a comment by somebody who may not', () => {
  it.for(['tom', 'eve', 'nobody-at-all'])('is met with silence: %s', async (author) => {
    await using scene = await commentScene();
    const { code, stdout, answers } = await scene.say('/agent pause docs', { author });
    expect({ code, answers }).toEqual({ code: 0, answers: [] });
    expect(stdout).toContain(`nothing is done: ${author} may not write to the repository`);
    expect(scene.github.lines.filter((line) => !line.startsWith('GET '))).toEqual([]);
    expect(scene.github.log).toHaveLength(1);
  });
  it('does not keep a command from being carried out by writing its answer first', async () => {
    await using scene = await commentScene();
    const comment = scene.github.repository().comment(scene.issue.number, '/agent pause docs', 'ada');
    scene.github.repository().comment(scene.issue.number, `<!-- upkeep:v1:answer:${comment.id} -->\ndone`, 'eve');
    const { stdout } = await scene.say('', { again: comment });
    expect(stdout).toContain('answered: ');
    expect((await scene.shared()).paused).toMatchObject({ docs: { by: 'ada' } });
  });
});

describe('when it cannot be done', () => {
  it('says that there is no token', async () => {
    await using scene = await commentScene();
    const { code, stderr } = await scene.say('/agent pause docs', { env: { GITHUB_TOKEN: '' } });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('the comment cannot be answered: no token for GitHub') as string,
    });
  });
  it('does nothing while GitHub cannot say who may', async () => {
    await using scene = await commentScene();
    scene.github.failNext({ on: /permission/, status: 502, times: 10 });
    const { code, stderr, answers } = await scene.say('/agent pause docs');
    expect({ code, answers }).toEqual({ code: 3, answers: [] });
    expect(stderr).toContain('GitHub has a fault of its own (502)');
    expect(stderr).not.toContain('please report');
  });
  it('says in the answer that others do not know, when the ledger could not be pushed', async () => {
    await using scene = await commentScene();
    await scene.github.server.preReceive('acme/site', '#!/bin/sh\necho "no ledger here" >&2\nexit 1\n');
    const { code, answers } = await scene.say('/agent pause docs');
    expect(code).toBe(3);
    expect(answers[0]).toMatch(
      /^\*\*docs\*\* is paused[^]*\*\*Others do not know of this yet\*\*: the shared ledger could not be pushed to origin/,
    );
  });
  it.for([
    [{ GITHUB_EVENT_NAME: 'push' }, /this workflow was started by push: agent comment answers issue_comment/],
    [{ GITHUB_EVENT_PATH: '' }, /there is no comment to answer/],
    [{ GITHUB_EVENT_PATH: '/nowhere/event.json' }, /\/nowhere\/event\.json: there is no such file/],
  ] as const)('says what it is called for: %o', async ([env, message]) => {
    await using scene = await commentScene();
    const { code, stderr } = await scene.say('/agent help', { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
  });
});
