/** What the driver says, as a DatabaseError. */
import { DatabaseError, type DatabaseErrorCode } from './database-error.ts';

/** What a code means for people, and what they can do; `{where}` is host, port and database. */
const MEANINGS: readonly (readonly [readonly string[], DatabaseErrorCode, string])[] = [
  [
    [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ECONNRESET',
      'EPIPE',
      'ENOENT',
      '08000',
      '08001',
      '08003',
      '08004',
      '08006',
    ],
    'unreachable',
    'No PostgreSQL answers at {where}: check that it runs and that DATABASE_URL names it.',
  ],
  [
    ['57P01', '57P02', '57P03', '53300'],
    'unreachable',
    'PostgreSQL at {where} takes no connection now: wait until it is ready, or give it more connections.',
  ],
  [['28000', '28P01', 'EACCES'], 'access-denied', 'PostgreSQL at {where} refuses the user or the password: check those in DATABASE_URL.'],
  [['3D000'], 'no-such-database', 'There is no such database at {where}: make it with `createdb`, or name another one in DATABASE_URL.'],
  [['25006'], 'read-only', 'The database at {where} can only be read: name the primary server in DATABASE_URL.'],
  [['42501'], 'no-rights', 'The user may not make or change tables at {where}: give it CREATE on the database, or the schema "upkeep".'],
  [['53100', '53200'], 'disk-full', 'PostgreSQL at {where} has no space left: free some; nothing that was told as done is lost.'],
];

/** TLS: each code of OpenSSL's begins in one of these ways. */
const TLS = /^(ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_)/;

/** The driver's error as a DatabaseError, or the error itself when it says nothing about the connection. */
export function asDatabaseError(error: unknown, url: string): unknown {
  if (error instanceof DatabaseError) return error;
  const { code: sqlState = '', message = String(error) } = error as { readonly code?: string; readonly message?: string };
  const where = describeTarget(url);
  const known = MEANINGS.find(([states]) => states.includes(sqlState));
  if (known !== undefined) return new DatabaseError(known[1], `${known[2].replace('{where}', where)} It said: ${wordsOf(error)}`, error);
  if (TLS.test(sqlState) || /does not support SSL|no encryption/.test(message)) {
    return new DatabaseError(
      'access-denied',
      `PostgreSQL at ${where} and this machine do not agree on TLS: check sslmode in DATABASE_URL. It said: ${message}`,
      error,
    );
  }
  if (/timeout expired|timeout exceeded when trying to connect|Connection terminated/.test(message)) {
    return new DatabaseError('unreachable', `PostgreSQL at ${where} does not answer: check that it runs. It said: ${message}`, error);
  }
  return error;
}

/** Host, port and database of a connection string; never the password. */
export function describeTarget(url: string): string {
  if (!URL.canParse(url) && !/^postgres(ql)?:\/\//.test(url)) return 'the address in DATABASE_URL (which is no postgres:// URL)';
  // libpq allows an empty host beside a socket's folder, and WHATWG URLs do not.
  const parsed = URL.parse(url.replace(/@\//, '@localhost/'));
  if (parsed === null) return 'the address in DATABASE_URL (which is no postgres:// URL)';
  const socket = parsed.searchParams.get('host');
  const database = decodeURIComponent(parsed.pathname.slice(1)) || 'postgres';
  return `${socket ?? (parsed.host || 'localhost')}, database ${database}`;
}

/** A host with several addresses fails with one error for each of them. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
