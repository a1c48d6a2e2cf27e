/** What goes wrong in the middle of a run: every fault ends in one clear word, loses nothing and leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOrphans } from '../../agents/tools/find-orphans.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { threeAgentsRepository } from '../support/three-agents.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

/** A repository whose only checks are these custom ones, all of backend. */
async function repositoryWithChecks(
  checks: Readonly<Record<string, { run: readonly string[]; timeoutSeconds?: number; findings?: unknown; fix?: readonly string[] }>>,
): Promise<TestRepository> {
  const off = Object.fromEntries(['architecture', 'frontend', 'devops', 'qa', 'docs'].map((id) => [id, { enabled: false }]));
  const customChecks = Object.fromEntries(
    Object.entries(checks).map(([id, check]) => [id, { agent: 'backend', paths: ['*.txt'], needsDependencies: false, ...check }]),
  );
  return repositoryWith({
    'a.txt': 'text\n',
    'agent.config.json': JSON.stringify({ agents: off, customChecks, scheduler: { retry: { limit: 0 } } }),
  });
}

async function nothingLeft(repository: TestRepository): Promise<void> {
  expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1);
  expect(existsSync(join(repository.path, '.git', 'upkeep', 'run.lock'))).toBe(false);
  const journal = join(repository.path, '.git', 'upkeep', 'journal');
  expect(existsSync(journal) ? readdirSync(journal) : []).toEqual([]);
  expect(await repository.git('for-each-ref', 'refs/upkeep/runs')).toBe('');
  expect(await repository.git('status', '--porcelain')).toBe('');
}

/** Starts a run and resolves when its journal says this phase. */
async function runningIn(
  repository: TestRepository,
  phase: string,
): Promise<{ child: ReturnType<typeof spawn>; ended: Promise<number | null>; output: () => string }> {
  const journal = join(repository.path, '.git', 'upkeep', 'journal');
  mkdirSync(journal, { recursive: true });
  const child = spawn(process.execPath, [MAIN, 'run'], { cwd: repository.path, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  await new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      const { readFile } = await import('node:fs/promises');
      for (const name of readdirSync(journal).filter((file) => file.endsWith('.json'))) {
        const text = await readFile(join(journal, name), 'utf8').catch(() => '');
        if (text.includes(`"phase":"${phase}"`)) resolve();
      }
    };
    const watcher = watch(journal, () => void look());
    void ended.then(() => {
      watcher.close();
      reject(new Error(`the run ended before ${phase}:\n${output}`));
    });
    void look();
  });
  return { child, ended, output: () => output };
}

const HANG = ['node', '-e', "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)"] as const;

