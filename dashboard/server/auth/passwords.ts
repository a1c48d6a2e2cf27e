/** Passwords as they are kept: scrypt, with what it took to make each in the text itself, so that later ones may take more. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import PQueue from 'p-queue';

interface Cost {
  /** Exponent of the memory and time. */
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MB and three rounds: what OWASP asks for. */
const COST: Cost = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** So much memory at once, however many sign in. */
const AT_ONCE = 2;
const WAITING = 64;

const turns = new PQueue({ concurrency: AT_ONCE });

/** Too many wait for their turn. */
export class BusyHashing extends Error {
  override readonly name = 'BusyHashing';
}

/** `scrypt$15$8$3$<salt>$<hash>`. Throws BusyHashing. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.log2N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether it is the password; takes as long where there is no hash, so that nobody learns which logins there are. Throws BusyHashing. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const parsed = kept === null ? null : parse(kept);
  const { cost, salt, hash } = parsed ?? { cost: COST, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };
  const derived = await derive(password, salt, cost);
  return derived.length === hash.length && timingSafeEqual(derived, hash) && parsed !== null;
}

function parse(kept: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } | null {
  const match = /^scrypt\$(\d{2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(kept);
  if (match === null) return null;
  const [, log2N, r, p, salt = '', hash = ''] = match;
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

async function derive(password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> {
  if (turns.size >= WAITING) throw new BusyHashing('too many passwords are looked at');
  const N = 2 ** log2N;
  return turns.add(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        // The same letters, however the keyboard made them.
        const text = password.normalize('NFKC');
        scrypt(text, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => (error === null ? resolve(key) : reject(error)));
      }),
  );
}
