/** A service with real agents and its dashboard, and a real browser before it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import pg from 'pg';
import { openBrowser } from './browser.ts';
import { embeddedScene } from './embedded-scene.ts';
import { createRepository, repositoryAt, temporaryFolder, type TestRepository } from './git-repository.ts';
import { serveCommand } from './serve-command.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { Role } from '../../dashboard/wire/vocabulary-schema.ts';

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
  /** So much does the check of `qa` print from now on. */
  readonly letQaPrint: (megabytes: number) => Promise<void>;
  /** Whether the check of `devops` stands still until its time is over. */
  readonly letDevopsStall: (stalls: boolean) => Promise<void>;
  /** The service's own, in which nobody else is. */
  readonly database: SceneDatabase;
  /** A page of the first administrator, who is signed in. */
  signedIn(options?: ContextOptions): Promise<Visit>;
  /** A page of somebody who was invited, and has just signed in for the first time. */
  invited(login: string, role: Role): Promise<Visit & { readonly userId: string }>;
}

type ContextOptions = Parameters<Browser['newContext']>[0];

/** A page with what it complained of. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
}

export interface SceneDatabase {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** PostgreSQL stops, and is there again. */
  stop(): Promise<void>;
  start(): Promise<void>;
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
/** Prints as many MB as the file says that lies beside it, and goes on until somebody takes the file away. */
const waitsFor = (hold: string): string =>
  `const fs = require('fs'); console.log('it has begun');
const flood = ${JSON.stringify(`${hold}.flood`)};
for (let left = fs.existsSync(flood) ? Number(fs.readFileSync(flood, 'utf8')) * 10 : 0; left > 0; left -= 1) process.stdout.write(('\\u001b[32mline\\u001b[0m ' + 'x'.repeat(82) + '\\n').repeat(1024));
 const timer = setInterval(() => { if (!fs.existsSync(${JSON.stringify(hold)})) { clearInterval(timer); console.log('it has ended'); } }, 25);`;
/** Stands still as long as there is a file. */
const stallsAt = (stall: string): string =>
  `if (require('fs').existsSync(${JSON.stringify(stall)})) setInterval(() => {}, 1000); else console.log('it goes on');`;

/** Nobody needs what is in it after the test. */
const FAST = { settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } } as const;
const PATTERN = { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+):(?<message>.*)$' };

/** Six agents, by hand only: docs repairs words, backend fails, qa waits, devops may stand still. */
export async function dashboardScene(): Promise<DashboardScene> {
  const stack = new AsyncDisposableStack();
  const servers = stack.use(embeddedScene());
  const [server, state, made, browser] = await Promise.all([
    servers.open(FAST),
    temporaryFolder(),
    createRepository('--bare'),
    openBrowser(),
  ]);
  for (const part of [state, made]) stack.use(part);
  stack.defer(() => browser.close());
  const repository = stack.use(await repositoryAt(made.path).clone());
  const [hold, stall] = [join(state.path, 'hold'), join(state.path, 'stall')];
  await repository.git('checkout', '-q', '-B', 'main');
  await repository.commit('feat: begin', {
    'agent.config.json': JSON.stringify({
      agents: {
        ...Object.fromEntries(AGENT_IDS.map((id) => [id, { schedule: '0 0 1 1 *', triggers: [] }])),
      },
      scheduler: { retry: { limit: 0 } },
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
        stalls: {
          agent: 'devops',
          paths: ['src/**'],
          run: ['node', 'tools/stalls.cjs'],
          findings: { format: 'exit-code' },
          timeoutSeconds: 1,
        },
      },
    }),
    'tools/words.cjs': WORDS,
    'tools/markup.cjs': MARKUP,
    'tools/waits.cjs': waitsFor(hold),
    'tools/stalls.cjs': stallsAt(stall),
    'docs/page.md': '# Page\n\nA BAD word.\n',
    'src/a.js': 'export const a = 1;\n',
  });
  await repository.git('push', '-q', 'origin', 'main');
  await writeFile(hold, '');
  const url = server.connectionString;
  const service = stack.use(serveCommand(repository.path, { DATABASE_URL: url, UPKEEP_STATE: state.path }));
  const claimLink = /http:\S+\/claim#\S+/.exec(await service.line(/\/claim#/))?.[0] ?? '';
  const address = new URL(claimLink).origin;
  let cookies: Awaited<ReturnType<BrowserContext['storageState']>> | null = null;
  const visit = async (options: ContextOptions): Promise<Visit> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    return { context, page, complaints: complaintsOf(page) };
  };
  const scene: DashboardScene = {
    address,
    claimLink,
    browser,
    repository,
    letQaEnd: () => rm(hold),
    letQaPrint: (megabytes) => writeFile(`${hold}.flood`, String(megabytes)),
    letDevopsStall: (stalls) => (stalls ? writeFile(stall, '') : rm(stall)),
    database: databaseAt(url, server.close, () => servers.open(FAST)),
    async signedIn(options = {}) {
      const made = await visit({ ...options, ...(cookies === null ? {} : { storageState: cookies }) });
      if (cookies !== null) {
        await made.page.goto(`${address}/`);
        return made;
      }
      const who = (await (await fetch(`${address}/api/trpc/session.who`)).json()) as {
        readonly result: { readonly data: { readonly isUnclaimed: boolean } };
      };
      const { isUnclaimed } = who.result.data;
      await made.page.goto(isUnclaimed ? claimLink : `${address}/sign-in`);
      await made.page.getByLabel('Login').fill(ADMIN.login);
      await enter(made.page, isUnclaimed ? /Make the account/ : 'Sign in');
      cookies = await made.context.storageState();
      return made;
    },
    async invited(login, role) {
      const admin = await scene.signedIn();
      const answer = await admin.context.request.post(`${address}/api/trpc/settings.users.invite`, {
        data: { login, role },
        headers: { origin: address },
      });
      const { result } = (await answer.json()) as {
        readonly result: { readonly data: { readonly userId: string; readonly link: string } };
      };
      const { userId, link } = result.data;
      const [made] = await Promise.all([visit({}), admin.context.close()]);
      await made.page.goto(`${address}${link}`);
      await enter(made.page, 'Sign in');
      return { ...made, userId };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return scene;
}

/** Everybody has the same password. */
async function enter(page: Page, button: string | RegExp): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}

function databaseAt(url: string, close: () => Promise<void>, open: () => Promise<{ readonly close: () => Promise<void> }>): SceneDatabase {
  let stop = close;
  return {
    async query<Row>(sql: string, values: readonly unknown[] = []) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(sql, [...values])).rows as Row[];
      } finally {
        await client.end();
      }
    },
    stop: () => stop(),
    async start() {
      stop = (await open()).close;
    },
  };
}
