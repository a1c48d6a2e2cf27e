/** What went wrong, as the page shows it: the server's stable shape, or what a missing answer means. Pure. */

export interface PageError {
  /** `AUTH-…`, `VAL-…`, `NOT-FOUND-…`, `CONFLICT-…`, `LIMIT-…`, `DATABASE-…`, or `NETWORK` when no answer came. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  /** What a person can do about it. */
  readonly advice: string;
}

/** Reads any thrown value. */
export function toPageError(error: unknown): PageError {
  const data = recordOf(recordOf(error)?.['data']);
  const code = stringOf(data?.['code']);
  const message = stringOf(data?.['message']) ?? (error instanceof Error ? error.message : String(error));
  if (data === null || code === null || !/^[A-Z]+(-[A-Z]+)+$/.test(code)) {
    const isSilent = data === null && error instanceof Error && /fetch|network|load failed|JSON/i.test(error.message);
    return isSilent
      ? { code: 'NETWORK', message: 'The service does not answer.', requestId: null, advice: ADVICE['NETWORK'] ?? '' }
      : { code: code ?? 'UNKNOWN', message, requestId: stringOf(data?.['requestId']), advice: 'Load the page again.' };
  }
  return { code, message, requestId: stringOf(data['requestId']), advice: adviceFor(code) };
}

/** Whether somebody else looks at the page than it thinks: nobody, or a person with another role. */
export function isOfAnother(error: unknown): boolean {
  return ['AUTH-REQUIRED', 'AUTH-SESSION', 'AUTH-ROLE'].includes(toPageError(error).code);
}

const ADVICE: Readonly<Record<string, string>> = {
  NETWORK: 'Look whether `agent serve` runs. The page tries again by itself.',
  DATABASE: 'The service tries to reach its database again by itself; this page follows. `agent doctor` says more.',
  AUTH: 'Sign in again, or ask an administrator for the role that this needs.',
  VAL: 'Change what is named and send it again.',
  'NOT-FOUND': 'It may have been removed by the retention, or its repository is no longer looked after.',
  CONFLICT: 'Somebody or something was faster. Look at how it is now, then decide again.',
  LIMIT: 'Wait a moment, then try again.',
};

function adviceFor(code: string): string {
  return Object.entries(ADVICE).find(([family]) => code.startsWith(family))?.[1] ?? 'Try again.';
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
