/** What this machine knows of processes of services and runs. */
import { hostname } from 'node:os';
import { endGroup } from '../../agents/tools/process-group.ts';
import { isProcessAlive, processIdentity, type ProcessIdentity } from '../../git/process-identity.ts';
import type { ProcessWatch } from '../../scheduler/runs/recover-runs.ts';

/** A group that was left behind gets so long to tidy up. */
const GRACE_MS = 2_000;

export function machineWatch(): ProcessWatch {
  return {
    host: hostname(),
    bootId: processIdentity().bootId,
    isAlive: (process) => isProcessAlive(identityOf(process)),
    async endGroup(process) {
      const { startedAt } = processIdentity(process.pid);
      // The number is somebody else's by now. Where it is nobody's, what its leader left behind may still be at work.
      if (startedAt !== null && process.processStartedAt !== null && startedAt !== process.processStartedAt) return;
      await endGroup(process.pid, GRACE_MS);
    },
  };
}

function identityOf(process: Parameters<ProcessWatch['isAlive']>[0]): ProcessIdentity {
  return { pid: process.pid, startedAt: process.processStartedAt, bootId: process.bootId };
}
