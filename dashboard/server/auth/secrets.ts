/** Secrets that we make: in cookies, links and tokens. Only their hashes are kept. */
import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
/** By it a token is known wherever it turns up. */
export const TOKEN_PREFIX = 'upkeep_';

/** 256 random bits as text that fits into addresses and headers. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** SHA-256, hexadecimal; nothing slower is needed for what nobody can guess. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
