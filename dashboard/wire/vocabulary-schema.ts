/** The words of the dashboard as zod schemas: what the page sends is held to them, and what it is sent. */
import { z } from 'zod';
import { OUTCOMES, PRIORITIES, TRIGGERS } from '../../ledger/outcome.ts';
import { RUN_STATES } from '../../scheduler/run-states.ts';
import { SHOWN_STATES } from '../../scheduler/shown-state.ts';

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const roleSchema = z.enum(ROLES);
export const outcomeSchema = z.enum(OUTCOMES);
export const triggerSchema = z.enum(TRIGGERS);
export const prioritySchema = z.enum(PRIORITIES);
export const runStateSchema = z.enum(RUN_STATES);
export const shownStateSchema = z.enum(SHOWN_STATES);
export const escalationKindSchema = z.enum(['code', 'operation']);
export const severitySchema = z.enum(['error', 'warning']);

/** Of any version: old ones stay readable. */
export const idSchema = z.guid();
/** ISO 8601, UTC, as it is sent. */
export const timeSchema = z.iso.datetime();
/** The same as it may come: with any offset, from the years that a database and a calendar of four digits know. */
export const givenTimeSchema = z.iso.datetime({ offset: true }).refine(isInCalendar, 'a time between the years 1970 and 9998');
/** Where a list goes on: what `next` said. */
export const cursorSchema = z.string().min(1).max(200);
/** Why somebody does something, in their words. */
export const givenReasonSchema = z.string().trim().max(500);
/** A repository to keep to; none: all of them. */
export const repositoryFilter = { repository: idSchema.optional() };

/** Keeps to a repository, and to nothing else. */
export const ofRepositorySchema = z.strictObject(repositoryFilter).default({});

/** Somebody's name for a thing, and its id. */
export const namedSchema = z.object({ id: z.string(), name: z.string() });

/** A page of a list. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), next: z.string().nullable() });
}

function isInCalendar(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= 1970 && year <= 9998;
}
