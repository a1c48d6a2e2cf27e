/** Users of this machine, and where they may go. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Name of a user, or null when the machine does not know the number. PostgreSQL refuses to run as such a one. */
export function nameOfUser(uid: number): string | null {
  return users().find((user) => user.uid === uid)?.name ?? null;
}

/** The user that owns nothing, by whatever name the machine has for it, or null. */
export function nobody(): { readonly uid: number; readonly gid: number } | null {
  return users().find((user) => user.name === 'nobody') ?? null;
}

/** The main group of a user, or null when the machine does not know the user. */
export function groupOfUser(uid: number): number | null {
  return users().find((user) => user.uid === uid)?.gid ?? null;
}

/** Whether a user without groups may enter `path` and each folder above it; folders that are not there yet do not count. */
export function mayEnter(path: string, uid: number): boolean {
  for (let at = path; ; at = dirname(at)) {
    const info = statSync(at, { throwIfNoEntry: false });
    if (info?.isDirectory() === true && (info.mode & (info.uid === uid ? 0o100 : 0o001)) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/** The path without symbolic links, as far as it is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : `${realPath(dirname(path)).replace(/\/$/, '')}/${path.slice(path.lastIndexOf('/') + 1)}`;
  }
}

function users(): readonly { readonly name: string; readonly uid: number; readonly gid: number }[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
