/** Signing in to the dashboard: the first administrator, passwords, sessions, roles, whence it may be asked. */
import { describe, expect, it } from 'vitest';
import { dashboardServer, failureOf, PASSWORD, type DashboardServer } from '../../support/dashboard-server.ts';

async function firstAdmin(scene: DashboardServer, login = 'ann') {
  const secret = (await scene.dashboard.claimPath())?.split('#')[1] ?? '';
  const guest = scene.guest();
  await guest.api.session.claim.mutate({ secret, login, password: PASSWORD, name: 'Ann' });
  return guest;
}

describe('the first administrator', () => {
  it('is whoever has the link that the service printed, once', async () => {
    await using scene = await dashboardServer();
    const guest = scene.guest();
    expect(await guest.api.session.who.query()).toMatchObject({ user: null, isUnclaimed: true, hasDatabase: true });
    const secret = (await scene.dashboard.claimPath())?.split('#')[1] ?? '';
    expect(await guest.api.session.link.mutate({ secret })).toEqual({ login: null });
    const { user } = await guest.api.session.claim.mutate({ secret, login: 'Ann', password: PASSWORD });
    expect(user).toEqual({ login: 'ann', name: null, role: 'admin' });
    expect((await guest.api.session.who.query()).user?.login).toBe('ann');
    expect(await scene.dashboard.claimPath()).toBeNull();
    const again = failureOf(scene.guest().api.session.claim.mutate({ secret, login: 'eve', password: PASSWORD }));
    expect(await again).toMatchObject({ code: 'AUTH-LINK', httpStatus: 401 });
  });

  it('is one of them when two use the link at once', async () => {
    await using scene = await dashboardServer();
    const secrets = await Promise.all([scene.dashboard.claimPath(), scene.dashboard.claimPath()]);
    const ends = await Promise.allSettled(
      secrets.map((path, at) =>
        scene.guest().api.session.claim.mutate({ secret: path?.split('#')[1] ?? '', login: `login-${at}`, password: PASSWORD }),
      ),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await scene.queue.query('SELECT login FROM upkeep."user"')).toHaveLength(1);
  });
});

describe('a session', () => {
  it('begins with login and password, and ends with signing out', async () => {
    await using scene = await dashboardServer();
    await firstAdmin(scene);
    const guest = scene.guest();
    const { user } = await guest.api.session.signIn.mutate({ login: ' ANN ', password: PASSWORD });
    expect(user.role).toBe('admin');
    expect(await guest.api.agents.list.query()).toEqual([]);
    const before = guest.cookie();
    await guest.api.session.signOut.mutate();
    expect((await scene.guest({ origin: scene.url, cookie: before }).api.session.who.query()).user).toBeNull();
  });

  it('keeps its cookie from scripts and from other sites', async () => {
    await using scene = await dashboardServer();
    const secret = (await scene.dashboard.claimPath())?.split('#')[1] ?? '';
    const response = await scene.guest().fetch('/api/trpc/session.claim', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret, login: 'ann', password: PASSWORD }),
    });
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^upkeep-[0-9a-f]{8}=/);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(attribute);
    expect(await response.text()).not.toContain(secret);
  });

  it('ends everywhere else when the password is changed, and when the person is disabled', async () => {
    await using scene = await dashboardServer();
    const here = await firstAdmin(scene);
    const there = scene.guest();
    await there.api.session.signIn.mutate({ login: 'ann', password: PASSWORD });
    await here.api.session.changePassword.mutate({ current: PASSWORD, password: 'another long one' });
    expect(await failureOf(there.api.agents.list.query())).toMatchObject({ code: 'AUTH-REQUIRED', httpStatus: 401 });
    expect(await here.api.agents.list.query()).toEqual([]);
    await scene.queue.query('UPDATE upkeep."user" SET disabled_at = now()');
    expect(await failureOf(here.api.agents.list.query())).toMatchObject({ code: 'AUTH-REQUIRED' });
    expect(await failureOf(there.api.session.signIn.mutate({ login: 'ann', password: 'another long one' }))).toMatchObject({
      code: 'AUTH-WRONG',
    });
  });

  it('is not believed when its cookie was changed', async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('viewer');
    const forged = person.cookie().replace(/=(...)/, '=abc');
    expect((await scene.guest({ origin: scene.url, cookie: forged }).api.session.who.query()).user).toBeNull();
  });
});

