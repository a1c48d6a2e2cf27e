/** The cookie of a session: what it holds is signed with a secret that all services of the database share, so that a forged one costs no question. */
import { Signer } from '@fastify/cookie';
import { sharedSecret } from '../../../prisma/people/claim-links.ts';
import { connection, type ConnectionPool } from '../../../prisma/sql.ts';
import { hashOf, newSecret } from './secrets.ts';

export interface SessionCookie {
  /** One of its own for each database: services of the same machine share their cookies, whatever their ports. */
  readonly name: string;
  readonly sign: (secret: string) => string;
  /** What was signed; null: it was not signed by us. */
  readonly open: (value: string) => string | null;
}

const NAME = 'cookie';

/** Reads the shared secret, or makes it. Throws what the database says. */
export async function openSessionCookie(pool: ConnectionPool, isSecure: boolean): Promise<SessionCookie> {
  const secret = await connection(pool, (sql) => sharedSecret(sql, NAME, newSecret()));
  const signer = new Signer(secret);
  // Its prefix makes browsers refuse it from other hosts and over plain HTTP.
  const name = `${isSecure ? '__Host-' : ''}upkeep-${hashOf(`name of ${secret}`).slice(0, 8)}`;
  return {
    name,
    sign: (value) => signer.sign(value),
    open(value) {
      const opened = signer.unsign(value);
      return opened.valid ? opened.value : null;
    },
  };
}
