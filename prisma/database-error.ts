/** What can be wrong with the database, as one closed list. */

export type DatabaseErrorCode =
  // The embedded server.
  | 'binaries-missing'
  | 'unsupported-platform'
  | 'data-folder-in-use'
  | 'newer-version'
  | 'older-version'
  | 'not-writable'
  | 'disk-full'
  | 'start-failed'
  // A connection.
  | 'unreachable'
  | 'access-denied'
  | 'no-such-database'
  | 'read-only'
  | 'too-old'
  | 'no-rights'
  // What is in the database.
  | 'newer-schema'
  | 'changed-migration'
  | 'migration-failed'
  // A backup.
  | 'in-use'
  | 'not-empty'
  | 'backup-unreadable'
  | 'backup-damaged';

/** Something that keeps us from the database; its message says what was expected, what came, where, and what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A file system's refusal at `path` as a DatabaseError, or the error itself when it is none. */
export function asFileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new DatabaseError(
      'not-writable',
      `${path} cannot be used (${code}): the database keeps its data or backups there; give this user the right to write there, or choose another state folder.`,
      error,
    );
  }
  if (['ENOSPC', 'EDQUOT'].includes(code)) {
    return new DatabaseError('disk-full', `No space is left for ${path} (${code}): free some and start again; nothing was lost.`, error);
  }
  return error;
}
