/** People and their tokens, for whoever manages them. */
import { Prisma } from '../generated/client.ts';
import { read, type Reader } from './reader.ts';

export interface PersonFacts {
  readonly id: string;
  readonly login: string;
  readonly name: string | null;
  readonly role: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly isInvited: boolean;
}

const MOST = 1000;

/** By login. */
export async function people(reader: Reader): Promise<PersonFacts[]> {
  return read<PersonFacts>(
    reader,
    Prisma.sql`
      SELECT u.id, u.login, u.name, u.role, u.created_at AS "createdAt", u.disabled_at AS "disabledAt", u.password_hash IS NULL AS "isInvited",
        greatest((SELECT max(s.seen_at) FROM upkeep.session s WHERE s.user_id = u.id),
          (SELECT max(t.last_used_at) FROM upkeep.token t WHERE t.user_id = u.id)) AS "lastSeenAt"
      FROM upkeep."user" u ORDER BY u.login LIMIT ${MOST}`,
  );
}

export interface TokenFacts {
  readonly id: string;
  readonly name: string;
  readonly login: string;
  readonly role: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Newest first. `userId`: only those of one person. */
export async function tokens(reader: Reader, userId: string | null): Promise<TokenFacts[]> {
  const whose = userId === null ? Prisma.sql`true` : Prisma.sql`t.user_id = ${userId}::uuid`;
  return read<TokenFacts>(
    reader,
    Prisma.sql`
      SELECT t.id, t.name, u.login, t.role, t.created_at AS "createdAt", t.last_used_at AS "lastUsedAt", t.expires_at AS "expiresAt",
        t.revoked_at AS "revokedAt"
      FROM upkeep.token t JOIN upkeep."user" u ON u.id = t.user_id WHERE ${whose} ORDER BY t.created_at DESC, t.id LIMIT ${MOST}`,
  );
}
