/** Why a cron expression or a time zone cannot be used: a closed list of codes, each with a sentence for people. */

export const CRON_ERROR_CODES = ['empty', 'too-long', 'field-count', 'field', 'unsupported', 'never-fires', 'zone'] as const;
export type CronErrorCode = (typeof CRON_ERROR_CODES)[number];

/** What was expected, what came, and where. */
export interface CronError {
  readonly code: CronErrorCode;
  /** One sentence without a full stop at its end. */
  readonly message: string;
}

/** A value, or why there is none. */
export type CronResult<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: CronError };

export function accepted<Value>(value: Value): CronResult<Value> {
  return { ok: true, value };
}

export function refused(code: CronErrorCode, message: string): { readonly ok: false; readonly error: CronError } {
  return { ok: false, error: { code, message } };
}

/** What a person wrote, in quotes and cut. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
