/** What a service says of an error that passes: a network or a database that is away is no fault of upkeep. */
import { explainError } from '../../explain-error.ts';
import { plainLine } from '../../reporters/plain-text.ts';

export interface ExplainedProblem {
  /** As of explainError, or the system's or the database's own, such as `ECONNREFUSED` or `57P01`. */
  readonly code: string;
  readonly message: string;
}

export function explainProblem(error: unknown, about: { readonly debug: boolean; readonly version: string }): ExplainedProblem {
  const { code, message } = explainError(error, about);
  const own = codeOf(error);
  return code === 'internal' && own !== null ? { code: own, message: plainLine(textOf(error)) } : { code, message };
}

function codeOf(error: unknown): string | null {
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  if (typeof code === 'string' && /^[A-Z0-9_]+$/.test(code)) return code;
  if (Array.isArray(errors)) return errors.map(codeOf).find((one) => one !== null) ?? null;
  // The driver gives no code to what it notices itself.
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(textOf(error)) ? 'disconnected' : null;
}

/** One that tried several addresses says nothing itself. */
function textOf(error: unknown): string {
  const { message, errors } = (error ?? {}) as { readonly message?: string; readonly errors?: readonly unknown[] };
  if (message !== undefined && message !== '') return message;
  return Array.isArray(errors) ? errors.map(textOf).join('; ') : String(error);
}
