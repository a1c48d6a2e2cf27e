/** What a remote service said, or that it said nothing. */

export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** `unreachable`, `no-upkeep`, or the service's own: `AUTH-REQUIRED`, `AUTH-ROLE`, `LIMIT-REQUESTS` … */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
