/** Where a service keeps what must outlive it. */
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { UsageError } from '../usage-error.ts';

/** Throws UsageError where a machine has no home and UPKEEP_STATE names no folder. */
export function stateFolder(environment: Pick<Environment, 'variables'>): string {
  const folder = knownStateFolder(environment);
  if (folder === null) throw new UsageError('there is no home folder for the state of the service: name one with UPKEEP_STATE');
  return folder;
}

/** The same, or null. */
export function knownStateFolder({ variables }: Pick<Environment, 'variables'>): string | null {
  const named = variables['UPKEEP_STATE'];
  if (named) return named;
  return variables['XDG_STATE_HOME']
    ? join(variables['XDG_STATE_HOME'], 'upkeep')
    : variables['HOME']
      ? join(variables['HOME'], '.local', 'state', 'upkeep')
      : null;
}
