/** Where the server's things are: data, socket and log, beside the service's state wherever its user can reach that. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFileError, DatabaseError } from '../database-error.ts';
import { realPath } from './operating-system-users.ts';
import { canReach, serverUsers, type Machine, type ServerUser } from './server-user.ts';

/** A socket's path has at most 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = 103;
const SOCKET_NAME = '/.s.PGSQL.5432';
/** Where root's data go when the user that runs the server cannot reach the state folder. */
const SYSTEM_FOLDER = '/var/lib/upkeep';

export interface Place {
  /** The service's state folder. */
  readonly stateFolder: string;
  /** Holds all of the rest but, where its path is too long, the socket. */
  readonly base: string;
  readonly data: string;
  readonly log: string;
  readonly socket: string;
  readonly user: ServerUser;
}

/** Finds the place for a state folder; nothing is made yet. */
export function placeOf(stateFolder: string, machine: Machine): Place {
  const beside = join(realPath(stateFolder), 'postgresql');
  const elsewhere = readPointer(beside) ?? join(SYSTEM_FOLDER, `postgresql-${shortHash(beside)}`);
  const [here, there] = [serverUsers(machine, ownerOf(beside)), serverUsers(machine, ownerOf(elsewhere))];
  const isMoved = existsSync(join(elsewhere, 'data')) && !existsSync(join(beside, 'data'));
  const able = isMoved ? undefined : here.find((user) => canReach(user, beside));
  const user = able ?? there.find((candidate) => canReach(candidate, elsewhere));
  if (user === undefined) {
    throw new DatabaseError(
      'not-writable',
      `PostgreSQL does not run as root, and no other user may enter ${stateFolder} or ${elsewhere}: let others enter one of them, or set DATABASE_URL to a PostgreSQL that you run.`,
    );
  }
  const base = able === undefined ? elsewhere : beside;
  return { stateFolder, base, data: join(base, 'data'), log: join(base, 'log'), socket: socketFolder(base, machine.uid), user };
}

/** Makes the folders of a place and gives them to whom they belong. */
export function makePlace(place: Place): void {
  const { base, user, stateFolder, log, socket } = place;
  try {
    mkdirSync(base, { recursive: true, mode: 0o755 });
    chmodSync(base, user.kind === 'other' ? 0o711 : 0o700);
    const beside = join(realPath(stateFolder), 'postgresql');
    if (base !== beside) {
      mkdirSync(beside, { recursive: true });
      writeFileSync(pointerIn(beside), base);
    }
    for (const folder of [log, socket]) makePrivate(folder, user);
    if (ownerOf(base) !== null && ownerOf(base) !== user.uid) giveAway(place.data, user);
  } catch (error) {
    throw asFileError(error, base);
  }
}

/** A folder that only its owner may enter. One that is there and is another's is refused: it may be a trap. */
function makePrivate(folder: string, user: ServerUser): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
  const info = lstatSync(folder);
  if (!info.isDirectory() || (!made && ![user.uid, process.getuid?.()].includes(info.uid))) {
    throw new DatabaseError(
      'not-writable',
      `${folder} was expected to be a folder of the user ${user.uid} and is ${info.isDirectory() ? `one of the user ${info.uid}` : 'none'}: remove it.`,
    );
  }
  if (info.uid !== user.uid) chownSync(folder, user.uid, user.gid);
  if ((info.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
}

function giveAway(folder: string, { uid, gid }: ServerUser): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) lchownSync(join(folder, path), uid, gid);
  lchownSync(folder, uid, gid);
}

function socketFolder(base: string, uid: number): string {
  const own = join(base, 'run');
  if (Buffer.byteLength(own + SOCKET_NAME) <= SOCKET_PATH_BYTES) return own;
  const short = `upkeep-${uid}-${shortHash(base)}`;
  const fitting = [tmpdir(), '/tmp'].map((folder) => join(folder, short));
  return fitting.find((folder) => Buffer.byteLength(folder + SOCKET_NAME) <= SOCKET_PATH_BYTES) ?? join('/tmp', short);
}

/** Owner of the data in `base`, or null when there are none. */
function ownerOf(base: string): number | null {
  return statSync(join(base, 'data'), { throwIfNoEntry: false })?.uid ?? null;
}

/** The file beside the state that says where the data went. */
function pointerIn(beside: string): string {
  return join(beside, 'elsewhere.txt');
}

function readPointer(beside: string): string | null {
  return existsSync(pointerIn(beside)) ? readFileSync(pointerIn(beside), 'utf8').trim() : null;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
