import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeBackup } from '../../../prisma/backup/make-backup.ts';
import { restoreBackup } from '../../../prisma/backup/restore-backup.ts';
import { admitWaiting } from '../../../scheduler/runs/admit-waiting.ts';
import { testDatabase } from '../../support/database.ts';
import { queueScene } from '../../support/queue-scene.ts';

it('carries on after a restore: what was queued or under way is queued once more, what waited still waits its turn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'upkeep-admit-'));
  await using target = await testDatabase();
  const path = join(folder, 'one.backup.gz');
  const known: Record<string, string | undefined> = {};
  {
    await using scene = await queueScene({ context: { labelLimits: { build: 1 } } });
    const [busy, ready, built, alsoBuilt] = await Promise.all(
      [[], [], ['build'], ['build']].map((labels, index) => scene.agent({ name: `agent${index}`, labels })),
    );
    if (!busy || !ready || !built || !alsoBuilt) throw new Error('four agents');
    known['running'] = (await scene.ask(busy, { priority: 'CRITICAL' }))?.id;
    const service = await scene.service();
    expect(await scene.claim(service)).toHaveLength(1);
    known['next'] = (await scene.ask(busy))?.id;
    known['queued'] = (await scene.ask(ready))?.id;
    known['labelled'] = (await scene.ask(built))?.id;
    known['unlabelled'] = (await scene.ask(alsoBuilt))?.id;
    await makeBackup(scene.database.url, path);
  }
  // Jobs that the engine of the target still has belong to nothing that is restored.
  {
    await using scene = await queueScene({ url: target.url });
    await scene.ask(await scene.agent());
  }
  await restoreBackup({ url: target.url, path, backupFolder: folder });
  await using scene = await queueScene({ url: target.url, context: { labelLimits: { build: 1 } } });
  const service = await scene.service();
  expect(await scene.claim(service)).toEqual([]);
  expect(await admitWaiting(scene.context, 1)).toBe(3);
  expect(await admitWaiting(scene.context)).toBe(0);
  const claimed = await scene.claim(service);
  expect(claimed.map(({ id, attempt }) => [id, attempt])).toEqual([
    [known['running'], 2],
    [known['queued'], 1],
    [known['labelled'], 1],
  ]);
  expect(await scene.stateOf(known['next'] ?? '')).toBe('waiting');
  expect(await scene.stateOf(known['unlabelled'] ?? '')).toBe('waiting');
  rmSync(folder, { recursive: true });
});

it('admits each waiting run once, although several services look at the same moment', async () => {
  await using scene = await queueScene();
  const agents = await Promise.all(Array.from({ length: 40 }, () => scene.agent()));
  for (const agent of agents) await scene.ask(agent);
  // As after a restore.
  await scene.query(`UPDATE upkeep.run SET state = 'waiting', job_id = NULL`);
  await scene.query('DELETE FROM upkeep_queue.job');
  const counts = await Promise.all([7, 11, 40, 500].map((batch) => admitWaiting(scene.context, batch)));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  const claimed = await scene.claim(await scene.service(), { most: 100 });
  expect(new Set(claimed.map(({ agentId }) => agentId)).size).toBe(40);
});
