/** A service with real agents and its dashboard, and a real browser before it. */
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { testDatabase } from './database.ts';
import { createRepository, repositoryAt, temporaryFolder, type TestRepository } from './git-repository.ts';
import { serveCommand } from './serve-command.ts';

export const ADMIN = { login: 'ann', password: 'correct horse battery' } as const;

export interface DashboardScene extends AsyncDisposable {
  /** `http://127.0.0.1:…`, without a slash at its end. */
  readonly address: string;
  /** Of the first administrator; once. */
  readonly claimLink: string;
  readonly browser: Browser;
  readonly repository: TestRepository;
  /** Lets the check of `qa` end that waits for it. */
  readonly letQaEnd: () => Promise<void>;
  /** A page of somebody who is signed in, with what it complained of. */
  signedIn(options?: Parameters<Browser['newContext']>[0]): Promise<{ context: BrowserContext; page: Page; complaints: string[] }>;
}

/** Prints BAD words, or turns them into GOOD ones. */
const WORDS = `
const fs = require('fs');
const files = fs.readdirSync('docs').map((name) => 'docs/' + name);
if (process.argv[2] === 'fix') for (const name of files) fs.writeFileSync(name, fs.readFileSync(name, 'utf8').replaceAll('BAD', 'GOOD'));
else for (const name of files) fs.readFileSync(name, 'utf8').split('\\n').forEach((line, index) => line.includes('BAD') && console.log(name + ':' + (index + 1) + ':a BAD word'));
`;
/** Says something dangerous, and finds it in the code. */
const MARKUP = `console.log('src/a.js:1:<img src=x onerror=alert(1)> \\u202ein the message'); console.error('\\u001b[31mred\\u001b[0m <script>alert(1)</script>'); process.exitCode = 1;`;
/** Goes on until somebody takes the file away. */
const waitsFor = (hold: string): string =>
  `const fs = require('fs'); console.log('it has begun'); const timer = setInterval(() => { if (!fs.existsSync(${JSON.stringify(hold)})) { clearInterval(timer); console.log('it has ended'); } }, 25);`;

const PATTERN = { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+):(?<message>.*)$' };

/** Agents docs (repairs words), backend (fails) and qa (waits), by hand only; the others are off. */
export async function dashboardScene(): Promise<DashboardScene> {
  const stack = new AsyncDisposableStack();
  const [database, state, made, browser] = await Promise.all([
    testDatabase(),
    temporaryFolder(),
    createRepository('--bare'),
    openBrowser(),
  ]);
  for (const part of [database, state, made]) stack.use(part);
  stack.defer(() => browser.close());
  const repository = stack.use(await repositoryAt(made.path).clone());
  const hold = join(state.path, 'hold');
  await repository.git('checkout', '-q', '-B', 'main');
  await repository.commit('feat: begin', {
    'agent.config.json': JSON.stringify({
      agents: {
        ...Object.fromEntries(['architecture', 'frontend', 'devops'].map((id) => [id, { enabled: false }])),
        ...Object.fromEntries(['docs', 'backend', 'qa'].map((id) => [id, { schedule: '0 0 1 1 *', triggers: [] }])),
      },
      customChecks: {
        words: {
          agent: 'docs',
          paths: ['docs/**'],
          run: ['node', 'tools/words.cjs'],
          fix: ['node', 'tools/words.cjs', 'fix'],
          findings: PATTERN,
        },
        markup: { agent: 'backend', paths: ['src/**'], run: ['node', 'tools/markup.cjs'], findings: PATTERN },
        waits: { agent: 'qa', paths: ['src/**'], run: ['node', 'tools/waits.cjs'], findings: { format: 'exit-code' } },
      },
    }),
    'tools/words.cjs': WORDS,
    'tools/markup.cjs': MARKUP,
    'tools/waits.cjs': waitsFor(hold),
    'docs/page.md': '# Page\n\nA BAD word.\n',
    'src/a.js': 'export const a = 1;\n',
  });
  await repository.git('push', '-q', 'origin', 'main');
  await repository.write(hold, '');
  const service = stack.use(serveCommand(repository.path, { DATABASE_URL: database.url, UPKEEP_STATE: state.path }));
  const claimLink = /http:\S+\/claim#\S+/.exec(await service.line(/\/claim#/))?.[0] ?? '';
  const address = new URL(claimLink).origin;
  let cookies: Awaited<ReturnType<BrowserContext['storageState']>> | null = null;
  return {
    address,
    claimLink,
    browser,
    repository,
    letQaEnd: () => repository.write(hold, null),
    async signedIn(options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        ...options,
        ...(cookies === null ? {} : { storageState: cookies }),
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      if (cookies === null) {
        const who = (await (await fetch(`${address}/api/trpc/session.who`)).json()) as {
          readonly result: { readonly data: { readonly isUnclaimed: boolean } };
        };
        const { isUnclaimed } = who.result.data;
        await page.goto(isUnclaimed ? claimLink : `${address}/sign-in`);
        await page.getByLabel('Login').fill(ADMIN.login);
        await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
        await page.getByRole('button', { name: isUnclaimed ? /Make the account/ : 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        cookies = await context.storageState();
      } else await page.goto(`${address}/`);
      return { context, page, complaints };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
