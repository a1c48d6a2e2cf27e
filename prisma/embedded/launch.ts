/** Starts the server process and tells how that went. */
import { closeSync, existsSync, openSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFileError, DatabaseError } from '../database-error.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { accessFiles, serverConfiguration } from './settings.ts';
import { spawnAs } from './server-user.ts';
import { majorOf } from './versions.ts';

const TAIL_LINES = 15;

export interface Launch {
  readonly pid: number;
  /** Settles when the process ends, with what it said. */
  readonly ended: Promise<string>;
}

/** Starts the server, which goes on when we end. It is not ready yet. */
export async function launch(place: Place, binaries: Binaries, settings: Readonly<Record<string, string>>): Promise<Launch> {
  const output = join(place.base, 'start.log');
  let handle: number;
  try {
    const files = { ...accessFiles(place.user.clients), 'server.conf': serverConfiguration(place, majorOf(binaries.version), settings) };
    for (const [name, text] of Object.entries(files)) replace(join(place.base, name), text);
    handle = openSync(output, 'w', 0o600);
  } catch (error) {
    throw asFileError(error, place.base);
  }
  try {
    const flags = ['-D', place.data, '-c', `config_file=${join(place.base, 'server.conf')}`];
    const child = spawnAs(place.user, [join(binaries.folder, 'bin', 'postgres'), ...flags], {
      // Its own session: a Ctrl-C in the terminal is not for it.
      detached: true,
      cwd: place.base,
      stdio: ['ignore', handle, handle],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', () => resolve(readFileSync(output, 'utf8')));
    });
    child.unref();
    return { pid: child.pid ?? 0, ended };
  } finally {
    closeSync(handle);
  }
}

/** What a server said before it ended: on its own output, and in its log once that was open. */
export function wordsOf(place: Place, { pid, said }: { readonly pid: number; readonly said: string }): string {
  const logged = newestLog(place.log)
    .split('\n')
    .filter((line) => line.includes(`[${pid}]`));
  return [said, ...logged].join('\n');
}

/** Why a start failed, from what the server said and from its log. */
export function launchFailure(place: Place, said: string): DatabaseError {
  const log = newestLog(place.log);
  const words = `${said}\n${log}`;
  if (/No space left on device|Disk quota exceeded/.test(words)) {
    return new DatabaseError(
      'disk-full',
      `PostgreSQL cannot start: no space is left in ${place.base}. Free some and start again; nothing was lost.`,
    );
  }
  if (/Read-only file system|Permission denied/.test(said)) {
    return new DatabaseError('not-writable', `PostgreSQL cannot start: its user may not write in ${place.base}.\n${tailOf(said)}`);
  }
  if (/not found|No such file or directory|cannot execute|Exec format/.test(said) && !/FATAL/.test(said)) {
    return new DatabaseError(
      'unsupported-platform',
      `PostgreSQL's programs do not run on this machine (they need glibc): set DATABASE_URL to a PostgreSQL that you run.\n${tailOf(said)}`,
    );
  }
  return new DatabaseError(
    'start-failed',
    `PostgreSQL did not start on ${place.data}. When its data are damaged, move that folder away and bring back the newest backup with \`agent db restore\`. It said:\n${tailOf(words)}`,
  );
}

function newestLog(folder: string): string {
  if (!existsSync(folder)) return '';
  const paths = readdirSync(folder).map((name) => join(folder, name));
  const newest = paths.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
  return newest === undefined ? '' : readFileSync(newest, 'utf8');
}

function tailOf(text: string): string {
  return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
}

/** Readable for the server's user; never there by half. */
function replace(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: 0o644 });
  renameSync(draft, path);
}
