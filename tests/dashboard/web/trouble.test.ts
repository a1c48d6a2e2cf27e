/** What the page does when something is wrong: an agent in ERROR, a role too low, no connection, no database, a session that is over. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, dashboardScene, type DashboardScene } from '../../support/dashboard-scene.ts';

let scene: DashboardScene;
const card = (page: Page, agent: string, state?: string) =>
  page.locator(`article[data-agent="${agent}"]${state === undefined ? '' : `[data-state="${state}"]`}`);
const isLive = (page: Page) => page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
const figure = (page: Page, name: string, value: number) => page.locator(`[data-figure="${name}"]`, { hasText: String(value) }).waitFor();

/** Gives an order on a card. */
async function order(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('dialog').locator('button[type=submit]').click();
}

beforeAll(async () => {
  scene = await dashboardScene();
  await (await scene.signedIn()).context.close();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe('the page in trouble', () => {
  it('brings an agent back that is in ERROR', async () => {
    const { page, context, complaints } = await scene.signedIn();
    await isLive(page);
    await scene.letDevopsStall(true);
    await order(page, 'Run devops now');
    await card(page, 'devops', 'ERROR').getByText('errored', { exact: true }).waitFor();
    await figure(page, 'In error', 1);
    await scene.letDevopsStall(false);
    await order(page, 'Retry devops');
    await card(page, 'devops', 'ACTIVE').getByText('passed', { exact: true }).waitFor();
    await figure(page, 'In error', 0);
    expect(await page.getByRole('button', { name: 'Retry devops' }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('offers a viewer no orders, and says so when a role was taken meanwhile', async () => {
    const { page, context, userId, complaints } = await scene.invited('vera', 'operator');
    await page.getByRole('button', { name: 'Run docs now' }).click();
    await scene.database.query(`UPDATE upkeep."user" SET role = 'viewer' WHERE id = $1`, [userId]);
    const dialog = page.getByRole('dialog');
    await dialog.locator('button[type=submit]').click();
    await dialog.getByText('this needs the role operator, and vera is viewer').waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    // The page knows better now, without a reload.
    await page.getByRole('button', { name: 'Run docs now' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^(Pause|Resume|Retry|Run) / }).count()).toBe(0);

    // Whoever asks past the page is refused as well, and nothing was run.
    const ids = await scene.database.query<{ id: string }>(`SELECT id FROM upkeep.agent WHERE name = 'docs'`);
    const orders: readonly (readonly [string, object])[] = [
      ['agents.run', { agentIds: ids.map(({ id }) => id) }],
      ['agents.pause', { scope: { kind: 'everything' }, how: 'now' }],
      ['agents.retry', { scope: { kind: 'everything' } }],
      ['settings.users.invite', { login: 'eve', role: 'admin' }],
    ];
    for (const [name, data] of orders) {
      const answer = await context.request.post(`${scene.address}/api/trpc/${name}`, { data, headers: { origin: scene.address } });
      const { error } = (await answer.json()) as { readonly error: { readonly data: { readonly code: string } } };
      expect([name, answer.status(), error.data.code]).toEqual([name, 403, 'AUTH-ROLE']);
    }
    await page.goto(`${scene.address}/settings?tab=people`);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    const runs = await scene.database.query(`SELECT 1 FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id WHERE a.name = 'docs'`);
    expect(runs).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('shows every event once, in their order, although the connection was lost in between', async () => {
    const [watching, acting] = [await scene.signedIn(), await scene.signedIn()];
    const { page, context } = watching;
    await page.goto(`${scene.address}/events`);
    await page.locator('li[data-cursor]').first().waitFor();
    await isLive(page);
    await context.setOffline(true);
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
    await order(acting.page, 'Pause docs');
    await card(acting.page, 'docs', 'PAUSED').waitFor();
    await order(acting.page, 'Resume docs');
    await card(acting.page, 'docs', 'ACTIVE').waitFor();
    await order(acting.page, 'Run docs now');
    await card(acting.page, 'docs').getByText('fixed', { exact: true }).waitFor();
    await context.setOffline(false);
    await isLive(page);
    // And on, while it is connected.
    await order(acting.page, 'Pause docs');
    await card(acting.page, 'docs', 'PAUSED').waitFor();
    await order(acting.page, 'Resume docs');
    await card(acting.page, 'docs', 'ACTIVE').waitFor();

    const rows = await scene.database.query<{ cursor: string }>(
      `SELECT transaction || '.' || sequence AS cursor FROM upkeep.event ORDER BY transaction DESC, sequence DESC`,
    );
    const written = rows.map(({ cursor }) => cursor);
    expect(written.length).toBeGreaterThan(10);
    await page.locator(`li[data-cursor="${written[0] ?? ''}"]`).waitFor();
    const shown = await page.locator('li[data-cursor]').evaluateAll((items) => items.map((item) => item.getAttribute('data-cursor')));
    expect(shown).toEqual(written);
    expect(watching.complaints).toEqual([]);
    await Promise.all([context.close(), acting.context.close()]);
  });

  it('says that the database is gone, and goes on by itself when it is back', async () => {
    const { page, context, complaints } = await scene.signedIn();
    await isLive(page);
    await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
    await scene.database.stop();
    const banner = page.getByRole('alert').filter({ hasText: 'The database does not answer.' });
    await banner.waitFor();
    // What is known stays, what is not there says why, and nobody is shown out.
    expect(await card(page, 'docs').count()).toBe(1);
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('DATABASE-UNAVAILABLE').waitFor();
    await scene.database.start();
    await banner.waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'retry' }).first().waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await order(page, 'Run backend now');
    await card(page, 'backend').getByText('failed', { exact: true }).waitFor();
    expect(await page.evaluate(() => 'isTheSamePage' in window)).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('leads back to the very address where the session ended', async () => {
    const { page, context, userId } = await scene.invited('otto', 'operator');
    await page.goto(`${scene.address}/runs?outcome=%5B%22failed%22%5D&sort=oldest`);
    await page.locator('[data-run]').first().waitFor();
    await scene.database.query(`UPDATE upkeep.session SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [userId]);
    // The next question finds out, if the page was not told before.
    const sort = await page
      .getByLabel('Order')
      .selectOption('longest')
      .then(() => 'longest')
      .catch(() => 'oldest');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Login').fill('otto');
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-run]').first().waitFor();
    const { pathname, searchParams } = new URL(page.url());
    expect([pathname, searchParams.get('outcome'), searchParams.get('sort')]).toEqual(['/runs', '["failed"]', sort]);
    await context.close();
  });
});

describe('what others wrote', () => {
  it('is shown as text wherever it stands: names, messages, reasons, logs, diffs', async () => {
    const [evil, name] = ['<img src=x onerror=alert(1)><script>alert(2)</script>\u001b[31m\u202e\u0007', '<b onclick=alert(3)>x'];
    const { page, context, complaints } = await scene.signedIn();
    await scene.repository.commit(`docs: say ${name}`, { [`docs/${name}.md`]: `# Page\n\nA BAD word, ${evil}.\n` });
    await scene.repository.git('pull', '-q', '--rebase');
    await scene.repository.git('push', '-q', 'origin', 'HEAD:main');
    await isLive(page);
    const rows = await scene.database.query<{ id: string; name: string }>('SELECT id, name FROM upkeep.agent');
    const idOf = (agent: string): string | undefined => rows.find((row) => row.name === agent)?.id;
    const give = (order: string, data: object) =>
      context.request.post(`${scene.address}/api/trpc/${order}`, { data, headers: { origin: scene.address } });
    await give('agents.pause', { scope: { kind: 'agent', id: idOf('frontend') }, how: 'now', reason: evil });
    const asked = await give('agents.run', { agentIds: [idOf('docs')], force: true, reason: evil });
    const { result } = (await asked.json()) as {
      readonly result: { readonly data: { readonly runs: readonly { readonly runId: string }[] } };
    };
    const runId = result.data.runs[0]?.runId ?? '';
    await page.goto(`${scene.address}/runs`);
    // Its words are repaired; that it leads to no picture stays.
    await page.locator(`tr[data-run="${runId}"]`).getByText('failed', { exact: true }).waitFor();
    await scene.database.query(`UPDATE upkeep.run SET message = $1, requested_by = $1 WHERE outcome = 'failed'`, [evil]);

    /** What was made of the words, instead of being shown. */
    const made = () => page.evaluate(() => document.querySelectorAll('#content :is(img, script, [onerror], [onclick])').length);
    for (const [path, heading] of [
      ['/', 'Overview'],
      ['/runs', 'Runs'],
      ['/queue', 'Queue'],
      ['/schedule', 'Schedule'],
      ['/findings', 'Findings'],
      ['/events', 'Events'],
      ['/audit', 'Audit'],
      ['/repositories', 'Repositories'],
    ] as const) {
      // A run that begins takes it back: the repository can be used.
      if (path === '/repositories') await scene.database.query(`UPDATE upkeep.repository SET problem = $1`, [evil]);
      await page.goto(`${scene.address}${path}`);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root, [aria-busy="true"]') === null);
      // These show it in any case; findings and the queue need not have any of it now.
      if (!['/queue', '/findings'].includes(path)) await page.locator('#content').getByText('onerror=alert(1)').first().waitFor();
      expect([path, await made()]).toEqual([path, 0]);
    }

    // The run by a click in the middle of its row, and neither while words in it are marked nor by what has a meaning of its own.
    await page.goto(`${scene.address}/runs?agent=%5B%22docs%22%5D`);
    const newest = page.locator(`tr[data-run="${runId}"]`);
    await newest.locator('[data-column="where"]').selectText();
    await newest.locator('[data-column="where"]').dispatchEvent('click');
    expect(new URL(page.url()).pathname).toBe('/runs');
    await page.evaluate(() => getSelection()?.removeAllRanges());
    await newest.locator('[data-column="trigger"]').click();
    await page.getByRole('heading', { name: 'docs: failed' }).waitFor();
    await page.getByText('A GOOD word, <img src=x onerror=alert(1)><script>').first().waitFor();
    expect(await made()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('may be a log of 200 MB, and opens without a stop', async () => {
    const { page, context, complaints } = await scene.signedIn();
    await Promise.all([scene.letQaPrint(200), scene.letQaEnd()]);
    await page.reload();
    await order(page, 'Run qa now');
    await card(page, 'qa', 'ACTIVE').getByText('output-limit').waitFor({ timeout: 60_000 });
    await card(page, 'qa').getByRole('link').last().click();
    await page.evaluate(() => {
      const seen = { longest: 0 };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await page.getByRole('heading', { name: 'qa: errored' }).waitFor();
    const log = page.getByRole('region', { name: 'Log of waits' });
    await log.getByText('line xxx').first().waitFor();
    await log.evaluate((view) => view.scrollTo(0, 0));
    await log.getByText('it has begun').waitFor();
    const lines = await log.locator('[class*="line"]').count();
    const longest = await page.evaluate(() => (window as unknown as { readonly seen: { readonly longest: number } }).seen.longest);
    console.log(`a log of 200 MB: the longest stop of the page ${Math.round(longest)} ms, ${lines} lines in the document`);
    expect(lines).toBeLessThan(500);
    expect(longest).toBeLessThan(2_000);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
