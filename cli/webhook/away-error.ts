/** The remote could not be asked for the newest commit of the branch; nothing was done. */
export class AwayError extends Error {
  /** Whether it may answer the next time. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.name = 'AwayError';
    this.isPassing = isPassing;
  }
}
