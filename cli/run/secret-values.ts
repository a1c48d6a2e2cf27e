import type { Variables } from '../environment.ts';

/** Names of variables whose values must never be shown; GIT_AUTHOR_NAME is none. */
const SECRET_NAME =
  /token|secret|passw(or)?d|passphrase|credential|auth(?!or)|cookie|webhook|database_url|connection_?string|(^|_)(dsn|pwd|pat|pass|sas)(_|$)|(api|private|access|secret|signing|encryption|ssh|deploy|storage|account|master|service|gpg)_?key/i;
/** Shorter values would blank out half of every log. */
const SHORTEST = 8;

/** The values of the environment that look like secrets by their name. */
export function secretValues(variables: Variables): string[] {
  return Object.entries(variables)
    .filter(([name, value]) => value !== undefined && value.length >= SHORTEST && SECRET_NAME.test(name) && !value.startsWith('/'))
    .map(([, value]) => value as string);
}
