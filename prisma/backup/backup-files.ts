/** The folder of backups: names, the newest, and what is too old to keep. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const NAME = /^upkeep-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-[a-z-]+)?\.backup\.gz$/;

export interface BackupFile {
  readonly path: string;
  readonly at: Date;
  readonly bytes: number;
}

/** Name of a backup made at a time; `why` is told in it. */
export function backupName(at: Date, why?: 'before-restore' | 'before-upgrade'): string {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `upkeep-${stamp}${why === undefined ? '' : `-${why}`}.backup.gz`;
}

/** Where a backup goes that is made at a time: a second later for each that is there already. */
export function backupPath(folder: string, at: Date, why?: Parameters<typeof backupName>[1]): string {
  const path = join(folder, backupName(at, why));
  return existsSync(path) ? backupPath(folder, new Date(at.getTime() + 1000), why) : path;
}

/** The backups of a folder, newest first. */
export function listBackups(folder: string): readonly BackupFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
      if (year === undefined) return [];
      const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return [{ path: join(folder, name), at, bytes: statSync(join(folder, name)).size }];
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime());
}

/** Whether a day has passed since the newest backup. */
export function isBackupDue(folder: string, now: Date): boolean {
  const newest = listBackups(folder)[0];
  return newest === undefined || now.getTime() - newest.at.getTime() >= DAY_MS;
}

/** Removes backups older than 30 days, but never the newest; returns the paths that are gone. */
export function pruneBackups(folder: string, now: Date, keptDays = KEPT_DAYS): readonly string[] {
  const old = listBackups(folder)
    .slice(1)
    .filter(({ at }) => now.getTime() - at.getTime() > keptDays * DAY_MS);
  for (const { path } of old) rmSync(path, { force: true });
  return old.map(({ path }) => path);
}
