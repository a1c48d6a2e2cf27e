/** As whom the server runs: PostgreSQL refuses root, and people run services as root. */
import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { userInfo } from 'node:os';
import { DatabaseError } from '../database-error.ts';
import { groupOfUser, mayEnter, nameOfUser, nobody } from './operating-system-users.ts';

/**
 * `self`: as we are. `namespace`: as we are, but in a user namespace of its own where we are called nobody, so its files stay
 * ours. `other`: as the user with that number.
 */
export type ServerUserKind = 'self' | 'namespace' | 'other';

export interface ServerUser {
  readonly kind: ServerUserKind;
  /** Who owns the server's files, as seen from outside. */
  readonly uid: number;
  readonly gid: number;
  /** Names by which the server may see those who connect to it. */
  readonly clients: readonly string[];
}

/** Who is to be asked for: the machine's answers, so that tests can give others. */
export interface Machine {
  readonly uid: number;
  readonly gid: number;
  readonly hasNamespaces: () => boolean;
}

export function thisMachine(): Machine {
  return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, hasNamespaces };
}

/** Users that could run the server, best first. `dataOwner`: who owns the data that is there already, or null. */
export function serverUsers(machine: Machine, dataOwner: number | null): readonly ServerUser[] {
  const { uid, gid } = machine;
  if (uid < 0) {
    throw new DatabaseError(
      'unsupported-platform',
      `The embedded PostgreSQL needs Linux or macOS, and this is ${process.platform}: set DATABASE_URL to a PostgreSQL that you run.`,
    );
  }
  const candidates: ServerUser[] = [];
  if (uid !== 0 && nameIn(uid) !== null) candidates.push({ kind: 'self', uid, gid, clients: [nameIn(uid) ?? ''] });
  const owner = dataOwner === null || dataOwner === 0 ? null : groupOfUser(dataOwner);
  if (uid === 0 && dataOwner !== null && owner !== null) {
    candidates.push({ kind: 'other', uid: dataOwner, gid: owner, clients: clientsOf(dataOwner) });
  }
  const nameless = nobody();
  if (candidates.length === 0 && nameless !== null && machine.hasNamespaces()) {
    candidates.push({ kind: 'namespace', uid, gid, clients: [nameOfUser(nameless.uid) ?? ''] });
  }
  if (uid === 0 && nameless !== null && nameless.uid !== dataOwner) {
    candidates.push({ kind: 'other', uid: nameless.uid, gid: nameless.gid, clients: clientsOf(nameless.uid) });
  }
  if (candidates.length > 0) return candidates;
  throw new DatabaseError(
    'unsupported-platform',
    `PostgreSQL runs only as a user that the machine knows, and /etc/passwd has no line for ${uid === 0 ? 'nobody' : `the user ${uid}`}: add one, or set DATABASE_URL to a PostgreSQL that you run.`,
  );
}

/** Starts a program of PostgreSQL as that user, with an environment that holds nothing of ours. */
export function spawnAs(user: ServerUser, [program, ...args]: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
  const clean: SpawnOptions = { ...options, env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' } };
  if (user.kind === 'self') return spawn(program, args, clean);
  if (user.kind === 'other') return spawn(program, args, { ...clean, uid: user.uid, gid: user.gid });
  return spawn('unshare', [...namespaceFlags(), '--', program, ...args], clean);
}

/** Whether that user can reach a folder. */
export function canReach(user: ServerUser, path: string): boolean {
  return user.kind === 'self' || mayEnter(path, user.uid);
}

function clientsOf(uid: number): readonly string[] {
  const root = nameOfUser(0) ?? 'root';
  const own = nameOfUser(uid);
  // Whoever else runs as nobody is no client of ours.
  return own === null || uid === nobody()?.uid ? [root] : [root, own];
}

function nameIn(uid: number): string | null {
  const known = nameOfUser(uid);
  if (known !== null || uid !== process.getuid?.()) return known;
  try {
    // Directories of users other than /etc/passwd.
    return userInfo().username;
  } catch {
    return null;
  }
}

function namespaceFlags(): readonly string[] {
  const { uid = 65534, gid = 65534 } = nobody() ?? {};
  return ['--user', `--map-user=${uid}`, `--map-group=${gid}`];
}

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', [...namespaceFlags(), '--', 'true'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
