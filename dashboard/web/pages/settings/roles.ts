/** The roles, the least first. */
import type { Role } from '../../../wire/vocabulary-schema.ts';

export type RoleName = Role;
export const ROLE_NAMES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];
