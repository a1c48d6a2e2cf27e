/** Eight clones of one remote run and push at the same time, again and again. ROUNDS sets how often. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGitServer } from '../support/git-server.ts';
import { FAULTS, threeAgentsRepository } from '../support/three-agents.ts';
import type { TestRepository } from '../support/git-repository.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');
const CLONES = 8;
const ROUNDS = Number(process.env['ROUNDS'] ?? 20);

interface Run {
  readonly code: number;
  readonly json: { readonly runs: readonly { readonly agent: string; readonly runId: string; readonly outcome: string }[] };
  readonly log: string;
}

async function run(clone: TestRepository): Promise<Run> {
  const child = spawn(process.execPath, [BIN, 'run', '--delivery', 'push', '--json'], {
    cwd: clone.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, json: JSON.parse(out) as Run['json'], log };
}

it('delivers every fix exactly once and remembers every run, however many push at once', async () => {
  await using server = await startGitServer();
  const bare = await server.create('shared');
  await using seed = await threeAgentsRepository();
  await seed.git('config', 'http.extraHeader', server.header('writer-token'));
  await seed.git('push', '-q', server.url('shared'), 'main');
  const clones: TestRepository[] = [];
  try {
    for (let index = 0; index < CLONES; index += 1) {
      const clone = await seed.clone();
      await clone.git('remote', 'set-url', 'origin', server.url('shared'));
      await clone.git('config', 'http.extraHeader', server.header('writer-token'));
      await clone.git('fetch', '-q', 'origin');
      clones.push(clone);
    }
    const runIds = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      // New faults for all three agents, on top of what the agents made of the old ones.
      await seed.git('fetch', '-q', server.url('shared'), 'main');
      await seed.git('reset', '-q', '--hard', 'FETCH_HEAD');
      const base = await seed.commit(
        `round ${round}`,
        Object.fromEntries(Object.entries(FAULTS).map(([path, [text]]) => [path, `${text}// ${round}\n`])),
      );
      await seed.git('push', '-q', server.url('shared'), 'main');
      for (const clone of clones) {
        await clone.git('fetch', '-q', 'origin');
        await clone.git('reset', '-q', '--hard', 'origin/main');
      }
      const runs = await Promise.all(clones.map(run));
      for (const [index, { code, log, json }] of runs.entries()) {
        expect(code, `round ${round}, clone ${index}\n${log}`).toBe(0);
        for (const one of json.runs) if (one.outcome !== 'skipped') runIds.add(one.runId);
      }
      const log = await bare.git('log', '--format=%(trailers:key=Agent,valueonly,separator=%x2C)', `${base}..main`);
      expect(log.split('\n').sort(), `round ${round}`).toEqual(['backend', 'docs', 'qa']);
      for (const [path, [, good]] of Object.entries(FAULTS))
        expect(await bare.git('show', `main:${path}`), `round ${round}: ${path}`).toContain(good);
      for (const clone of clones) {
        expect(await clone.git('status', '--porcelain')).toBe('');
        expect(existsSync(join(clone.path, '.git', 'shallow'))).toBe(false);
        expect((await clone.git('worktree', 'list')).split('\n')).toHaveLength(1);
      }
    }
    const names = await bare.git('ls-tree', '-r', '--name-only', 'refs/upkeep/ledger', 'events/');
    const events = (await Promise.all(names.split('\n').map((name) => bare.git('show', `refs/upkeep/ledger:${name}`)))).join('\n');
    const remembered = [...runIds].filter((id) => events.includes(`"runId":"${id}"`));
    expect(remembered.length, `${runIds.size} runs`).toBe(runIds.size);
    expect(runIds.size).toBeGreaterThanOrEqual(ROUNDS * 3);
  } finally {
    for (const clone of clones) await clone[Symbol.asyncDispose]();
  }
});
