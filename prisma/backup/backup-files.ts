/** The folder of backups: names, the newest, and what is too old to keep. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asFileError } from '../database-error.ts';

const DAY_MS = 86_400_000;
const NAME = /^upkeep-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-[a-z-]+)?\.backup\.gz$/;

export interface BackupFile {
  readonly path: string;
  readonly at: Date;
  readonly bytes: number;
  /** Whether it is of what something else was about to replace. */
  readonly isBefore: boolean;
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
  return namesIn(folder)
    .flatMap((name) => {
      const [, year, month, day, hour, minute, second, why] = NAME.exec(name) ?? [];
      if (year === undefined) return [];
      const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      const info = statSync(join(folder, name), { throwIfNoEntry: false });
      if (info === undefined) return []; // gone meanwhile
      return [{ path: join(folder, name), at, bytes: info.size, isBefore: why !== undefined }];
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime());
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asFileError(error, folder);
  }
}

/** Whether a day has passed since the newest backup; one that a clock dates into the future is not waited for. */
export function isBackupDue(folder: string, now: Date): boolean {
  const newest = listBackups(folder).find(({ isBefore, at }) => !isBefore && at.getTime() <= now.getTime() + DAY_MS);
  return newest === undefined || now.getTime() - newest.at.getTime() >= DAY_MS;
}

/** Removes backups that are older than so many days, but never the newest; returns the paths that are gone. */
export function pruneBackups(folder: string, now: Date, keptDays: number): readonly string[] {
  const old = listBackups(folder)
    .slice(1)
    .filter(({ at }) => now.getTime() - at.getTime() > keptDays * DAY_MS);
  for (const { path } of old) rmSync(path, { force: true });
  return old.map(({ path }) => path);
}
