import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { GitDirectory } from './repository.ts';

/** A branch on its way from one commit to another. */
export interface DeliveryMove {
  /** Short name. */
  readonly branch: string;
  readonly from: string;
  readonly to: string;
}

/** What stands on disk while git moves the checked-out branch, so that its traces can be told from a person's. */
export interface DeliveryRecord extends DeliveryMove {
  /** Milliseconds since 1970; a lock that is older is not ours. */
  readonly startedAt: number;
  /** The git process; null in the instant before it is started. */
  readonly process: ProcessIdentity | null;
  /** What ORIG_HEAD held: git overwrites it before it looks whether it can merge. */
  readonly origHead: string | null;
}

/** Writes the record; `started` adds the process to it. */
export async function beginDelivery(
  repository: GitDirectory,
  move: DeliveryMove,
): Promise<{ started(child: ChildProcess): Promise<void> }> {
  const origHead = await readFile(join(repository.gitDir, 'ORIG_HEAD'), 'utf8').catch(() => null);
  const record: DeliveryRecord = { ...move, startedAt: Date.now(), process: null, origHead };
  await write(repository, record);
  return {
    started: (child) => write(repository, { ...record, process: child.pid === undefined ? null : processIdentity(child.pid) }),
  };
}

/** Removes record and log. */
export async function endDelivery(repository: GitDirectory): Promise<void> {
  await rm(deliveryFile(repository, 'log'), { force: true });
  await rm(deliveryFile(repository, 'json'), { force: true });
}

/** The record of a delivery that was not ended, or null. */
export async function readDelivery(repository: GitDirectory): Promise<DeliveryRecord | null> {
  try {
    return JSON.parse(await readFile(deliveryFile(repository, 'json'), 'utf8')) as DeliveryRecord;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Gives ORIG_HEAD what it held before. */
export async function restoreOrigHead(repository: GitDirectory, { origHead }: DeliveryRecord): Promise<void> {
  const path = join(repository.gitDir, 'ORIG_HEAD');
  if (origHead === null) await rm(path, { force: true });
  else await writeFile(path, origHead);
}

async function write(repository: GitDirectory, record: DeliveryRecord): Promise<void> {
  const path = deliveryFile(repository, 'json');
  await mkdir(dirname(path), { recursive: true });
  // Renamed into place, so that it is never read half written.
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}

/** Of one working tree: a linked one has its own index and HEAD. */
export function deliveryFile(repository: GitDirectory, kind: 'json' | 'log' | 'lock'): string {
  return join(repository.gitDir, 'upkeep', `delivery.${kind}`);
}
