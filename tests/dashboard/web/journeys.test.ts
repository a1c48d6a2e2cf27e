/** What people do with the dashboard, in a real browser before a real service with real agents. Nothing is loaded anew unless it says so. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureFolder } from '../../support/browser.ts';
import { ADMIN, dashboardScene, type DashboardScene } from '../../support/dashboard-scene.ts';

let scene: DashboardScene;
const pictures = pictureFolder();
const card = (page: Page, agent: string, state?: string) =>
  page.locator(`article[data-agent="${agent}"]${state === undefined ? '' : `[data-state="${state}"]`}`);
const isLive = (page: Page) => page.getByRole('status').filter({ hasText: 'Live' }).waitFor();

/** Gives an order on a card, with a reason. */
async function order(page: Page, button: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  const force = dialog.getByLabel(/whatever is remembered/);
  if ((await force.count()) > 0) await force.check();
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
}

beforeAll(async () => {
  scene = await dashboardScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe('the dashboard in a browser', () => {
  it('makes the first administrator by the link that was printed, once', async () => {
    const page = await scene.browser.newPage();
    await page.goto(`${scene.address}/runs?agent=%5B%22docs%22%5D`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toContain('/runs?agent=');

    await page.goto(scene.claimLink);
    await page.getByLabel('Login').fill(ADMIN.login);
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: /Make the account/ }).click();
    await page.getByText('5 of at least 12 characters').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: /Make the account/ }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(scene.claimLink);
    await page.getByText('AUTH-LINK').waitFor();
    await page.goto(`${scene.address}/sign-in`);
    await page.getByLabel('Login').fill(ADMIN.login);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('AUTH-WRONG').waitFor();
    await page.close();
  });

  it('shows a run from the order to the commit, to two people, without a reload', async () => {
    const [mine, theirs] = [await scene.signedIn(), await scene.signedIn({ colorScheme: 'dark' })];
    await Promise.all([isLive(mine.page), isLive(theirs.page)]);
    await card(mine.page, 'docs', 'ACTIVE').waitFor();
    await order(mine.page, 'Run qa now', 'to see it move');
    // Both see it begin, and it goes on until it is let.
    for (const { page } of [mine, theirs]) await card(page, 'qa', 'RUNNING').getByRole('progressbar').waitFor();
    await scene.letQaEnd();
    for (const { page } of [mine, theirs]) await card(page, 'qa', 'ACTIVE').getByText('passed', { exact: true }).waitFor();

    await scene.repository.commit('docs: say it badly', { 'docs/new.md': '# New\n\nA BAD <b>word</b>.\n' });
    await scene.repository.git('pull', '-q', '--rebase');
    await scene.repository.git('push', '-q', 'origin', 'HEAD:main');
    await order(mine.page, 'Run docs now', 'there is a bad word');
    await card(theirs.page, 'docs').getByText('fixed', { exact: true }).waitFor();
    await theirs.page.getByRole('region', { name: 'Last commits' }).getByText('docs').first().waitFor();
    await theirs.page.screenshot({ path: join(pictures, 'overview-dark.png') });
    expect([...mine.complaints, ...theirs.complaints]).toEqual([]);
    await Promise.all([mine.context.close(), theirs.context.close()]);
  });

  it('lights up the graph in the order of what happens', async () => {
    const [mine, theirs] = [await scene.signedIn(), await scene.signedIn()];
    await theirs.page.goto(`${scene.address}/graph`);
    const box = theirs.page.locator('.react-flow [data-agent="docs"]');
    await box.waitFor();
    await isLive(theirs.page);
    await theirs.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const look = (): void => {
        const state = document.querySelector('.react-flow [data-agent="docs"]')?.getAttribute('data-state') ?? '';
        if (seen.at(-1) !== state) seen.push(state);
      };
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ['data-state'],
      });
      look();
    });
    await order(mine.page, 'Run docs now', 'to see it in the graph');
    await theirs.page.locator('.react-flow [data-agent="docs"][data-state="RUNNING"]').waitFor();
    await theirs.page.locator('.react-flow__edge.lit').first().waitFor({ state: 'attached' });
    await theirs.page.locator('.react-flow [data-agent="docs"][data-state="ACTIVE"]').waitFor();
    const seen = await theirs.page.evaluate(() => (window as unknown as { readonly seen: readonly string[] }).seen);
    expect(seen.filter((state) => state !== 'QUEUED')).toEqual(['ACTIVE', 'RUNNING', 'ACTIVE']);
    expect(theirs.complaints).toEqual([]);
    await Promise.all([mine.context.close(), theirs.context.close()]);
  });

  it('pauses with a reason, and resumes', async () => {
    const { page, context } = await scene.signedIn();
    await order(page, 'Pause docs', 'the release is being cut');
    await card(page, 'docs', 'PAUSED').getByText('paused by ann: the release is being cut').waitFor();
    await order(page, 'Resume docs', 'it is out');
    await card(page, 'docs', 'ACTIVE').waitFor();
    await context.close();
  });

  it('says that the connection is lost, and catches up without a gap', async () => {
    const { page, context } = await scene.signedIn();
    await isLive(page);
    await context.setOffline(true);
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
    const other = await scene.signedIn();
    await order(other.page, 'Pause qa', 'while nobody looks');
    await other.context.close();
    await context.setOffline(false);
    await isLive(page);
    await card(page, 'qa', 'PAUSED').waitFor();
    await order(page, 'Resume qa', 'again');
    await context.close();
  });

  it('leads to where one signs in when the session has ended, and back', async () => {
    const { page, context } = await scene.signedIn();
    await page.goto(`${scene.address}/queue`);
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await context.clearCookies();
    // The page notices it with its next question, wherever it is by then.
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const next = new URL(page.url()).searchParams.get('next') ?? '';
    expect(['/queue', '/audit']).toContain(next);
    await page.getByLabel('Login').fill(ADMIN.login);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: next === '/audit' ? 'Audit' : 'Queue' }).waitFor();
    await context.close();
  });

  it('keeps filters in the address, and shows markup as text', async () => {
    const { page, context, complaints } = await scene.signedIn();
    await order(page, 'Run backend now', 'it fails');
    await card(page, 'backend').getByText('failed', { exact: true }).waitFor();
    await page.goto(`${scene.address}/runs?outcome=%5B%22failed%22%5D`);
    const rows = page.locator('[data-run]');
    await rows.first().waitFor();
    expect(await rows.getByText('failed').count()).toBe(await rows.count());
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'backend: failed' }).waitFor();
    await page.getByRole('button', { name: '<img src=x onerror=alert(1)> \\u202ein the message' }).click();
    await page
      .getByRole('region', { name: /Findings/ })
      .getByText('export const a = 1;')
      .waitFor();
    await page.getByRole('region', { name: 'Log of markup' }).getByText('<script>alert(1)</script>').first().waitFor();
    await page.screenshot({ path: join(pictures, 'run-light.png') });
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('sets a schedule, with its meaning while one types', async () => {
    const { page, context, complaints } = await scene.signedIn();
    await page.goto(`${scene.address}/schedule`);
    await page.locator('tr[data-agent="docs"]').getByRole('button', { name: 'docs', exact: true }).click();
    const form = page.getByRole('dialog');
    await form.getByText('At 12:00 AM, on day 1 of the month, only in January').or(form.getByLabel('The next times')).first().waitFor();
    await form.getByLabel('Cron').fill('30 2 31 2 *');
    await form.getByRole('textbox', { name: 'Cron' }).and(page.locator('[aria-invalid="true"]')).waitFor();
    await form.getByLabel('Cron').fill('30 2 * * 0');
    await form.getByLabel('Time zone').fill('Europe/Berlin');
    await form
      .getByText(/CET|CEST|GMT\+[12]/)
      .first()
      .waitFor();
    expect(await form.getByLabel('The next times').getByRole('listitem').count()).toBe(10);
    await form.getByLabel('Reason').fill('at night');
    await form.getByRole('button', { name: 'Set the schedule' }).click();
    await form.waitFor({ state: 'detached' });
    await page.locator('tr[data-agent="docs"]').getByText('Europe/Berlin').waitFor();
    await page.getByRole('region', { name: 'Who changed what' }).getByText('at night').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
