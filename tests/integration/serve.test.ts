import { setTimeout as delay } from 'node:timers/promises';
import { rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { createRepository, repositoryAt, temporaryFolder, type TestRepository } from '../support/git-repository.ts';
import { agent } from '../support/run-agent-command.ts';
import { serveCommand, type ServeCommand } from '../support/serve-command.ts';

const EVERY_SECOND = '* * * * * *';
/** Turns BAD into GOOD; not before `hold` is gone. */
const checkFor = (hold: string): string => `
const fs = require('fs');
const files = fs.readdirSync('.').filter((name) => name.endsWith('.txt'));
if (process.argv[2] === 'fix') {
  while (fs.existsSync(${JSON.stringify(hold)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  for (const name of files) fs.writeFileSync(name, fs.readFileSync(name, 'utf8').replaceAll('BAD', 'GOOD'));
} else for (const name of files)
  fs.readFileSync(name, 'utf8').split('\\n').forEach((line, index) => line.includes('BAD') && console.log(name + ':' + (index + 1) + ':bad word'));
`;

interface Scene extends AsyncDisposable {
  /** Keeps repairs from ending; returns what lets them. */
  hold(): Promise<() => Promise<void>>;
  readonly bare: TestRepository;
  readonly url: string;
  /** A clone of the remote. */
  clone(): Promise<TestRepository>;
  serve(clone: TestRepository, env?: Readonly<Record<string, string>>, args?: readonly string[]): ServeCommand;
  rows<Row extends object>(sql: string): Promise<Row[]>;
}

/** A remote with a custom check that `docs` owns, every second; the other agents are off. */
async function scene(schedule = EVERY_SECOND): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const state = stack.use(await temporaryFolder());
  const made = stack.use(await createRepository('--bare'));
  const bare = repositoryAt(made.path);
  const held = join(state.path, 'hold');
  const clone = async (): Promise<TestRepository> => stack.use(await bare.clone());
  const seed = await clone();
  const off = Object.fromEntries(['architecture', 'backend', 'frontend', 'devops', 'qa'].map((id) => [id, { enabled: false }]));
  const nobad = {
    agent: 'docs',
    paths: ['*.txt'],
    run: ['node', 'check.cjs'],
    fix: ['node', 'check.cjs', 'fix'],
    findings: { format: 'pattern', pattern: '^(?<path>[^:]+):(?<line>\\d+):(?<message>.*)$' },
  };
  await seed.git('checkout', '-q', '-B', 'main');
  await seed.commit('feat: begin', {
    'agent.config.json': JSON.stringify({ agents: { ...off, docs: { schedule } }, customChecks: { nobad } }),
    'check.cjs': checkFor(held),
    'notes.txt': 'all BAD\n',
  });
  await seed.git('push', '-q', 'origin', 'main');
  const client = new pg.Client({ connectionString: database.url });
  let isConnected = false;
  stack.defer(async () => (isConnected ? client.end() : undefined));
  return {
    bare,
    url: database.url,
    hold: async () => {
      await writeFile(held, '');
      return () => rm(held);
    },
    clone,
    serve: (one, env = {}, args = []) =>
      stack.use(serveCommand(one.path, { DATABASE_URL: database.url, UPKEEP_STATE: state.path, ...env }, args)),
    async rows<Row extends object>(sql: string) {
      if (!isConnected) await client.connect();
      isConnected = true;
      return (await client.query<Row>(sql)).rows;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const fixes = async (bare: TestRepository): Promise<number> =>
  (await bare.git('log', '--format=%s', 'main')).split('\n').filter((subject) => subject.startsWith('auto: Docs')).length;

describe('agent serve', () => {
  it('carries a tick of the clock to a pushed commit, the ledger and the events', async () => {
    await using made = await scene();
    const clone = await made.clone();
    const service = made.serve(clone);
    await service.line(/docs +fixed: 1 fixed/);
    expect(await made.bare.git('show', 'main:notes.txt')).toBe('all GOOD');
    expect(await made.bare.git('log', '-1', '--format=%s|%an', 'main')).toMatch(/^auto: Docs – .*\|upkeep\[bot\]$/);
    expect(await clone.git('status', '--porcelain')).toBe('');

    const [run] = await made.rows<{ id: string; trigger: string; slot_at: Date; commit: string; fixed: number }>(
      "SELECT id, trigger, slot_at, commit, fixed FROM upkeep.run WHERE outcome = 'fixed'",
    );
    expect(run).toMatchObject({ trigger: 'schedule', commit: await made.bare.git('rev-parse', 'main'), fixed: 1 });
    const events = await made.rows<{ type: string }>(
      `SELECT type FROM upkeep.event WHERE run_id = '${run?.id}' ORDER BY transaction, sequence`,
    );
    expect(events.map(({ type }) => type)).toEqual(['agent:queued', 'agent:started', 'delivery:pushed', 'agent:completed']);
    expect(await made.bare.git('cat-file', '-t', 'refs/upkeep/ledger')).toBe('commit');
    const { stdout } = await agent(clone.path, ['log', '--json', '-n', '100']);
    expect(stdout).toContain(run?.id);
    expect(stdout).toContain(`service:${hostname()}`);

    service.kill('SIGINT');
    expect(await service.end).toBe(0);
    expect(service.text()).toContain('stopped');
    const [left] = await made.rows<{ open: string }>("SELECT count(*) AS open FROM upkeep.run WHERE state = 'running'");
    expect(left?.open).toBe('0');
  });

  it('begins a run again whose service was killed, and repairs once', async () => {
    await using made = await scene();
    const release = await made.hold();
    const clone = await made.clone();
    const first = made.serve(clone);
    await first.line(/docs +started/);
    first.kill('SIGKILL');
    expect(await first.end).toBe('SIGKILL');
    await release();
    const second = made.serve(clone);
    await second.line(/docs +fixed: 1 fixed/);
    expect(await fixes(made.bare)).toBe(1);
    const [run] = await made.rows<{ attempt: number; crashes: number }>("SELECT attempt, crashes FROM upkeep.run WHERE outcome = 'fixed'");
    expect(run).toEqual({ attempt: 2, crashes: 1 });
    expect(await clone.git('worktree', 'list', '--porcelain')).not.toContain('locked');
  });

  it('shares the work of one repository between two services with a clone each', async () => {
    await using made = await scene();
    const [one, two] = [made.serve(await made.clone()), made.serve(await made.clone())];
    await Promise.all([one.line(/looks after 1 repository/), two.line(/looks after 1 repository/)]);
    await Promise.race([one.line(/docs +fixed/), two.line(/docs +fixed/)]);
    one.kill('SIGTERM');
    expect(await one.end).toBe(0);
    const seed = await made.clone();
    await seed.commit('feat: more', { 'more.txt': 'BAD\n' });
    await seed.git('push', '-q', 'origin', 'main');
    for (;;) {
      if ((await made.bare.git('show', 'main:more.txt')) === 'GOOD') break;
      await delay(100);
    }
    expect(await fixes(made.bare)).toBe(2);
    const [doubled] = await made.rows<{ most: string }>(
      'SELECT coalesce(max(n), 0) AS most FROM (SELECT count(*) AS n FROM upkeep.run GROUP BY agent_id, slot_at) AS slots',
    );
    expect(doubled?.most).toBe('1');
  });

  it('stops at once at the second signal, and gives back what was under way', async () => {
    await using made = await scene();
    const release = await made.hold();
    const service = made.serve(await made.clone());
    await service.line(/docs +started/);
    service.kill('SIGINT');
    await service.line(/stopping: 1 under way/);
    // What comes too soon after the first is taken for the same: npx passes on what the terminal has sent already.
    await delay(300);
    service.kill('SIGINT');
    expect(await service.end).toBe(130);
    expect(await made.rows('SELECT state, crashes FROM upkeep.run WHERE attempt > 0')).toEqual([{ state: 'queued', crashes: 0 }]);
    expect(await fixes(made.bare)).toBe(0);
    await release();
    const again = made.serve(await made.clone());
    await again.line(/docs +fixed/);
    expect(await fixes(made.bare)).toBe(1);
  });

  it.each([
    [
      'a folder that is no repository',
      async (made: Scene) => ({ path: (await made.clone()).path.replace(/[^/]+$/, '') }),
      /in no Git repository/,
    ],
    [
      'a database that is not there',
      async (made: Scene) => ({ path: (await made.clone()).path, url: 'postgres://u@127.0.0.1:1/x' }),
      /127\.0\.0\.1:1/,
    ],
  ])('says what is wrong with %s', async (_what, at, words) => {
    await using made = await scene();
    const { path, url = made.url } = (await at(made)) as { path: string; url?: string };
    await using service = serveCommand(path, { DATABASE_URL: url });
    expect([2, 3]).toContain(await service.end);
    expect(service.text()).toMatch(words);
    expect(service.text()).not.toContain('    at ');
  });
});
