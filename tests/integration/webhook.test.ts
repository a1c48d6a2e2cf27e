/** `agent webhook listen` and `replay` in a clone of a repository on the GitHub double. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commentScene, payloadOf, type CommentScene } from '../support/comment-scene.ts';
import { TOKEN } from '../support/github/start-github.ts';
import { agent } from '../support/run-agent-command.ts';
import { startListener, type WebhookListener } from '../support/webhook-listener.ts';
import { exampleOf, SECRET, signed, type SignedRequest } from '../support/webhooks.ts';

const SHA = 'a'.repeat(40);

function pushTo(branch: string, after: string, how: { readonly delivery?: string; readonly repository?: string } = {}): SignedRequest {
  const { repository = 'acme/site', ...rest } = how;
  const { payload } = exampleOf('push[4]', (changed) => {
    Object.assign(changed, { ref: `refs/heads/${branch}`, before: SHA, after });
    Object.assign(changed['repository'] as object, { full_name: repository, default_branch: 'main' });
  });
  return signed({ event: 'push', payload }, rest);
}

function listenIn(scene: CommentScene): Promise<WebhookListener> {
  return startListener(scene.clone.path, { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: scene.github.url });
}

describe('agent webhook listen', () => {
  it('runs agents on what was pushed, once, and leaves the checkout alone', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    expect(listener.text).toContain('for acme/site, branch main; Ctrl-C ends');
    const red = await scene.github.repository().commit({ 'smoke.txt': 'smoke\n' });
    const request = pushTo('main', red, { delivery: 'd-1' });
    expect(await listener.send(request)).toBe(202);
    const text = await listener.printed(/docs +failed[^]*next:/);
    expect(text).toContain(
      `push to main of acme/site by Codertocat: aaaaaaaaa..${red.slice(0, 9)}\n  run every agent on main (trigger push)\n`,
    );
    expect((await scene.shared()).agents['docs@main']).toMatchObject({
      streak: 1,
      last: { outcome: 'failed', base: red },
      runs: [{ trigger: 'push' }],
    });
    expect(await scene.clone.git('status', '--porcelain')).toBe('');
    expect(await scene.clone.head()).not.toBe(red);

    expect(await listener.send(request)).toBe(200);
    await listener.printed('d-1 came again: nothing is done twice');
    expect(await listener.end()).toBe(0);
    expect(listener.text).toMatch(/stopped\n$/);
  });

  it('knows after a restart what it did, and does what it had only taken in', async () => {
    await using scene = await commentScene();
    const red = await scene.github.repository().commit({ 'smoke.txt': 'smoke\n' });
    const request = pushTo('other', red, { delivery: 'd-2' });
    {
      await using first = await listenIn(scene);
      expect(await first.send(request)).toBe(202);
      await first.printed('nothing: this clone looks after main, not other');
      expect(await first.end('SIGKILL')).toBeNull();
    }
    const inbox = join(scene.clone.path, '.git', 'upkeep', 'webhooks', 'inbox');
    await mkdir(inbox, { recursive: true });
    const trigger = {
      kind: 'check-again',
      repository: { fullName: 'acme/site', defaultBranch: 'main' },
      sender: 'ada',
      installationId: null,
    };
    await writeFile(join(inbox, '000000000000001-d-0.json'), JSON.stringify({ ...trigger, agent: 'docs', branch: 'main', sha: red }));
    await using second = await listenIn(scene);
    await second.printed(/re-run of docs on main[^]*docs +failed/);
    expect(await second.send(request)).toBe(200);
    await second.printed('d-2 came again');
    expect(await second.end()).toBe(0);
    expect(await readdir(inbox)).toEqual([]);
  });

  it('passes over a pause when somebody wants a run again', async () => {
    await using scene = await commentScene();
    await agent(scene.clone.path, ['pause', 'docs', '--shared']);
    await using listener = await listenIn(scene);
    const again = exampleOf('check_run.rerequested[0]', (payload) => {
      Object.assign(payload['repository'] as object, { full_name: 'acme/site' });
      const run = payload['check_run'] as { name: string; check_suite: { head_branch: string } };
      run.name = 'upkeep/docs';
      run.check_suite.head_branch = 'main';
    });
    expect(await listener.send(signed(again))).toBe(202);
    await listener.printed('  nothing runs: paused');
  });

  it('answers a comment and does what it asks for', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    const newest = await scene.github.repository().commit({ 'README.md': 'newer than the clone\n' });
    const comment = scene.github.repository().comment(scene.issue.number, '/agent retry docs', 'ada');
    expect(await listener.send(signed({ event: 'issue_comment', payload: payloadOf(scene.issue, comment) }))).toBe(202);
    await listener.printed(/answered: http[^]*; now docs runs\n[^]*docs +passed/);
    expect(scene.issue.comments.at(-1)?.body).toContain('**docs** is in the schedule; it runs now.');
    await listener.end();
    expect((await scene.shared()).agents['docs@main']).toMatchObject({ last: { outcome: 'passed', base: newest } });
  });

  it('runs what a comment asks for although GitHub does not take the answer, which follows', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    scene.github.failNext({ on: /POST .*comments/, status: 502, times: 2 });
    const comment = scene.github.repository().comment(scene.issue.number, '/agent retry docs', 'ada');
    await listener.send(signed({ event: 'issue_comment', payload: payloadOf(scene.issue, comment) }));
    const text = await listener.printed(/ {2}answered: http/);
    expect(text).toMatch(
      /carried out, but not answered yet: [^]*; now docs runs\n[^]*docs +passed[^]*not answered yet: [^]*tried again in \d/,
    );
    await listener.end();
    expect(scene.issue.comments.filter(({ body }) => body.startsWith('<!-- upkeep:v1:answer:'))).toHaveLength(1);
    expect((await scene.shared()).agents['docs@main']?.runs).toHaveLength(1);
    expect(await readdir(join(scene.clone.path, '.git', 'upkeep', 'webhooks', 'inbox'))).toEqual([]);
  });

  it('waits for a remote that is away, and runs then', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    const red = await scene.github.repository().commit({ 'smoke.txt': 'smoke\n' });
    const away = 'url.http://127.0.0.1:1/.insteadOf';
    await scene.clone.git('config', away, scene.github.server.origin);
    await listener.send(pushTo('main', red));
    await listener.printed(/origin could not be asked \(unreachable\)\n {2}it is tried again in \d/);
    await scene.clone.git('config', '--unset-all', away);
    await listener.printed(/docs +failed/);
  });

  it('says why it lets something not in, and what it does not act on', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    const bad = pushTo('main', SHA);
    expect(await listener.send({ ...bad, headers: { ...bad.headers, 'x-hub-signature-256': 'sha256=00' } })).toBe(401);
    await listener.printed('refused (401): the signature fits none of the secrets');
    expect(await listener.send(pushTo('main', SHA, { repository: 'evil/site' }))).toBe(200);
    await listener.printed('ignored: it is about a repository that is not looked after here');
    expect(listener.text).not.toContain('evil');
    expect(listener.text).not.toContain(SECRET);
  });

  it('goes on after one that cannot be acted on', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    scene.github.failNext({ on: /permission/, status: 500, times: 3 });
    const comment = scene.github.repository().comment(scene.issue.number, '/agent help', 'ada');
    await listener.send(signed({ event: 'issue_comment', payload: payloadOf(scene.issue, comment) }));
    await listener.send(pushTo('other', SHA));
    const text = await listener.printed('nothing: this clone looks after main, not other');
    expect(text).toMatch(/GitHub has a fault of its own \(500\)[^]*it is tried again in \d/);
    await listener.printed('  answered: http');
  });

  it('listens once for a clone, and not without a good secret', async () => {
    await using scene = await commentScene();
    await using listener = await listenIn(scene);
    await expect(listenIn(scene)).rejects.toThrow('is at work for this clone already');
    await listener.end();
    const cases: [Record<string, string>, string[], RegExp][] = [
      [{}, [], /there is no secret: set UPKEEP_WEBHOOK_SECRET/],
      [{ UPKEEP_WEBHOOK_SECRET: '', UPKEEP_WEBHOOK_SECRET_BEFORE: SECRET }, [], /there is no secret/],
      [{ UPKEEP_WEBHOOK_SECRET: 'short' }, [], /UPKEEP_WEBHOOK_SECRET has 5 characters: expected at least 16/],
      [{ UPKEEP_WEBHOOK_SECRET: SECRET }, ['--port', '99999'], /a port from 0 .* to 65535 is expected/],
      [{ UPKEEP_WEBHOOK_SECRET: SECRET }, ['--host', '203.0.113.9'], /203\.0\.113\.9:8787: this machine has no such address/],
    ];
    for (const [env, args, message] of cases) {
      const { code, stderr, stdout } = await agent(scene.clone.path, ['webhook', 'listen', ...args], env);
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
      expect(stderr).not.toContain(SECRET);
    }
  });
});

describe('agent webhook replay', () => {
  it('shows what a saved webhook leads to, and does it when asked', async () => {
    await using scene = await commentScene();
    const { headers, body } = pushTo('main', await scene.github.repository().head());
    const file = join(scene.clone.path, '..', 'delivery.json');
    await writeFile(file, JSON.stringify({ request: { headers, payload: JSON.parse(body.toString()) as unknown } }));
    const shown = await agent(scene.clone.path, ['webhook', 'replay', file]);
    expect(shown).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^push to main .*\n {2}run every agent on main \(trigger push\)\n$/) as string,
    });
    const json = await agent(scene.clone.path, ['webhook', 'replay', file, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      event: 'push',
      trigger: { kind: 'push', branch: 'main' },
      ignored: null,
      followUp: { kind: 'run', trigger: 'push' },
    });
    const done = await agent(scene.clone.path, ['webhook', 'replay', file, '--run']);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/docs +passed/) as string });
  });

  it('says why one is ignored, and exits 2 for one of another shape', async () => {
    await using scene = await commentScene();
    const file = join(scene.clone.path, '..', 'payload.json');
    const replay = async (payload: unknown, ...args: string[]) => {
      await writeFile(file, JSON.stringify(payload));
      return agent(scene.clone.path, ['webhook', 'replay', file, ...args]);
    };
    const tag = exampleOf('push[0]').payload;
    expect(await replay(tag, '--event', 'push')).toMatchObject({ code: 0, stdout: 'push is ignored: a tag moved, no branch\n' });
    expect(JSON.parse((await replay(tag, '--event', 'push', '--json')).stdout)).toMatchObject({ ignored: 'tag', trigger: null });
    const wrong = await replay({ ref: 7 }, '--event', 'push');
    expect(wrong).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('is no payload of push: repository: expected object') as string,
    });
    const unnamed = await replay(tag);
    expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('add --event with one of') as string });
  });
});
