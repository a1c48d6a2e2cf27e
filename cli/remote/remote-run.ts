/** `agent run --server URL`: a service elsewhere runs agents, and they are followed to their ends. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { QueueRunFlags } from '../commands/run-queue.ts';
import type { CommandContext } from '../command-context.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { OUTCOME_WORDS } from '../wording.ts';
import { agentIdOf, byApi } from './by-api.ts';
import type { RemoteService } from './remote-service.ts';

/** Exit codes as those of `agent run`; 130 when Ctrl-C ended the following. Throws SteerError, UsageError and RemoteError. */
export async function remoteRun(
  service: RemoteService,
  names: readonly AgentId[],
  { flags, context }: { readonly flags: QueueRunFlags; readonly context: CommandContext },
): Promise<number> {
  const { output, signal } = context;
  const repository = await service.repository();
  const cards = await service.ask((api) => api.agents.list.query({ repository: repository.id, recent: 0 }));
  // Of agents that nobody named, those that may run.
  const meant =
    names.length > 0
      ? names
      : cards.filter((card) => card.isEnabled && card.pause === null && card.inError === null).map(({ name }) => name);
  const agentIds = await Promise.all(meant.map((name) => agentIdOf(cards, name, repository)));
  const { runs } = await service.ask((api) =>
    api.agents.run.mutate({ agentIds, force: flags.force ?? false, priority: flags.priority ?? null }),
  );
  if (flags.wait === false && flags.json) {
    output.out(`${JSON.stringify({ schemaVersion: 1, queued: runs.map(({ agent, runId }) => ({ agent, runId })) }, null, 2)}\n`);
    return 0;
  }
  const say = flags.json ? output.err : output.out;
  for (const { agent, runId } of runs) say(`${agent.padEnd(12)}  queued as run ${runId}\n`);
  if (flags.wait === false) return 0;
  const ended: { readonly agent: string; readonly outcome: string | null }[] = [];
  const hasEnded = await byApi(service, repository).waitFor(
    runs.map(({ runId }) => runId),
    {
      signal,
      onEnd(run) {
        ended.push(run);
        say(`${run.agent.padEnd(12)}  ${plainLine(OUTCOME_WORDS[run.outcome as 'passed'])}\n`);
      },
    },
  );
  if (flags.json) output.out(`${JSON.stringify({ schemaVersion: 1, runs: ended }, null, 2)}\n`);
  if (hasEnded) return exitCodeOf(ended.map(({ outcome }) => outcome));
  output.err('not followed any more; the service goes on: agent queue shows its runs, agent cancel ends them\n');
  return 130;
}

function exitCodeOf(outcomes: readonly (string | null)[]): number {
  if (outcomes.includes('cancelled')) return 130;
  if (outcomes.includes('errored')) return 3;
  return outcomes.includes('failed') ? 1 : 0;
}
