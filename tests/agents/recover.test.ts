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
});
