/** What a database cannot store as text is refused before anything is asked of it. Pure. */
import { DashboardError } from './errors.ts';

/** Throws DashboardError `VAL-INPUT` for a NUL character, or half of a pair of UTF-16, anywhere in an input. */
export function requireStorable(value: unknown, field = ''): void {
  if (typeof value === 'string') {
    if (!value.includes('\0') && value.isWellFormed()) return;
    throw new DashboardError('VAL-INPUT', `${field === '' ? 'the input' : field}: expected a text without NUL characters and broken ones`, {
      fields: [{ field, message: 'expected a text without NUL characters and broken ones' }],
    });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) requireStorable(part, field === '' ? key : `${field}.${key}`);
}
