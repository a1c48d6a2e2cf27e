import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backupName, backupPath, isBackupDue, listBackups, pruneBackups } from '../../../prisma/backup/backup-files.ts';

it('keeps backups for 30 days, the newest for ever, and files of others always', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upkeep-backups-'));
  const now = new Date('2026-03-31T12:00:00Z');
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
  expect([listBackups(join(folder, 'none')), isBackupDue(folder, now)]).toEqual([[], true]);
  const names = [29, 31, 32].map((days) => backupName(daysAgo(days), days === 32 ? 'before-restore' : undefined));
  for (const name of [...names, 'notes.txt', 'upkeep-2020.backup.gz']) writeFileSync(join(folder, name), 'x');
  expect(backupPath(folder, daysAgo(29))).toBe(join(folder, backupName(new Date(daysAgo(29).getTime() + 1000))));
  expect(names[2]).toBe('upkeep-20260227T120000Z-before-restore.backup.gz');
  expect(listBackups(folder).map(({ path, at, bytes }) => [path, at.getTime(), bytes])).toEqual(
    [29, 31, 32].map((days, index) => [join(folder, names[index] ?? ''), daysAgo(days).getTime(), 1]),
  );
  expect(pruneBackups(folder, now, 30)).toEqual([join(folder, names[1] ?? ''), join(folder, names[2] ?? '')]);
  expect([isBackupDue(folder, now), isBackupDue(folder, daysAgo(28.5))]).toEqual([true, false]);
  expect(pruneBackups(folder, daysAgo(-900), 30)).toEqual([]);
  // Neither what a restore kept nor what a wrong clock dated is the backup of the day.
  const others = [backupName(now, 'before-restore'), backupName(daysAgo(-400))];
  for (const name of others) writeFileSync(join(folder, name), 'x');
  expect(isBackupDue(folder, now)).toBe(true);
  for (const name of others) rmSync(join(folder, name));
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'upkeep-2020.backup.gz', names[0]].sort());
  rmSync(folder, { recursive: true });
});
