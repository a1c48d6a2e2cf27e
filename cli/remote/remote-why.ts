/** Explains an agent by a service that is asked over HTTP: what holds it, what runs or waits and why, its next slot. */
import type { AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { heldSentences, slotSentences } from '../why/explain-service.ts';
import { openRuns, type RemoteRun } from './remote-queue.ts';
import type { RemoteService } from './remote-service.ts';

/** Throws UsageError where the service does not know the agent, and RemoteError. */
export async function remoteWhy(
  service: RemoteService,
  agent: AgentId,
  { flags, context }: { readonly flags: { readonly json?: boolean; readonly branch?: string }; readonly context: CommandContext },
): Promise<number> {
  if (flags.branch !== undefined)
    throw new UsageError('--branch is for the clone at hand: a service looks after one branch of a repository');
  const repository = await service.repository();
  const [cards, runs] = await Promise.all([
    service.ask((api) => api.agents.list.query({ repository: repository.id, recent: 0 })),
    openRuns(service, false),
  ]);
  const card = cards.find(({ name }) => name === agent);
  if (card === undefined)
    throw new UsageError(`the service knows no ${agent} of ${repository.name}: its configuration is of another version`);
  const { isEnabled, pause, inError, nextRunAt, driftMs } = card;
  const sentences = [
    `it looks after ${repository.name} on ${repository.branch}`,
    ...heldSentences({ agent, isEnabled, pause, isInError: inError !== null }),
    ...runs.filter((run) => run.agent === agent).map(runSentence),
    ...slotSentences({ nextRunAt: nextRunAt === null ? null : new Date(nextRunAt), lastDriftMs: driftMs }, new Date()),
    ...(card.lastOutcome === null ? [] : [lastSentence(card)]),
  ];
  const { out, palette } = context.output;
  const explanations = [{ heading: 'service', sentences }];
  if (flags.json) out(`${JSON.stringify({ schemaVersion: 1, agent, branch: repository.branch, base: null, explanations }, null, 2)}\n`);
  else {
    out(`${palette.strong(agent)} on ${plainLine(repository.branch)}\n${palette.strong('service:')}\n`);
    for (const sentence of sentences) out(`  ${plainLine(sentence)}\n`);
  }
  return 0;
}

function runSentence({ id, asked, position, words }: RemoteRun): string {
  return `run ${id}, asked for by ${asked}: ${position === null ? '' : `number ${position} in the queue, `}${words}`;
}

function lastSentence({ lastOutcome, lastReason, lastSettledAt, streak }: LastRun): string {
  const reason = lastReason === null ? '' : `, reason ${lastReason}`;
  const failed = streak > 1 ? `; it failed ${streak} times in a row` : '';
  return `its last run ended ${lastOutcome ?? ''}${reason}${lastSettledAt === null ? '' : `, at ${lastSettledAt}`}${failed}`;
}

interface LastRun {
  readonly lastOutcome: string | null;
  readonly lastReason: string | null;
  readonly lastSettledAt: string | null;
  readonly streak: number;
}
