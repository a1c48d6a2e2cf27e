/** The folder for what the tests write, in memory where the machine lets us: they make and remove some hundred thousand files. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** Where Linux has its file system in memory. */
const MEMORY = '/dev/shm';
/** The tests take a tenth of it at once. */
const ROOM_BYTES = 4 * 2 ** 30;

/** A new folder in memory, which the caller removes; null where there is none, too little, or nothing may be started from it. */
export function memoryDisk(): string | null {
  let path: string | null = null;
  try {
    removeLeftovers();
    const { bavail, bsize } = statfsSync(MEMORY);
    if (Math.min(bavail * bsize, freemem()) < ROOM_BYTES) return null;
    path = mkdtempSync(join(MEMORY, `upkeep-tests-${process.pid}-`));
    // As the system's own folder for temporary files: some tests are somebody else.
    chmodSync(path, 0o1777);
    const program = join(path, 'may-be-started');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    execFileSync(program, { stdio: 'ignore' });
    rmSync(program);
    return path;
  } catch {
    if (path !== null) rmSync(path, { recursive: true, force: true });
    return null;
  }
}

/** What runs of the tests that were killed have left would stay in memory. */
function removeLeftovers(): void {
  for (const name of readdirSync(MEMORY)) {
    const pid = /^upkeep-tests-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(join('/proc', pid))) rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}
