import { createContext, Script } from 'node:vm';

const LINE_CHARACTERS = 2000;
const BUDGET_MS = 2000;

/** The named groups of each line that matched, or in words why there are none to be had. */
export type LineMatches =
  | { readonly ok: true; readonly matches: readonly Readonly<Record<string, string | undefined>>[] }
  | { readonly ok: false; readonly problem: string };

const SOURCE = new Script(`
  const regexp = new RegExp(pattern);
  const found = [];
  for (const line of lines) {
    const match = regexp.exec(line);
    if (match !== null && match.groups !== undefined) found.push({ ...match.groups });
  }
  JSON.stringify(found);
`);

/** Applies a pattern that somebody else wrote to each line. Lines are cut, and all of it is ended after two seconds: a pattern can backtrack for ever. */
export function matchLines(pattern: string, text: string): LineMatches {
  const lines = text.split(/\r?\n/).map((line) => (line.length > LINE_CHARACTERS ? line.slice(0, LINE_CHARACTERS) : line));
  const realm = createContext({ __proto__: null, pattern, lines });
  try {
    return {
      ok: true,
      matches: JSON.parse(String(SOURCE.runInContext(realm, { timeout: BUDGET_MS }))) as Record<string, string | undefined>[],
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return {
        ok: false,
        problem: `the pattern needed more than ${BUDGET_MS / 1000} s on this output; make its repetitions exclude each other`,
      };
    return { ok: false, problem: error instanceof Error || isErrorLike(error) ? error.message : String(error) };
  }
}

/** Errors of another realm are no instances of our Error. */
function isErrorLike(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'message' in error;
}
