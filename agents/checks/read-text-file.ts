import { constants, closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a repository file; null when it is absent, a symbolic link (it may lead out of the repository), binary, or larger than `maxBytes`. */
export function readTextFile(root: string, path: string, maxBytes: number): string | null {
  let file: number;
  try {
    file = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO', 'EACCES', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > maxBytes) return null;
    const bytes = readFileSync(file);
    return bytes.subarray(0, 8000).includes(0) ? null : bytes.toString('utf8');
  } finally {
    closeSync(file);
  }
}
