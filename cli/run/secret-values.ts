import type { Variables } from '../environment.ts';

/** Names of variables whose values must never be shown. */
const SECRET_NAME = /token|secret|passw(or)?d|api_?key|private_?key|credential|auth|database_url|dsn|webhook/i;
/** Shorter values would blank out half of every log. */
const SHORTEST = 8;

/** The values of the environment that look like secrets by their name. */
export function secretValues(variables: Variables): string[] {
  return Object.entries(variables)
    .filter(([name, value]) => value !== undefined && value.length >= SHORTEST && SECRET_NAME.test(name) && !value.startsWith('/'))
    .map(([, value]) => value as string);
}
