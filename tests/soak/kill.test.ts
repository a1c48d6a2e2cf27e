/**
 * Kill -9 at random moments of a run in which three agents deliver. Afterwards the repository is sound, what the person
 * had is byte for byte as it was, nothing of ours is left, and a further run delivers what was to be delivered.
 * SEED and KILLS set the seed and the number; both are printed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { PHASES } from '../../agents/journal.ts';
import type { Phase } from '../../agents/journal.ts';
import { findOrphans } from '../../agents/tools/find-orphans.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { FAULTS, threeAgentsRepository } from '../support/three-agents.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const KILLS = Number(process.env['KILLS'] ?? 200);
const LEAST_PER_PHASE = Number(process.env['LEAST_PER_PHASE'] ?? 15);

/** Mulberry32: small, good enough to spread moments, and repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const DIRT = { 'scratch.txt': 'not committed\n', 'README.md': '# Three agents\n\nI am writing.\n', 'ignored.log': 'log\n' } as const;

async function start(repository: TestRepository): Promise<{
  kill: (afterMs: number | Phase) => Promise<Phase | 'done' | 'none'>;
  finish: () => Promise<{ code: number; output: string }>;
}> {
  const child = spawn(process.execPath, [BIN, 'run', '--delivery', 'local'], { cwd: repository.path, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'close');
  const journal = join(repository.path, '.git', 'upkeep', 'journal');
  const phaseNow = (): Phase | 'none' => {
    const name = existsSync(journal) ? readdirSync(journal).find((file) => file.endsWith('.json')) : undefined;
    return name === undefined ? 'none' : (JSON.parse(readFileSync(join(journal, name), 'utf8')) as { phase: Phase }).phase;
  };
  return {
    finish: async () => {
      const [code] = (await exit) as [number];
      return { code, output };
    },
    kill: async (when) => {
      if (typeof when === 'number') {
        const timer = setTimeout(() => child.kill('SIGKILL'), when);
        await exit;
        clearTimeout(timer);
      } else {
        const { mkdirSync } = await import('node:fs');
        mkdirSync(journal, { recursive: true });
        const watcher = watch(journal, () => {
          try {
            if (phaseNow() === when) child.kill('SIGKILL');
          } catch {
            // replaced between listing and reading: the next event tells
          }
        });
        await exit;
        watcher.close();
      }
      return child.signalCode === 'SIGKILL' ? phaseNow() : 'done';
    },
  };
}

/** Everything of the working tree: type, mode, content. */
function contents(root: string, at = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, at))) {
    const path = join(at, name);
    if (path === '.git') continue;
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory()) Object.assign(found, contents(root, path));
    else
      found[path] = `${stat.mode} ${
        stat.isSymbolicLink()
          ? readlinkSync(join(root, path))
          : createHash('sha256')
              .update(readFileSync(join(root, path)))
              .digest('hex')
      }`;
  }
  return found;
}

interface Before {
  readonly head: string;
  readonly tree: Record<string, string>;
  readonly index: Buffer;
}

async function afterKill(repository: TestRepository, before: Before, label: string): Promise<void> {
  // The next run cleans up before anything else, so what it finds clean is what the person gets.
  const next = await (await start(repository)).finish();
  expect(next.code, `${label}\n${next.output}`).toBe(0);
  expect((await repository.tryGit('fsck', '--no-dangling')).exitCode, label).toBe(0);
  expect((await repository.git('worktree', 'list')).split('\n'), label).toHaveLength(1);
  expect(await repository.git('for-each-ref', 'refs/upkeep/runs', 'refs/upkeep/suggest'), label).toBe('');
  expect(readdirSync(join(repository.path, '.git', 'upkeep', 'journal')), label).toEqual([]);
  expect(existsSync(join(repository.path, '.git', 'index.lock')), label).toBe(false);
  expect(await repository.git('stash', 'list'), label).toBe('');
  // Each fix exactly once, and nothing of the person's changed by it.
  expect(await repository.git('rev-list', '--count', `${before.head}..HEAD`), label).toBe('3');
  for (const [path, [text, good]] of Object.entries(FAULTS)) {
    const fixed = await repository.git('show', `HEAD:${path}`);
    expect(fixed.includes(good) && fixed !== text, `${label}: ${path}`).toBe(true);
  }
  const now = contents(repository.path);
  for (const [path, content] of Object.entries(before.tree)) if (!(path in FAULTS)) expect(now[path], `${label}: ${path}`).toBe(content);
  expect(Object.keys(now).sort(), label).toEqual(Object.keys(before.tree).sort());
  const status = (await repository.git('status', '--porcelain')).split('\n').filter((line) => line !== '');
  const dirty = Object.keys(before.tree).includes('scratch.txt');
  expect(status.sort(), label).toEqual(dirty ? ['?? scratch.txt', ' M README.md'].sort() : []);
}

/** Right after the kill, before anything of ours ran again: either not moved at all, or moved by git itself to the end. */
async function untouched(repository: TestRepository, before: Before, killed: { phase: string; label: string }): Promise<void> {
  const { phase, label } = killed;
  if (['delivering', 'delivered', 'recorded', 'done'].includes(phase)) return;
  // Without a journal the run has either not begun to change anything, or ended before the kill.
  if (phase === 'none' && (await repository.head()) !== before.head) return;
  expect(await repository.head(), label).toBe(before.head);
  expect(contents(repository.path), label).toEqual(before.tree);
  expect(readFileSync(join(repository.path, '.git', 'index')).equals(before.index), label).toBe(true);
}

it('loses nothing and leaves nothing behind, whenever it is killed', async () => {
  console.log(`SEED=${SEED} KILLS=${KILLS}`);
  const random = randomFrom(SEED);
  const durations: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await using repository = await threeAgentsRepository();
    const began = performance.now();
    const { code, output } = await (await start(repository)).finish();
    expect(code, output).toBe(0);
    durations.push(performance.now() - began);
  }
  const whole = [...durations].sort((a, b) => a - b)[1] ?? 0;
  const perPhase = new Map<string, number>();

  const once = async (when: number | Phase, round: number): Promise<void> => {
    await using repository = await threeAgentsRepository();
    if (round % 2 === 1) for (const [path, text] of Object.entries(DIRT)) await repository.write(path, text);
    await repository.git('status');
    const before: Before = {
      head: await repository.head(),
      tree: contents(repository.path),
      index: readFileSync(join(repository.path, '.git', 'index')),
    };
    const phase = await (await start(repository)).kill(when);
    perPhase.set(phase, (perPhase.get(phase) ?? 0) + 1);
    const label = `round ${round}, killed ${typeof when === 'number' ? `after ${when.toFixed(0)} ms` : `in ${when}`}, in phase ${phase}`;
    await untouched(repository, before, { phase, label });
    await afterKill(repository, before, label);
  };

  let round = 0;
  for (; round < KILLS; round += 1) await once(random() * whole, round);
  for (const phase of PHASES) {
    for (let tries = 0; (perPhase.get(phase) ?? 0) < LEAST_PER_PHASE && tries < LEAST_PER_PHASE * 4; tries += 1) await once(phase, round++);
  }
  console.log(`a run takes ${whole.toFixed(0)} ms; killed by phase: ${JSON.stringify(Object.fromEntries(perPhase))}`);
  for (const phase of PHASES) expect(perPhase.get(phase) ?? 0, phase).toBeGreaterThanOrEqual(LEAST_PER_PHASE);
  expect(findOrphans('')).toEqual([]);
});
