import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import { refold } from '../../ledger/compact.ts';
import { readEvents, readState } from '../../ledger/read.ts';
import { encodeState } from '../../ledger/state-file.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { failed } from '../support/ledger-events.ts';

const WORKER = fileURLToPath(new URL('../support/append-worker.ts', import.meta.url));

function startWorker(commonDir: string, agent: string, count: number) {
  // A group of its own, so that its git processes die with it.
  const child = spawn(process.execPath, [WORKER, commonDir, agent, String(count)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  return { child, ended, ids: () => said.split('\n').filter(Boolean) };
}

const ids = async (ledger: Ledger) => new Set((await readEvents(ledger, { limit: 10_000 })).map(({ event }) => event.id));
const raw = (ledger: Ledger, ...args: string[]) => git(args, { gitDir: ledger.gitDir });

describe('processes of one clone', () => {
  it('append at the same time and lose nothing', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const commonDir = join(repository.path, '.git');
    const agents = ['backend', 'frontend', 'docs', 'qa', 'devops', 'architecture', 'backend', 'docs'];
    const workers = agents.map((agent) => startWorker(commonDir, agent, 4));
    for (const { ended } of workers) expect(await ended).toEqual([0, null]);
    const ledger = openLedger(commonDir);
    const written = workers.flatMap((worker) => worker.ids());
    expect(written).toHaveLength(32);
    expect(await ids(ledger)).toEqual(new Set(written));
    const { shared } = await readState(ledger);
    expect(shared.sequence).toBe(32);
    expect(agentStateOf(shared, 'backend', 'main').streak).toBe(8);
    expect(encodeState(await refold(ledger))).toBe(encodeState(shared));
    expect(await readdir(join(commonDir, 'upkeep'))).toEqual(['ledger.git']);
  }, 60_000);

  it('that are killed at any moment leave a ledger that reads, appends and keeps what had returned', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(join(repository.path, '.git'));
    const known = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      const { child, ended, ids: said } = startWorker(ledger.commonDir, 'backend', 1_000);
      // The first word says that the worker is at it; from then on each round kills it at another place.
      await once(child.stdout, 'data');
      const killAt = performance.now() + round * 10;
      while (performance.now() < killAt) await new Promise(setImmediate);
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
      for (const id of said()) known.add(id);
      const { health } = await readState(ledger);
      expect(health.shared).toBe('ok');
      const event = failed({ minutes: 10_000 + round });
      await append(ledger, [event], { scope: 'shared' });
      known.add(event.id);
    }
    const present = await ids(ledger);
    expect([...known].filter((id) => !present.has(id))).toEqual([]);
    expect(encodeState(await refold(ledger))).toBe(encodeState((await readState(ledger)).shared));
    await raw(ledger, 'fsck', '--strict');
  }, 60_000);

  it('are not held up by the lock of one that was killed', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(join(repository.path, '.git'));
    await append(ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    const lock = join(ledger.gitDir, 'refs/upkeep/ledger.lock');
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    expect(await append(ledger, [failed({ minutes: 2 })], { scope: 'shared' })).toMatchObject({ written: true, sequence: 2 });
  });
});
