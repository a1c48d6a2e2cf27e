/** Explains one agent on one commit: what is remembered, and what a run would do now. */
import { suggestRef } from '../../agents/delivery/own-refs.ts';
import { resolveRef } from '../../git/refs.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { readEvents } from '../../ledger/read-events.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { openLedger } from '../../ledger/store.ts';
import type { CommandContext } from '../command-context.ts';
import type { Here } from '../here.ts';
import { runFlagsOf } from '../run-flags.ts';
import { decide, loadRun } from '../run/prepare-run.ts';
import { readErroredChecks } from './errored-checks.ts';
import { explainAgent, type Errored, type Explanation } from './explain-agent.ts';

/** Newest events of an agent among which that of its last run is. */
const EVENTS_LOOKED_AT = 50;

export interface ExplainRequest {
  readonly agent: AgentId;
  readonly here: Pick<Here, 'repository' | 'state' | 'shared' | 'branch'>;
  /** The commit that a run would check. */
  readonly base: string;
  readonly context: Pick<CommandContext, 'environment' | 'version'>;
}

/** Throws ConfigError and LedgerError. */
export async function explainHere({ agent, here, base, context }: ExplainRequest): Promise<Explanation[]> {
  const { repository, state, shared, branch } = here;
  const { environment, version } = context;
  const now = new Date();
  const flags = runFlagsOf([], {});
  const run = await loadRun({ repository, base, flags, environment, ci: environment.github !== null, version });
  const { decisions, runKeys } = await decide({
    ...{ repository, base, branch, run, state, shared, flags, version, now },
    trigger: 'manual',
    runsByItself: environment.github !== null,
  });
  return explainAgent({
    agent,
    branch,
    state,
    shared,
    decision: decisions.find((decision) => decision.agent.id === agent) ?? null,
    key: runKeys.keys[agent] ?? null,
    errored: await erroredOf(agent, { repository, state, branch }),
    waiting: await resolveRef(repository, suggestRef(agent)),
    threshold: run.loaded.config.scheduler.escalation.threshold,
    now,
  });
}

/** What this clone keeps of the last run where that could not be carried out, else what the ledger says of it. */
async function erroredOf(
  agent: AgentId,
  { repository, state, branch }: Pick<Here, 'repository' | 'state' | 'branch'>,
): Promise<Errored | null> {
  const { last } = agentStateOf(state, agent, branch);
  if (last === null) return null;
  const checks = readErroredChecks(repository.commonDir, agent, last.runId);
  if (checks.length > 0 || last.outcome !== 'errored') return { checks, message: null };
  const events = await readEvents(openLedger(repository.commonDir), { agent, limit: EVENTS_LOOKED_AT });
  const found = events.map(({ event }) => event).find((event) => event.type === 'agent:failed' && event.data.runId === last.runId);
  return { checks, message: found?.type === 'agent:failed' ? found.data.error.message : null };
}
