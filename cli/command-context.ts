import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

/** What every command gets besides its options. */
export interface CommandContext {
  /** Absolute folder that the command works in: `-C`, else the current one. */
  readonly cwd: string;
  readonly environment: Environment;
  readonly version: string;
  /** Address of the service that is meant, by --server; null: the one that looks after the repository at hand. */
  readonly server: string | null;
  readonly output: Output;
  /** Aborted by Ctrl-C or SIGTERM. From the first time it is asked for these end the process no longer: whoever asks also stops. */
  readonly signal: AbortSignal;
  /** What the second signal does before the process ends; at most five seconds. Absent: nothing hears signals. */
  readonly beforeEnd?: (work: () => Promise<void>) => void;
  /** Show stacks of unexpected errors. */
  readonly debug: boolean;
}
