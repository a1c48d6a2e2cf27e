/** A history of many runs, written the way a run writes its own. */
import { join } from 'node:path';
import { setGitEnvironment } from '../../git/git-environment.ts';
import { append } from '../../ledger/append.ts';
import { type UpkeepEvent, makeEvent, uuidv7 } from '../../ledger/event.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { openLedger } from '../../ledger/store.ts';

const EVENTS_A_BATCH = 20;
const MINUTE_MS = 60_000;

/** Appends `count` settled runs of all agents, the last one a minute ago, to the local history of a repository. */
export async function fillLedger(repository: string, count: number): Promise<void> {
  setGitEnvironment(process.env);
  const ledger = openLedger(join(repository, '.git'));
  const start = Date.now() - (count + 1) * MINUTE_MS;
  for (let first = 0; first < count; first += EVENTS_A_BATCH) {
    const batch = Array.from({ length: Math.min(EVENTS_A_BATCH, count - first) }, (_, offset) =>
      settledRun(first + offset, new Date(start + (first + offset) * MINUTE_MS)),
    );
    await append(ledger, batch, { scope: 'local' });
  }
}

function settledRun(index: number, time: Date): UpkeepEvent {
  const runId = uuidv7(time);
  return makeEvent(
    'agent:completed',
    {
      agentId: AGENT_IDS[index % AGENT_IDS.length] ?? 'backend',
      jobId: runId,
      runId,
      branch: 'main',
      status: 'passed',
      outcome: 'passed',
      reason: null,
      trigger: 'schedule',
      base: index.toString(16).padStart(40, '0'),
      key: index.toString(16).padStart(64, '0'),
      producedKey: null,
      durationMs: 1000,
      commit: null,
      delivered: false,
      errors: 0,
      warnings: 0,
      fixed: 0,
      findings: [],
      coverage: null,
      counts: false,
    },
    { source: 'laptop:bench', correlationId: runId, now: () => time },
  );
}
