/** The queue of a service that is asked over HTTP: what is in it, and ending runs. */
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { queueLines, underWayWords, type QueueLine } from '../queue/queue-table.ts';
import { plainLine } from '../reporters/plain-text.ts';
import type { RemoteService } from './remote-service.ts';

export interface RemoteRun extends QueueLine {
  readonly state: 'waiting' | 'running';
  readonly why: string | null;
}

/** What waits or is under way, in the repository at hand or in all. */
export async function openRuns(service: RemoteService, isOfAll: boolean): Promise<RemoteRun[]> {
  const filter = isOfAll ? {} : { repository: (await service.repository()).id };
  const { running, waiting } = await service.ask((api) => api.queue.list.query(filter));
  const now = new Date();
  return [
    ...running.map(({ runId, agent, repository, priority, trigger, startedAt, host, attempt }) => ({
      ...{ id: runId, position: null, agent: agent.name, repository: repository.name, priority },
      ...{ state: 'running' as const, asked: trigger, why: null },
      words: underWayWords({ startedAt: startedAt === null ? null : new Date(startedAt), now, host, attempt }),
    })),
    ...waiting.map(({ runId, position, agent, repository, priority, trigger, requestedBy, wait }) => ({
      ...{ id: runId, position, agent: agent.name, repository: repository.name, priority },
      ...{ state: 'waiting' as const, asked: requestedBy ?? trigger, words: wait.words, why: wait.kind },
    })),
  ];
}

export async function remoteQueue(
  service: RemoteService,
  flags: { readonly json?: boolean; readonly all?: boolean },
  { output }: CommandContext,
): Promise<number> {
  const runs = await openRuns(service, flags.all ?? false);
  const { out, palette } = output;
  if (flags.json) {
    const rows = runs.map(({ id, words: _words, ...run }) => ({ runId: id, ...run }));
    out(`${JSON.stringify({ schemaVersion: 1, service: { url: service.url.href }, running: null, runs: rows }, null, 2)}\n`);
  } else if (runs.length === 0) out('nothing waits, and nothing is under way\n');
  else out(queueLines(runs, { palette, hasRepositories: flags.all === true }));
  return 0;
}

/** `what`: an agent, or the beginning of the id of a run. Throws SteerError where nothing can be cancelled. */
export async function remoteCancel(
  service: RemoteService,
  what: string,
  { reason = null, context }: { readonly reason?: string | null; readonly context: CommandContext },
): Promise<number> {
  const isRun = !(AGENT_IDS as readonly string[]).includes(what) && /^[0-9a-f][0-9a-f-]{5,35}$/i.test(what);
  const agent = isRun ? null : agentNamed(what);
  const runs = (await openRuns(service, false)).filter((run) => (isRun ? run.id.startsWith(what.toLowerCase()) : run.agent === agent));
  const [first, other] = runs;
  if (first === undefined)
    throw isRun
      ? new SteerError('unknown-run', `no run begins with ${JSON.stringify(what)}: agent queue shows those that wait or are under way`)
      : new SteerError('not-under-way', `${agent ?? ''} has no run that waits or is under way`);
  if (isRun && other !== undefined)
    throw new SteerError(
      'unknown-run',
      `several runs begin with ${JSON.stringify(what)}, such as ${first.id} and ${other.id}: give more of it`,
    );
  for (const run of runs) {
    const { done } = await service.ask((api) => api.queue.cancel.mutate({ runId: run.id, reason }));
    context.output.out(
      plainLine(done ? `run ${run.id} of ${run.agent} is cancelled` : `run ${run.id} of ${run.agent} is being ended`) + '\n',
    );
  }
  return 0;
}
