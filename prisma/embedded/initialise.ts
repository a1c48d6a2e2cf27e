/** Makes the data folder: elsewhere first, then moved into place, so that it is there as a whole or not at all. */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { asFileError, DatabaseError } from '../database-error.ts';
import type { Binaries } from './binaries.ts';
import { isAlive } from './processes.ts';
import type { Place } from './place.ts';
import { initialiseFlags } from './settings.ts';
import { spawnAs } from './server-user.ts';
import { majorOf } from './versions.ts';

/** A fresh data folder and its first write-ahead log. */
const NEEDED_BYTES = 120_000_000;
const DRAFT = 'data.new-';

/** Makes the data folder when there is none. Of several processes that do, one makes it and the others find it there. */
export async function initialise(place: Place, binaries: Binaries): Promise<void> {
  removeDrafts(place.base);
  if (existsSync(place.data)) return;
  const draft = join(place.base, `${DRAFT}${process.pid}-${randomUUID()}`);
  try {
    const { bavail, bsize } = statfsSync(place.base);
    if (bavail * bsize < NEEDED_BYTES) {
      throw new DatabaseError(
        'disk-full',
        `A new database needs ${NEEDED_BYTES / 1_000_000} MB, and ${place.base} has ${Math.floor((bavail * bsize) / 1_000_000)} MB left: free some, or choose another state folder.`,
      );
    }
    mkdirSync(draft, { mode: 0o700 });
    chmodSync(draft, 0o700);
    if (place.user.kind === 'other') chownSync(draft, place.user.uid, place.user.gid);
    await runInitdb(place, binaries, draft);
    renameSync(draft, place.data);
    synchronise(place.base);
  } catch (error) {
    // Another process may have been faster: a folder never replaces one that holds something.
    if (!existsSync(place.data)) throw asFileError(error, place.base);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function runInitdb(place: Place, binaries: Binaries, data: string): Promise<void> {
  const flags = initialiseFlags(data, majorOf(binaries.version));
  const child = spawnAs(place.user, [join(binaries.folder, 'bin', 'initdb'), ...flags], {
    cwd: place.base,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal reaches all of a group: what is half made would be told as a failure.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(startFailure(error.message, place)));
    child.once('close', (code) => (code === 0 ? resolve() : reject(startFailure(output, place))));
  });
}

function startFailure(output: string, place: Place): DatabaseError {
  const tail = output.trim().split('\n').slice(-12).join('\n');
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new DatabaseError('disk-full', `No space is left in ${place.base} for a new database: free some and start again.\n${tail}`);
  }
  return new DatabaseError('start-failed', `A new database could not be made in ${place.base}: initdb said\n${tail}`);
}

/** What processes left behind that died while they made a data folder. */
function removeDrafts(base: string): void {
  for (const name of readdirSync(base).filter((entry) => entry.startsWith(DRAFT))) {
    if (!isAlive(Number.parseInt(name.slice(DRAFT.length), 10))) rmSync(join(base, name), { recursive: true, force: true });
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
