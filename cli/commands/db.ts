/** `agent db`: backs up, restores and looks into the database of the service. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readHeader, type BackupHeader } from '../../prisma/backup/backup-format.ts';
import { backupPath, listBackups } from '../../prisma/backup/backup-files.ts';
import { makeBackup } from '../../prisma/backup/make-backup.ts';
import { restoreBackup } from '../../prisma/backup/restore-backup.ts';
import { DatabaseError } from '../../prisma/database-error.ts';
import { readInfo } from '../../prisma/database-info.ts';
import type { CommandContext } from '../command-context.ts';
import { contentText, infoText, sizeText } from '../database/database-text.ts';
import { backupFolderOf, missingDataFolder, openDatabaseServer } from '../database/database-server.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { count } from '../wording.ts';

export interface InfoFlags {
  readonly json?: boolean;
}

export interface RestoreFlags {
  readonly yes?: boolean;
}

/** Of the document that programs read. */
const DOCUMENT_VERSION = 1;

/** Where it is and what is in it; a server is made for nobody who only asks. */
export async function infoCommand(flags: InfoFlags, context: CommandContext): Promise<number> {
  const { environment, output } = context;
  const backups = listBackups(backupFolderOf(environment));
  const kept = { folder: backupFolderOf(environment), count: backups.length, newest: backups[0] ?? null };
  const missing = missingDataFolder(environment);
  if (missing !== null) {
    if (flags.json) output.out(documentOf({ kind: 'embedded', where: missing, exists: false, backups: kept }));
    else output.out(infoText({ kind: 'embedded', where: missing, info: null, backups: kept, now: new Date() }));
    return 0;
  }
  await using server = await openDatabaseServer(context);
  const { kind, where } = server;
  const info = await readInfo(server.url);
  if (flags.json) output.out(documentOf({ kind, where, exists: true, ...info, backups: kept }));
  else output.out(infoText({ kind, where, info, backups: kept, now: new Date() }));
  return 0;
}

/** Says where the file is, how large it is and what is in it. */
export async function backupCommand(file: string | undefined, context: CommandContext): Promise<number> {
  const { environment, output, cwd } = context;
  if (file !== undefined && existsSync(resolve(cwd, file))) {
    throw new UsageError(`${resolve(cwd, file)} is there already: name another file for the backup`);
  }
  const missing = missingDataFolder(environment);
  if (missing !== null) {
    throw new DatabaseError('no-such-database', `There is nothing to back up in ${missing}: no service has used a database here yet.`);
  }
  await using server = await openDatabaseServer(context);
  const path = file === undefined ? backupPath(server.backupFolder, new Date()) : resolve(cwd, file);
  const { bytes, header } = await makeBackup(server.url, path);
  output.out(`${plainLine(path)}: ${sizeText(bytes)}, ${contentText(header)}\n`);
  return 0;
}

/** Asks before it replaces anything, and says where that is kept. */
export async function restoreCommand(file: string, flags: RestoreFlags, context: CommandContext): Promise<number> {
  const { output, cwd } = context;
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new UsageError(`there is no backup at ${path}`);
  const header = await readHeader(path);
  if (flags.yes !== true && !output.canAsk) {
    throw new UsageError('nothing was restored: this is no terminal, so say --yes to replace what is in the database');
  }
  await using server = await openDatabaseServer(context);
  if (flags.yes !== true && !(await isAgreed({ path, header, where: server.where }, context))) {
    output.out('nothing was restored\n');
    return 0;
  }
  const { kept, migrated } = await restoreBackup({ url: server.url, path, backupFolder: server.backupFolder });
  const forward = migrated.length === 0 ? '' : `, brought forward by ${count(migrated.length, 'migration')} to ${migrated.at(-1) ?? ''}`;
  output.out(`restored into ${plainLine(server.where)}: ${contentText(header)}${forward}\n`);
  if (kept !== null) output.out(`what was there is kept in ${plainLine(kept.path)}\n`);
  output.out('runs that were queued or under way begin again when a service starts\n');
  return 0;
}

async function isAgreed(
  { path, header, where }: { readonly path: string; readonly header: BackupHeader; readonly where: string },
  { output }: CommandContext,
): Promise<boolean> {
  output.out(`${plainLine(path)} is of ${header.createdAt}: ${contentText(header)}\n`);
  output.out(`it replaces all that is in ${plainLine(where)}; a backup of that is made first\n`);
  const ask = createInterface({ input: process.stdin, output: output.stdout });
  try {
    return /^(y|yes)$/i.test((await ask.question('restore this? [y/N] ')).trim());
  } finally {
    ask.close();
  }
}

function documentOf(value: object): string {
  return `${JSON.stringify({ schemaVersion: DOCUMENT_VERSION, ...value }, null, 2)}\n`;
}
