/** Explains one agent on one commit: what is remembered, and what a run would do now. */
import { suggestRef } from '../../agents/delivery/own-refs.ts';
import { resolveRef } from '../../git/refs.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import type { Here } from '../here.ts';
import { runFlagsOf } from '../program.ts';
import { decide, loadRun } from '../run/prepare-run.ts';
import { explainAgent, type Explanation } from './explain-agent.ts';

export interface ExplainRequest {
  readonly agent: AgentId;
  readonly here: Pick<Here, 'repository' | 'state' | 'shared' | 'branch'>;
  /** The commit that a run would check. */
  readonly base: string;
  readonly context: Pick<CommandContext, 'environment' | 'version'>;
}

/** Throws ConfigError. */
export async function explainHere({ agent, here, base, context }: ExplainRequest): Promise<Explanation[]> {
  const { repository, state, shared, branch } = here;
  const { environment, version } = context;
  const now = new Date();
  const flags = runFlagsOf([], {});
  const run = await loadRun({ repository, base, flags, environment, ci: environment.github !== null, version });
  const { decisions, runKeys } = await decide({ repository, base, branch, run, state, shared, flags, trigger: 'manual', version, now });
  return explainAgent({
    agent,
    branch,
    state,
    shared,
    decision: decisions.find((decision) => decision.agent.id === agent) ?? null,
    key: runKeys.keys[agent] ?? null,
    waiting: await resolveRef(repository, suggestRef(agent)),
    threshold: run.loaded.config.scheduler.escalation.threshold,
    now,
  });
}
