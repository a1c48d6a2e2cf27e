/** A disk of a few megabytes, where the machine lets us have one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Null where file systems cannot be mounted. */
export function smallDisk(megabytes: number): ({ readonly path: string } & Disposable) | null {
  const path = mkdtempSync(join(tmpdir(), 'upkeep-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
  mkdirSync(join(path, 'state'));
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true });
    },
  };
}