describe('a tool', () => {
  it.each<[string, Parameters<typeof repositoryWithChecks>[0][string], string]>([
    ['that does not exist', { run: ['no-such-command-anywhere'] }, 'tool-not-found'],
    ['that hangs and ignores SIGTERM', { run: HANG, timeoutSeconds: 1 }, 'timeout'],
    ['that writes nonsense', { run: ['node', '-e', "console.log('{')"], findings: { format: 'json-lines' } }, 'nonsense-output'],
    ['that prints without end', { run: ['node', '-e', "const s='x'.repeat(1<<20);for(;;)require('fs').writeSync(1,s)"] }, 'output-limit'],
  ])('%s ends its check errored; the others go on', async (_, check, reason) => {
    await using repository = await repositoryWithChecks({ broken: check, fine: { run: ['node', '-e', ''] } });
    const { code, document } = await runJson(repository.path, [], { UPKEEP_MAX_OUTPUT_MEGABYTES: '8' });
    expect(code).toBe(3);
    expect(document.runs[0]?.checks.map(({ check: id, outcome, reason: why }) => [id, outcome, why])).toEqual([
      ['broken', 'errored', reason],
      ['fine', 'passed', null],
    ]);
    await nothingLeft(repository);
  });
});

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s ends tools and run, says so and cleans up', async (signal) => {
    await using repository = await repositoryWithChecks({ hanging: { run: HANG } });
    const { child, ended, output } = await runningIn(repository, 'inspecting');
    child.kill(signal);
    expect(await ended, output()).toBe(130);
    expect(output()).toContain('interrupted');
    await nothingLeft(repository);
  });

  it('that is asked for twice kills a tool that does not listen, and names what cleans up the rest', async () => {
    await using folder = await temporaryFolder();
    const listening = `require('fs').writeFileSync(${JSON.stringify(join(folder.path, 'on'))}, '')`;
    await using repository = await repositoryWithChecks({ hanging: { run: ['node', '-e', `${HANG[2]};${listening}`] } });
    const { child, ended, output } = await runningIn(repository, 'inspecting');
    await expect.poll(() => existsSync(join(folder.path, 'on')), { timeout: 15_000 }).toBe(true);
    const [journal = ''] = readdirSync(join(repository.path, '.git', 'upkeep', 'journal')).filter((name) => name.endsWith('.json'));
    const impatient = setInterval(() => child.kill('SIGINT'), 50);
    expect(await ended, output()).toBe(130);
    clearInterval(impatient);
    expect(output().trimEnd().split('\n').at(-1)).toBe('agent: ended at once; `agent recover`, or the next run, cleans up what is left');
    expect(findOrphans(journal.slice(0, -'.json'.length))).toEqual([]);
    expect((await agent(repository.path, ['recover'])).stdout).toContain('ended early');
    await nothingLeft(repository);
  });

  it('by kill -9 is cleaned up by the next run: worktrees, processes and locks', async () => {
    await using repository = await repositoryWithChecks({ hanging: { run: HANG, timeoutSeconds: 2 } });
    const { child, ended } = await runningIn(repository, 'inspecting');
    const id =
      readdirSync(join(repository.path, '.git', 'upkeep', 'journal'))
        .find((name) => name.endsWith('.json'))
        ?.slice(0, -5) ?? '';
    child.kill('SIGKILL');
    await ended;
    const { stdout } = await agent(repository.path, ['recover']);
    expect(stdout).toContain('ended early');
    expect(findOrphans(id)).toEqual([]);
    await nothingLeft(repository);
  });
});

describe('a second run in the same clone', () => {
  it('is told who has it, and the first one goes on', async () => {
    await using repository = await repositoryWithChecks({ hanging: { run: HANG, timeoutSeconds: 20 } });
    const { child, ended } = await runningIn(repository, 'inspecting');
    const second = await agent(repository.path, ['run']);
    expect(second.code).toBe(3);
    expect(second.stderr).toContain(`process ${child.pid}`);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    await nothingLeft(repository);
  });
});

describe('a damaged memory', () => {
  it.each<[string, (repository: TestRepository) => Promise<void>]>([
    [
      'a ref that points at a blob',
      async (repository) => {
        await repository.write('blob', 'x');
        const blob = await repository.git('hash-object', '-w', 'blob');
        await repository.write('blob', null);
        await repository.git('--git-dir=.git/upkeep/ledger.git', 'update-ref', 'refs/upkeep/local', blob);
      },
    ],
    [
      'a ref that holds garbage',
      (repository) => {
        writeFileSync(join(repository.path, '.git/upkeep/ledger.git/refs/upkeep/local'), 'garbage\n');
        return Promise.resolve();
      },
    ],
    [
      'a file instead of the folder of everything that is remembered',
      async (repository) => {
        await repository.write('.git/upkeep', null);
        await repository.write('.git/upkeep', 'mine\n');
      },
    ],
    [
      'a torn cache',
      (repository) => {
        writeFileSync(join(repository.path, '.git/upkeep/cache/keys.json'), '[{"id":');
        return Promise.resolve();
      },
    ],
  ])('never keeps a run from working, and is told where something is forgotten: %s', async (name, damage) => {
    await using repository = await threeAgentsRepository();
    expect((await runJson(repository.path)).code).toBe(0);
    await damage(repository);
    await repository.commit('more', { 'more.md': 'A colour.\n' });
    const { code, document, stderr } = await runJson(repository.path);
    expect(code).toBe(0);
    expect(document.delivery.outcome).toBe('delivered');
    if (name.startsWith('a ref')) expect(stderr).toContain('refs/upkeep/local in');
    await nothingLeft(repository);
  });
});
