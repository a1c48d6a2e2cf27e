/** The program `gate.mjs`: one file without dependencies, which runs on the runner's own Node before anything is installed. */
import { setGitEnvironment } from '../../git/git-environment.ts';
import { processEnvironment } from '../process-environment.ts';
import type { GateLedger } from './gate-ledger.ts';
import { readGateLedger } from './read-gate-ledger.ts';

/** Put in by scripts/build.ts. */
declare const UPKEEP_VERSION: string;

const environment = processEnvironment();
setGitEnvironment(environment.variables);
// A schedule asks every few minutes and always needs the ledger: the rest is loaded while the remote is waited for.
const ledger = environment.github?.eventName === 'schedule' ? await underWay() : null;
const { askGate, gateText, publishAnswer } = await import('./gate.ts');
const answer = await askGate({ environment, ledger: ledger?.read ?? null, cwd: process.cwd(), version: UPKEEP_VERSION, now: new Date() });
publishAnswer(answer, environment.github);
process.stdout.write(gateText(answer));
process.exitCode = answer.isDue ? 0 : answer.exitCode;

function underWay(): Promise<{ readonly read: Promise<GateLedger> }> {
  return new Promise((resolve) => {
    const read = readGateLedger(environment, () => resolve({ read }));
    void read.then(() => resolve({ read }));
  });
}
