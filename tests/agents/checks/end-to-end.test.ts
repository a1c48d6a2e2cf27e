import { describe, expect, it } from 'vitest';
import { endToEnd } from '../../../agents/checks/end-to-end.ts';
import { browserProgram } from '../../support/browser.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const MANIFEST = { name: 'shop', private: true, scripts: { 'test:e2e': 'playwright test' }, devDependencies: { '@playwright/test': '^1' } };
const PACKAGES = ['@playwright/test', 'playwright', 'playwright-core'];
const CONFIG = "import { defineConfig } from '@playwright/test';\nexport default defineConfig({ testDir: 'e2e', ";

/** With a real browser, where `uses` says so. */
function shop(files: Readonly<Record<string, string | object>>, settings = '') {
  const fixture = checkFixture({ 'package.json': MANIFEST, 'playwright.config.ts': `${CONFIG}${settings} });\n`, ...files });
  fixture.link(PACKAGES);
  return fixture;
}

const places = (findings: readonly { path: string | null; line: number | null; rule: string; severity: string }[]): string[] =>
  findings.map(({ path, line, rule, severity }) => `${severity} ${rule} ${path ?? ''}:${line ?? ''}`).sort();

describe('end-to-end tests with Playwright', () => {
  it('open pages in a real browser, and tell of each test that fails where it stands', async () => {
    const { executablePath, args, env } = await browserProgram();
    const launch = JSON.stringify({ executablePath, args, env });
    const fixture = shop(
      {
        'e2e/cart.spec.ts': [
          "import { expect, test } from '@playwright/test';",
          "test.describe('the cart', () => {",
          "  test('is empty', async ({ page }) => {",
          "    await page.setContent('<p>0 things</p>');",
          "    await expect(page.locator('p')).toHaveText('0 things');",
          '  });',
          "  test('has a price', async ({ page }) => {",
          "    await page.setContent('<p>free</p>');",
          "    expect(await page.locator('p').textContent()).toBe('9 €');",
          '  });',
          "  test.skip('is not ready', () => undefined);",
          '});',
        ].join('\n'),
      },
      `projects: [{ name: 'desktop', use: { launchOptions: ${launch} } }],`,
    );
    const report = await fixture.inspect(endToEnd);
    expect(report.outcome, report.log).toBe('failed');
    expect(places(report.findings)).toEqual(['error test-failed e2e/cart.spec.ts:7']);
    expect(report.findings[0]?.message).toContain('[desktop] the cart › has a price');
    expect(report.command).toBe('npx playwright test e2e/cart.spec.ts');
  });

  it('that fail and then pass are flaky, whether Playwright tries again or we do', async () => {
    const waver = (mark: string): string =>
      `import { expect, test } from '@playwright/test';\nimport { existsSync, writeFileSync } from 'node:fs';\ntest('wavers', () => {\n  const seen = existsSync('${mark}');\n  writeFileSync('${mark}', '');\n  expect(seen).toBe(true);\n});\n`;
    const ours = await shop({ 'e2e/a.spec.ts': waver('a') }).inspect(endToEnd);
    const theirs = await shop({ 'e2e/a.spec.ts': waver('b') }, 'retries: 1,').inspect(endToEnd);
    for (const report of [ours, theirs]) {
      expect(report).toMatchObject({ outcome: 'passed', isUncertain: true });
      expect(places(report.findings)).toEqual(['warning flaky-test e2e/a.spec.ts:3']);
    }
  });

  it('that the machine has no browser for are passed over with what to do; others still count', async () => {
    const needs =
      "import { test } from '@playwright/test';\ntest('opens', async ({ page }) => { await page.goto('data:text/html,hi'); });\n";
    const launch = "use: { launchOptions: { executablePath: undefined }, browserName: 'webkit' },";
    const report = await shop({ 'e2e/a.spec.ts': needs }, launch).inspect(endToEnd);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
    expect(report.hint).toMatch(/^This machine has no browser .* `npx playwright install --with-deps`\. It said: opens: /);
    const wrong = "import { expect, test } from '@playwright/test';\ntest('counts', () => { expect(1 + 1).toBe(3); });\n";
    const both = await shop({ 'e2e/a.spec.ts': needs, 'e2e/b.spec.ts': wrong }, launch).inspect(endToEnd);
    expect(both.outcome).toBe('failed');
    expect(places(both.findings)).toEqual(['error test-failed e2e/b.spec.ts:2']);
    expect(both.hint).toMatch(/^This machine has no browser/);
  });

  it('that cannot begin are told of, and none at all is nothing read', async () => {
    const broken = await shop({ 'e2e/a.spec.ts': "import './absent.ts';\n" }).inspect(endToEnd);
    expect(broken.outcome).toBe('failed');
    expect(broken.findings[0]?.message).toContain('absent');
    expect(await shop({ 'src/a.ts': 'export {};\n' }).inspect(endToEnd)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  });

  it('are called with flags of ours: no snapshot written, nobody asked', async () => {
    const script = 'playwright test --update-snapshots --reporter html --project=chromium e2e/shop';
    const fixture = checkFixture({ 'package.json': { ...MANIFEST, scripts: { e2e: script } } });
    fixture.fakeTool('@playwright/test', 'console.error(process.argv.slice(2).join(" ")); process.exit(1);');
    fixture.write({
      'node_modules/@playwright/test/package.json': { name: '@playwright/test', version: '99.0.0', bin: { playwright: 'bin.cjs' } },
    });
    expect((await fixture.inspect(endToEnd)).log).toBe('test --reporter=json --update-snapshots=none --project=chromium e2e/shop');
  });
});

describe('end-to-end tests of other tools', () => {
  const other = (script: string) => checkFixture({ 'package.json': { name: 'shop', scripts: { e2e: script } } });

  it('are the script that runs them, judged by its exit code', async () => {
    const passed = await other('node -e 0').inspect(endToEnd);
    expect(passed.outcome).toBe('passed');
    const failed = await other('node -e "console.log(\'1 spec failed\'); process.exit(3)"').inspect(endToEnd);
    expect(places(failed.findings)).toEqual(['error end-to-end-failed package.json:']);
    expect(failed.findings[0]?.message).toContain('the e2e script ended with 3');
    expect(failed.command).toBe('npm run e2e');
  });

  it('that find no browser are passed over as well', async () => {
    const report = await other(
      'node -e "console.error(\'The cypress npm package is installed, but the Cypress binary is missing.\'); process.exit(1)"',
    ).inspect(endToEnd);
    expect(report).toMatchObject({ outcome: 'skipped', reason: 'tool-missing' });
  });
});

describe('what are no end-to-end tests of ours', () => {
  it.each<[string, object]>([
    ['no script and no Playwright', { scripts: { test: 'vitest' } }],
    ['a script that opens a window', { scripts: { e2e: 'cypress open' } }],
    ['a script that hands down to other packages', { scripts: { e2e: 'turbo run e2e' } }],
    ['Playwright as a library', { dependencies: { playwright: '^1' } }],
  ])('%s', async (_what, manifest) => {
    expect(await checkFixture({ 'package.json': { name: 'a', ...manifest } }).detect(endToEnd)).toMatchObject({ applies: false });
  });

  it('is never part of an ordinary run', () => {
    expect(endToEnd.isNightly).toBe(true);
  });
});
