/** Whether a clone may tell something new, found out without a process: the times of the files that configuration and ledger come from. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LEDGER_REFS, openLedger } from '../../ledger/store.ts';
import type { Clone } from '../webhook/looked-after.ts';

/** Changes with the clone's configuration, its remotes, its branch and its ledger; null when the clone is gone. */
export async function cloneSignature({ checkout, branch, remote }: Clone): Promise<string | null> {
  const { commonDir, gitDir, root } = checkout;
  const { gitDir: ledger } = openLedger(commonDir);
  const files = [
    join(gitDir, 'HEAD'),
    join(commonDir, 'config'),
    join(commonDir, 'packed-refs'),
    join(commonDir, 'reftable', 'tables.list'),
    join(commonDir, 'refs', 'heads', branch),
    join(commonDir, 'refs', 'remotes', remote, branch),
    join(ledger, 'packed-refs'),
    ...Object.values(LEDGER_REFS).map((ref) => join(ledger, ref)),
  ];
  const [head, ...others] = await Promise.all(files.map(timeOf));
  if (head === undefined || head === ABSENT || (root !== null && (await timeOf(root)) === ABSENT)) return null;
  return [head, ...others].join(' ');
}

const ABSENT = '-';

async function timeOf(path: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs}.${size}.${ino}`;
  } catch {
    return ABSENT;
  }
}
