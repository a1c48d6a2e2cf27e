/** What people read about a database and its backups. */
import type { BackupFile } from '../../prisma/backup/backup-files.ts';
import type { BackupHeader } from '../../prisma/backup/backup-format.ts';
import type { DatabaseInfo, SchemaInfo } from '../../prisma/database-info.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { ago, count } from '../wording.ts';

export interface ShownDatabase {
  readonly kind: 'embedded' | 'external';
  readonly where: string;
  /** Null: there is none yet. */
  readonly info: DatabaseInfo | null;
  readonly backups: { readonly folder: string; readonly count: number; readonly newest: BackupFile | null };
  readonly now: Date;
}

/** One fact a line. */
export function infoText({ kind, where, info, backups, now }: ShownDatabase): string {
  const place = kind === 'embedded' ? `its own, in ${plainLine(where)}` : `of DATABASE_URL, ${plainLine(where)}`;
  const facts =
    info === null
      ? [`database  ${place}: none yet, agent serve makes it`]
      : [
          `database  ${place}, PostgreSQL ${plainLine(info.postgresql)}`,
          `schema    ${schemaText(info.schema)}`,
          ...(info.schema.version === null ? [] : [`content   ${rowsText(info)}, ${sizeText(info.bytes)}`, `in use    ${usersText(info)}`]),
        ];
  return [...facts, `backups   ${backupsText(backups, now)}`, ''].join('\n');
}

/** `12 runs, 3 agents, 1 repository, 40 events, schema 20261121000001_run_indexes`. */
export function contentText({ tables, schemaVersion }: BackupHeader): string {
  const rows = (name: string): number => tables.find((table) => table.name === name)?.rows ?? 0;
  return `${contents(rows)}, schema ${plainLine(schemaVersion)}`;
}

/** `812 B`, `1.2 MB`. */
export function sizeText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

function schemaText({ version, state, missing }: SchemaInfo): string {
  const name = plainLine(version ?? '');
  if (state === 'none') return 'none: no service has used it yet';
  if (state === 'newer') return `${name}, of a later upkeep: update upkeep on this machine`;
  if (state === 'older') return `${name}; ${count(missing.length, 'migration')} to come when a service starts: ${missing.join(', ')}`;
  return `${name}, up to date`;
}

function rowsText({ rows, runs }: DatabaseInfo): string {
  const states = Object.entries(runs).map(([state, number]) => `${number} ${plainLine(state)}`);
  return `${contents((name) => rows[name] ?? 0)}${states.length === 0 ? '' : ` (runs: ${states.join(', ')})`}`;
}

function contents(rows: (table: string) => number): string {
  return [
    count(rows('run'), 'run'),
    count(rows('agent'), 'agent'),
    count(rows('repository'), 'repository', 'repositories'),
    count(rows('event'), 'event'),
  ].join(', ');
}

function usersText({ services }: DatabaseInfo): string {
  return services === 0 ? 'by no service' : `by ${count(services, 'service')}`;
}

function backupsText({ folder, count: number, newest }: ShownDatabase['backups'], now: Date): string {
  if (newest === null) return `none in ${plainLine(folder)}`;
  return `${number} in ${plainLine(folder)}, the newest ${ago(newest.at.toISOString(), now)} (${sizeText(newest.bytes)})`;
}
