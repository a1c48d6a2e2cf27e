/** Why the ledger could not be used. */
export type LedgerErrorCode =
  | 'read-only' // the Git directory cannot be written
  | 'future-version' // a newer Upkeep wrote it
  | 'invalid-event' // an event that does not match its schema is never written
  | 'damaged' // its store is no repository any more and cannot be moved aside
  | 'contended' // other processes of this clone won every race for the time that was allowed
  | 'git'; // Git refused for another reason

/** The ledger could not be used; `code` says why and the message what to do about it. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
    this.code = code;
  }
}
