/** Thrown when another run has this clone; exit code 3. */
export class BusyError extends Error {
  readonly code = 'UPKEEP_BUSY';

  constructor(pid: number, since: string) {
    super(`another \`agent run\` (process ${pid}, since ${since}) is under way in this clone: wait for it, or end it`);
    this.name = 'BusyError';
  }
}
