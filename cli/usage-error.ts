/** Thrown for wrong usage: what was expected, what came, what to do; exit code 2. */
export class UsageError extends Error {
  readonly code = 'UPKEEP_USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
