/** The gate with nothing due against `git ls-remote` alone on the same server: seconds, requests, ratio. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setGitEnvironment } from '../../git/git-environment.ts';
import { append } from '../../ledger/append.ts';
import { makeEvent, uuidv7 } from '../../ledger/event.ts';
import { AGENT_IDS, TRIGGERS } from '../../ledger/outcome.ts';
import { openLedger } from '../../ledger/store.ts';
import { pushShared } from '../../ledger/sync.ts';
import { packageVersion } from '../../cli/version.ts';
import { buildDist } from '../build.ts';
import { projectRoot } from './install-packed.ts';
import { interleave, judge, median, mustRun, printTimings, ratio } from './measure.ts';

const ROUNDS = 31;
/** Runs that the ledger remembers, as after some days of work. */
const HISTORY = 120;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-gate-bench-'));
setGitEnvironment(process.env);
const server = spawn(process.execPath, [join(projectRoot, 'scripts/bench/serve-git.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });

try {
  await buildDist(projectRoot);
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const nextLine = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
  const { origin, path } = await nextLine<{ origin: string; path: string }>();
  const requestsSince = (): Promise<string[]> => (server.stdin.write('?\n'), nextLine<string[]>());

  const work = join(folder, 'work');
  mustRun(['git', 'init', '-q', '-b', 'main', work], { cwd: folder });
  writeFileSync(join(work, 'README.md'), '# A repository\n');
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.invalid'];
  mustRun(['git', ...identity, 'add', '.'], { cwd: work });
  mustRun(['git', ...identity, 'commit', '-q', '-m', 'first'], { cwd: work });
  mustRun(['git', 'push', '-q', path, 'HEAD:main'], { cwd: work });
  await remember(work, path);
  mustRun(['git', 'clone', '-q', '--depth=1', `${origin}/owner/name`, 'checkout'], { cwd: folder });

  const payload = join(folder, 'event.json');
  writeFileSync(payload, JSON.stringify({ schedule: '*/5 * * * *', repository: { default_branch: 'main' } }));
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_EVENT_PATH: payload,
    GITHUB_SERVER_URL: origin,
    GITHUB_REPOSITORY: 'owner/name',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_TOKEN: 'writer-token',
  };
  const checkout = { cwd: join(folder, 'checkout'), env };
  const gate = (): string => mustRun([process.execPath, join(projectRoot, 'dist/gate.mjs')], checkout);
  const address = `${origin}/owner/name`;

  await requestsSince();
  const said = gate();
  if (!said.startsWith('nothing due on main')) throw new Error(`the gate should have found nothing due:\n${said}`);
  const requests = await requestsSince();
  const timings = interleave(
    [
      { name: 'git ls-remote', run: () => void mustRun(['git', 'ls-remote', address, 'refs/upkeep/ledger'], checkout) },
      { name: 'the gate, nothing due', run: () => void gate() },
      { name: 'node -e 0', run: () => void mustRun([process.execPath, '-e', '0'], checkout) },
    ],
    ROUNDS,
  );
  printTimings(timings);
  console.log(
    `requests of the gate: ${requests.length} (${requests.join(', ')}); ${(median(timings.get('the gate, nothing due') ?? []) / 1000).toFixed(2)} s`,
  );
  judge([
    { what: 'requests of the gate with nothing due', value: requests.length, atMost: 2 },
    { what: 'the gate with nothing due / git ls-remote', value: ratio(timings, ['the gate, nothing due', 'git ls-remote']), atMost: 3 },
  ]);
} finally {
  server.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}

/** Six agents that passed, again and again, and the tree that they passed on. */
async function remember(work: string, remote: string): Promise<void> {
  const [base, tree] = mustRun(['git', 'rev-parse', 'HEAD', 'HEAD^{tree}'], { cwd: work }).split('\n') as [string, string];
  const ledger = openLedger(join(work, '.git'));
  for (let index = 0; index < HISTORY; index++) {
    const now = (): Date => new Date(Date.now() - (HISTORY - index) * 60_000);
    const origin = { source: 'ci:1', correlationId: 'bench', now };
    const agentId = AGENT_IDS[index % AGENT_IDS.length] ?? 'backend';
    const common = { jobId: 'bench', runId: uuidv7(now()), branch: 'main', status: 'passed' };
    await append(
      ledger,
      [
        makeEvent(
          'agent:completed',
          {
            ...{ ...common, agentId, outcome: 'passed', reason: null, trigger: 'push', base, key: `${agentId}-key`, producedKey: null },
            ...{
              durationMs: 9000,
              commit: null,
              delivered: true,
              errors: 0,
              warnings: 2,
              fixed: 0,
              findings: [],
              coverage: null,
              counts: true,
            },
          },
          origin,
        ),
        makeEvent(
          'scheduler:keyed',
          {
            ...{ ...common, agentId: null, commit: base, tree, version: packageVersion() },
            agents: AGENT_IDS.map((id) => ({ agentId: id, key: `${id}-key`, triggers: [...TRIGGERS], lastRunAt: null, dueAt: null })),
            speak: { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 },
          },
          origin,
        ),
      ],
      { scope: 'shared' },
    );
  }
  const pushed = await pushShared(ledger, { remote });
  if (!pushed.ok) throw new Error(`the ledger did not arrive: ${pushed.message}`);
}
