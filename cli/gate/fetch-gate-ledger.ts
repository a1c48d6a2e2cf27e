/** Reads the shared ledger of the remote by a fetch of one ref, one commit deep, into a bare repository that is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '../../git/exec-git.ts';
import { fetchTip } from '../../ledger/remote-ledger.ts';
import type { Ledger } from '../../ledger/store.ts';
import { gateLedgerOf, type GateLedger } from './gate-ledger.ts';
import type { GateRemote } from './read-gate-ledger.ts';

/** Throws GitError only where git itself cannot be used. */
export async function fetchGateLedger({ url, auth, timeoutMs }: GateRemote): Promise<GateLedger> {
  const gitDir = await mkdtemp(join(tmpdir(), 'upkeep-gate-'));
  try {
    await git(['init', '--quiet', '--bare', '--template='], { cwd: gitDir });
    const ledger: Ledger = { gitDir, commonDir: gitDir, objectsDir: join(gitDir, 'objects') };
    const fetched = await fetchTip(ledger, { remote: url, auth, timeoutMs });
    if (!fetched.ok) return { kind: 'unreadable', why: `${fetched.reason}${fetched.message === '' ? '' : `, ${fetched.message}`}` };
    if (fetched.sha === null) return { kind: 'absent' };
    const { stdoutBytes, exitCode } = await git(['cat-file', 'blob', `${fetched.sha}:state.json`], { gitDir, okCodes: [0, 128] });
    return exitCode === 0 ? gateLedgerOf(stdoutBytes) : { kind: 'unreadable', why: 'it has no state.json' };
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}
