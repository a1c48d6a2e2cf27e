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
    await page.goto(`${scene.address}/runs?outcome=%5B%22failed%22%5D`);
    await page.locator('[data-run]').first().waitFor();
    await scene.database.query(`UPDATE upkeep.session SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [userId]);
    await page.getByLabel('Order').selectOption('oldest');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Login').fill('otto');
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-run]').first().waitFor();
    const { pathname, searchParams } = new URL(page.url());
    expect([pathname, searchParams.get('outcome'), searchParams.get('sort')]).toEqual(['/runs', '["failed"]', 'oldest']);
    await context.close();
  });
});
