/** Signing in and out. */
import { z } from 'zod';
import { roleSchema } from './vocabulary-schema.ts';

/** What people sign in with; letters of either case are the same login. */
export const loginSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/, '1 to 64 of the characters a-z 0-9 . _ @ -, with a letter or digit at both ends');
/** A new password. Its length is what makes it strong. */
export const newPasswordSchema = z.string().min(12, 'at least 12 characters').max(200);

export const signedInSchema = z.object({ login: z.string(), name: z.string().nullable(), role: roleSchema });

export const whoOutput = z.object({
  user: signedInSchema.nullable(),
  /** Of Upkeep. */
  version: z.string(),
  /** Whether the database answers; without it there is little to see. */
  hasDatabase: z.boolean(),
  /** Nobody has an account yet: the service printed a link that makes the first. */
  isUnclaimed: z.boolean(),
});

export const signInInput = z.strictObject({ login: z.string().min(1).max(200), password: z.string().min(1).max(200) });
export const claimInput = z.strictObject({
  secret: z.string().min(1).max(200),
  /** Of the first administrator; of anybody else the link knows it. */
  login: loginSchema.optional(),
  password: newPasswordSchema,
  name: z.string().trim().min(1).max(100).optional(),
});
export const linkInput = z.strictObject({ secret: z.string().min(1).max(200) });
/** `login` null: whoever has the link becomes the first administrator, and chooses one. */
export const linkOutput = z.object({ login: z.string().nullable() });
export const changePasswordInput = z.strictObject({ current: z.string().min(1).max(200), password: newPasswordSchema });
export const signedInOutput = z.object({ user: signedInSchema });
export const doneOutput = z.object({ done: z.literal(true) });
