/** People, tokens, and the configuration as it is resolved. */
import { z } from 'zod';
import { loginSchema } from './session-schema.ts';
import { idSchema, roleSchema, timeSchema } from './vocabulary-schema.ts';

export const usersOutput = z.array(
  z.object({
    id: z.string(),
    login: z.string(),
    name: z.string().nullable(),
    role: roleSchema,
    createdAt: timeSchema,
    disabledAt: timeSchema.nullable(),
    /** In a session or by a token. */
    lastSeenAt: timeSchema.nullable(),
    /** Has not chosen a password yet. */
    isInvited: z.boolean(),
  }),
);

export const inviteInput = z.strictObject({ login: loginSchema, name: z.string().trim().min(1).max(100).optional(), role: roleSchema });
export const userInput = z.strictObject({ userId: idSchema });
/** The path of a link that lets the person choose a password, once, within 24 hours: `/claim#…`. */
export const linkPathOutput = z.object({ userId: z.string(), link: z.string() });
export const setRoleInput = z.strictObject({ userId: idSchema, role: roleSchema });
export const disableInput = z.strictObject({ userId: idSchema, isDisabled: z.boolean().default(true) });

export const tokensOutput = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    login: z.string(),
    role: roleSchema,
    createdAt: timeSchema,
    lastUsedAt: timeSchema.nullable(),
    expiresAt: timeSchema.nullable(),
    revokedAt: timeSchema.nullable(),
  }),
);
export const makeTokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: roleSchema,
  /** Days that it holds; none: until it is revoked. */
  days: z.int().min(1).max(3650).nullish(),
});
/** Told once. */
export const makeTokenOutput = z.object({ id: z.string(), token: z.string() });
export const tokenInput = z.strictObject({ id: idSchema });

export const configurationOutput = z.object({
  values: z.array(z.object({ key: z.string(), value: z.json(), origin: z.string() })),
  /** Why it cannot be read; null also where this service has no clone, and then there are no values. */
  problem: z.string().nullable(),
  /** Whether this service has a clone of the repository. */
  isHere: z.boolean(),
});
