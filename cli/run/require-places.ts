/** The places that a run writes to besides the repository: looked at before anything is started. */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { whyNoFile, whyNoFolder } from '../place.ts';
import type { RunFlags } from '../run-flags.ts';
import { UsageError } from '../usage-error.ts';
import { whyNoRehearsal } from './rehearsal-folder.ts';

/** The flags with absolute paths, as they are meant from `cwd`. Throws UsageError for one that cannot be written. */
export function requirePlaces<Flags extends Pick<RunFlags, 'sarif' | 'rehearse'>>(flags: Flags, cwd: string): Flags {
  const sarif = place(flags.sarif, cwd, { option: '--sarif', whyNot: whyNoFile, wanted: 'a file' });
  const rehearse = place(flags.rehearse, cwd, { option: '--rehearse', whyNot: whyNoRehearsal, wanted: 'a folder' });
  return { ...flags, sarif, rehearse };
}

interface Place {
  readonly option: string;
  readonly wanted: string;
  readonly whyNot: (path: string) => string | null;
}

function place(given: string | undefined, cwd: string, { option, wanted, whyNot }: Place): string | undefined {
  if (given === undefined) return undefined;
  if (given === '') throw new UsageError(`${option} "": the path of ${wanted} is expected, and this is empty`);
  if (given === '-')
    throw new UsageError(`${option} -: the path of ${wanted} is expected; the standard output is not one (./- is a file of that name)`);
  const path = resolve(cwd, given);
  const why = whyNot(path);
  if (why !== null) throw new UsageError(`${option} ${given}: ${why}; name ${wanted} that can be written`);
  return path;
}

/** The folder for worktrees and what tools write. Throws UsageError when nothing can be made in it. */
export function temporaryPlace(): string {
  const why = whyNoTemporaryPlace();
  if (why !== null) throw new UsageError(`${why}; ${TEMPORARY_ADVICE}`);
  return tmpdir();
}

/** A clause with the path; null when things can be made there. Throws on a full disk. */
export function whyNoTemporaryPlace(): string | null {
  const why = whyNoFolder(resolve(tmpdir()));
  return why === null ? null : `the temporary folder ${tmpdir()}: ${why}`;
}

export const TEMPORARY_ADVICE = 'name one that can be written in TMPDIR';
