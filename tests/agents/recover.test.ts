import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hasLeftovers } from '../../agents/journal.ts';
import { recover } from '../../agents/recover.ts';
import { processIdentity } from '../../git/process-identity.ts';
import { scene } from '../support/delivery-scene.ts';

describe('recover', () => {
  it('puts right what a killed `agent accept` left, which has no journal, and names the lock that keeps it from it', async () => {
    await using s = await scene();
    const dead = spawn('true');
    const process = processIdentity(dead.pid);
    await once(dead, 'exit');
    const record = { ...s.move, startedAt: Date.now(), process, origHead: null };
    await s.repo.write('.git/upkeep/delivery.json', JSON.stringify(record));
    await s.repo.git('read-tree', '-m', '-u', s.move.from, s.move.to);
    await s.repo.write('.git/refs/heads/main.lock', `${'1'.repeat(40)}\n`);
    const repository = await s.repo.open();
    const again = () => recover({ repository, isRecorded: () => false, record: () => Promise.reject(new Error('nothing to record')) });

    const [sentence, ...more] = await again();
    expect(more).toEqual([]);
    expect(sentence).toMatch(
      /while it moved main, and \S+\/\.git\/refs\/heads\/main\.lock is in the way .* delete that file, then run `agent recover` again$/,
    );
    expect(hasLeftovers(repository)).toBe(true);

    await s.repo.write('.git/refs/heads/main.lock', null);
    expect(await again()).toEqual(['git had been stopped while it moved main: it is moved now']);
    expect([await s.repo.head(), await s.repo.git('status', '--porcelain')]).toEqual([s.move.to, '']);
    expect(hasLeftovers(repository)).toBe(false);
    expect(await again()).toEqual([]);
  });

  it('goes on where refs of an earlier run cannot be removed yet, and removes them later', async () => {
    await using s = await scene();
    await s.repo.git('update-ref', 'refs/upkeep/runs/0199-run/docs', s.move.to);
    await s.repo.git('pack-refs', '--all');
    await s.repo.write('.git/packed-refs.lock', '');
    const dead = spawn('true');
    const process = processIdentity(dead.pid);
    await once(dead, 'exit');
    const place = {
      schemaVersion: 1,
      id: '0199-run',
      process,
      at: '2026-09-01T00:00:00.000Z',
      base: s.move.from,
      worktrees: '/nonexistent',
    };
    const entry = { ...place, phase: 'recorded', branch: 'main', mode: 'local', finished: [], move: null };
    await s.repo.write('.git/upkeep/journal/0199-run.json', JSON.stringify(entry));
    const repository = await s.repo.open();
    const again = () => recover({ repository, isRecorded: () => true, record: () => Promise.reject(new Error('nothing to record')) });
    expect(await again()).toEqual([
      expect.stringMatching(/cannot be cleaned up yet: .*packed-refs\.lock is in the way; .* delete that file$/),
    ]);
    await s.repo.write('.git/packed-refs.lock', null);
    expect(await again()).toEqual([expect.stringMatching(/had not put everything away: that is done now$/)]);
    expect(await s.repo.git('for-each-ref', 'refs/upkeep')).toBe('');
  });
});