describe('attempts to sign in', () => {
  it('are refused the same way whether the login or the password is wrong, and stand in the audit', async () => {
    await using scene = await dashboardServer();
    await firstAdmin(scene);
    const { api } = scene.guest();
    const wrong = await failureOf(api.session.signIn.mutate({ login: 'ann', password: 'wrong' }));
    const unknown = await failureOf(api.session.signIn.mutate({ login: 'bob', password: 'wrong' }));
    expect(wrong).toMatchObject({ code: 'AUTH-WRONG', httpStatus: 401 });
    expect([unknown.code, unknown.message]).toEqual([wrong.code, wrong.message]);
    const rows = await scene.queue.query<{ detail: { login: string; from: string } }>(
      `SELECT detail FROM upkeep.audit WHERE action = 'sign-in'`,
    );
    expect(rows.map(({ detail }) => [detail.login, detail.from])).toEqual([
      ['ann', '127.0.0.1'],
      ['bob', '127.0.0.1'],
    ]);
  });

  it('are limited, and the right password does not help then', async () => {
    await using scene = await dashboardServer();
    await firstAdmin(scene);
    const { api } = scene.guest();
    const attempts = Array.from({ length: 8 }, () => failureOf(api.session.signIn.mutate({ login: 'ann', password: 'wrong' })));
    for (const attempt of attempts) expect((await attempt).code).toBe('AUTH-WRONG');
    const limited = await failureOf(api.session.signIn.mutate({ login: 'ann', password: PASSWORD }));
    expect(limited).toMatchObject({ code: 'LIMIT-ATTEMPTS', httpStatus: 429 });
    expect(limited.details?.['retryAfterSeconds']).toBeGreaterThan(800);
  });
});

describe('orders and questions', () => {
  it('are refused to whoever is not signed in, or whose role is too low', async () => {
    await using scene = await dashboardServer();
    expect(await failureOf(scene.guest().api.runs.list.query())).toMatchObject({ code: 'AUTH-REQUIRED', httpStatus: 401 });
    const viewer = await scene.person('viewer');
    const refused = await failureOf(viewer.api.agents.pause.mutate({ scope: { kind: 'everything' } }));
    expect(refused).toMatchObject({ code: 'AUTH-ROLE', httpStatus: 403, details: { needed: 'admin', role: 'viewer' } });
    const operator = await scene.person('operator');
    expect(await failureOf(operator.api.agents.resume.mutate({ scope: { kind: 'everything' } }))).toMatchObject({ code: 'AUTH-ROLE' });
    expect(await failureOf(viewer.api.agents.retry.mutate({ scope: { kind: 'everything' } }))).toMatchObject({ code: 'AUTH-ROLE' });
  });

  it('are taken from the page of the dashboard only, or with a token', async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('admin');
    for (const origin of ['https://evil.example', 'null', scene.url.replace('127.0.0.1', 'localhost')]) {
      const other = scene.guest({ origin, cookie: person.cookie() });
      expect(await failureOf(other.api.agents.pause.mutate({ scope: { kind: 'everything' } }))).toMatchObject({
        code: 'AUTH-ORIGIN',
        httpStatus: 403,
      });
    }
    const none = scene.guest({ cookie: person.cookie() });
    expect(await failureOf(none.api.session.signOut.mutate())).toMatchObject({ code: 'AUTH-ORIGIN' });
    expect(await none.api.agents.list.query()).toEqual([]);
  });

  it('tell the database that is gone from a session that is over', async () => {
    await using scene = await dashboardServer();
    const person = await scene.person('admin');
    scene.setDatabase(false);
    expect(await person.api.session.who.query()).toMatchObject({ user: null, hasDatabase: false });
    expect(await failureOf(person.api.agents.list.query())).toMatchObject({ code: 'DATABASE-STARTING', httpStatus: 503 });
    scene.setDatabase(true);
    expect(await person.api.agents.list.query()).toEqual([]);
  });

  it('are limited by address, which is told in advance', async () => {
    await using scene = await dashboardServer({ requestsAMinute: 3 });
    const guest = scene.guest();
    const remaining = [];
    for (let at = 0; at < 3; at += 1) remaining.push((await guest.fetch('/api/trpc/session.who')).headers.get('x-ratelimit-remaining'));
    expect(remaining).toEqual(['2', '1', '0']);
    const limited = await guest.fetch('/api/trpc/session.who');
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(await failureOf(guest.api.session.who.query())).toMatchObject({ code: 'LIMIT-REQUESTS', httpStatus: 429 });
    expect((await guest.fetch('/healthz')).status).toBe(200);
  });

  it('fail in one shape, with the id of the request, and without a trace', async () => {
    await using scene = await dashboardServer();
    const response = await scene.guest().fetch('/api/trpc/agents.nothing');
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as { error: { data: Record<string, unknown> } };
    expect(error.data).toEqual({
      code: 'NOT-FOUND-PROCEDURE',
      message: 'there is no such question or order',
      details: null,
      requestId: response.headers.get('x-request-id'),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      httpStatus: 404,
    });
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
  });
});
