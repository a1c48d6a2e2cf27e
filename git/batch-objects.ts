import { git } from './exec-git.ts';
import type { GitOptions } from './exec-git.ts';

/** One object as `git cat-file --batch` gives it. */
export interface BatchObject {
  readonly oid: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Reads objects in one process; in the order asked, null for what is not there. */
export async function batchObjects(
  oids: readonly string[],
  options: Pick<GitOptions, 'cwd' | 'gitDir' | 'env' | 'config'>,
): Promise<(BatchObject | null)[]> {
  if (oids.length === 0) return [];
  const { stdoutBytes } = await git(['cat-file', '--batch'], { ...options, input: `${oids.join('\n')}\n` });
  const objects: (BatchObject | null)[] = [];
  for (let at = 0; at < stdoutBytes.length;) {
    const end = stdoutBytes.indexOf(10, at);
    const [oid = '', type = '', size] = stdoutBytes.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (size === undefined) {
      objects.push(null); // "<oid> missing"
      continue;
    }
    // A copy, so that one small blob does not keep the whole answer in memory.
    objects.push({ oid, type, content: Buffer.from(stdoutBytes.subarray(at, at + Number(size))) });
    at += Number(size) + 1;
  }
  return objects;
}
