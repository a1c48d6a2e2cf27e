/** The one shape in which the dashboard says that something went wrong, over HTTP and over the socket. */

/** What begins the code of an error: who is to do something about it. */
export const FAILURE_KINDS = ['AUTH', 'VAL', 'NOT-FOUND', 'CONFLICT', 'LIMIT', 'DATABASE', 'SERVER'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];
/** `AUTH-REQUIRED`, `VAL-INPUT`, `CONFLICT-PAUSED` … */
export type FailureCode = `${FailureKind}-${string}`;

export interface Failure {
  readonly code: FailureCode;
  /** One sentence for people: what is so, and what to do. Plain text. */
  readonly message: string;
  /** By code: the fields of `VAL-INPUT`, the seconds to wait of `LIMIT-*`. */
  readonly details: Readonly<Record<string, unknown>> | null;
  /** Stands in the log of the service as well. */
  readonly requestId: string;
  /** ISO 8601. */
  readonly time: string;
}
