/** The checks of an agent's newest run that could not be carried out, kept in the Git directory of this clone: the ledger has no room for logs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRunReport, CheckRunReport } from '../../agents/run-report.ts';
import type { AgentId } from '../../ledger/outcome.ts';

/** One check; `log`: the end of what its tool said, redacted. */
export type ErroredCheck = Pick<CheckRunReport, 'check' | 'title' | 'reason' | 'hint' | 'command' | 'log'>;

const LOG_LINES = 12;
const LOG_CHARACTERS = 4_000;

/** One file an agent, of the newest run with such a check. Never fails: it only explains. */
export function keepErroredChecks(commonDir: string, runs: readonly Pick<AgentRunReport, 'agent' | 'runId' | 'checks'>[]): void {
  for (const { agent, runId, checks } of runs) {
    const errored = checks.filter(({ outcome }) => outcome === 'errored');
    if (errored.length === 0) continue;
    const kept = errored.map(({ check, title, reason, hint, command, log }) => ({ check, title, reason, hint, command, log: endOf(log) }));
    try {
      mkdirSync(folder(commonDir), { recursive: true });
      writeFileSync(join(folder(commonDir), `${agent}.json`), JSON.stringify({ runId, checks: kept }));
    } catch {
      // The run has told it already.
    }
  }
}

/** What is kept of this very run; none when another clone made it, or another run came after it. */
export function readErroredChecks(commonDir: string, agent: AgentId, runId: string): readonly ErroredCheck[] {
  try {
    const kept = JSON.parse(readFileSync(join(folder(commonDir), `${agent}.json`), 'utf8')) as { runId: string; checks: ErroredCheck[] };
    return kept.runId === runId ? kept.checks : [];
  } catch {
    return []; // absent, or torn
  }
}

function folder(commonDir: string): string {
  return join(commonDir, 'upkeep', 'errored');
}

function endOf(log: string): string {
  const lines = log
    .slice(-LOG_CHARACTERS)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-LOG_LINES).join('\n');
}
