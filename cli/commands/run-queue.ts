/** `agent run --queue`: hands the run to the service that looks after the repository, and follows it to its end. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Priority } from '../../ledger/outcome.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { openReporters } from '../reporters/open-reporters.ts';
import { plainLine } from '../reporters/plain-text.ts';
import type { RunFlags } from '../run-flags.ts';
import { findService, SEEN_MS, type RunningService } from '../serve/running-service.ts';
import { deciderOf } from '../steer/steer-flags.ts';
import { UsageError } from '../usage-error.ts';

export interface QueueRunFlags extends Partial<RunFlags> {
  readonly queue?: boolean;
  /** False with --no-wait. */
  readonly wait?: boolean;
  readonly priority?: Priority;
}

/** What decides how a run is carried out is the service's configuration. */
const NOT_WITH_QUEUE = ['due', 'ci', 'trigger', 'base', 'workingTree', 'delivery', 'rehearse', 'strict', 'install', 'concurrency'] as const;

/** Throws UsageError, SteerError, DatabaseError. The exit code is that of `agent run`; 0 at once with --no-wait. */
export async function runQueueCommand(names: readonly string[], flags: QueueRunFlags, context: CommandContext): Promise<number> {
  requireFitting(flags);
  const agents = names.map(agentNamed);
  if (context.server !== null) {
    const [{ openRemote }, { remoteRun }] = await Promise.all([import('../remote/remote-service.ts'), import('../remote/remote-run.ts')]);
    return remoteRun(openRemote(context.server, context), agents, { flags, context });
  }
  await using service = await findService(context);
  if (service === null)
    throw new SteerError(
      'no-service',
      'no service looks after this repository: without --queue it is run here and now; agent serve starts a service',
    );
  const { requestRuns } = await import('../../scheduler/steer/request-runs.ts');
  const { runs } = await requestRuns(await service.scheduler(), {
    scope: { repositoryId: service.repositoryId, agentId: null },
    decider: deciderOf({}, context),
    agents,
    priority: flags.priority ?? null,
    isForced: flags.force ?? false,
    base: null,
  });
  const { output } = context;
  if (flags.wait !== false) return await follow(service, runs, { flags, context });
  if (flags.json)
    output.out(`${JSON.stringify({ schemaVersion: 1, queued: runs.map(({ agent, runId }) => ({ agent, runId })) }, null, 2)}\n`);
  else for (const { agent, runId } of runs) output.out(`${agent.padEnd(12)}  queued as run ${runId}\n`);
  return 0;
}

function requireFitting(flags: QueueRunFlags): void {
  const given = NOT_WITH_QUEUE.find((name) => flags[name] !== undefined && flags[name] !== false);
  const unfit =
    given === undefined ? (flags.fix === false ? 'no-fix' : null) : given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (unfit === null) return;
  throw new UsageError(
    `--${unfit} is for a run here: with --queue the service runs the newest commit of its branch by its own configuration`,
  );
}

type Requested = readonly { readonly agent: string; readonly runId: string }[];

async function follow(
  service: RunningService,
  runs: Requested,
  { flags, context }: { readonly flags: QueueRunFlags; readonly context: CommandContext },
): Promise<number> {
  const [{ waitForRuns }, { connection }, rows, { openRuns }, { waitReason }, { waitWords }, { queuedReport }] = await Promise.all([
    import('../steer/wait-for-runs.ts'),
    import('../../prisma/sql.ts'),
    import('../../prisma/runs/run-report-rows.ts'),
    import('../../prisma/runs/open-runs.ts'),
    import('../../scheduler/wait-reason.ts'),
    import('../../scheduler/wait-words.ts'),
    import('../run/queued-report.ts'),
  ]);
  const { database, repositoryId, name, branch } = service;
  const { pool } = database;
  const ids = runs.map(({ runId }) => runId);
  const reporter = await openReporters({ json: flags.json ?? false, sarif: flags.sarif, ci: true }, context);
  const events: UpkeepEvent[] = [];
  const said = new Map<string, string>();
  const look = async (): Promise<void> => {
    const [news, open] = await connection(pool, async (sql) => [
      await rows.eventsOfRuns(sql, ids),
      await openRuns(sql, repositoryId, SEEN_MS),
    ]);
    for (const run of open.filter(({ id }) => ids.includes(id))) {
      const reason = waitReason(run);
      const words = reason === null ? `under way${run.host === null ? '' : ` on ${run.host}`}` : waitWords(reason, run.attempt > 0);
      if (said.get(run.id) !== words) context.output.err(`${run.agent.padEnd(12)}  ${plainLine(words)}\n`);
      said.set(run.id, words);
    }
    const fresh = news.map(({ envelope }) => envelope as UpkeepEvent).filter(({ id }) => !events.some((event) => event.id === id));
    events.push(...fresh);
    for (const event of fresh) reporter.onEvent(event);
  };
  try {
    const hasEnded = await waitForRuns(service, ids, { signal: context.signal, onLook: look });
    if (!hasEnded) {
      context.output.err('not followed any more; the service goes on: agent queue shows its runs, agent cancel ends them\n');
      return 130;
    }
    await look();
    const [reported, checks] = await connection(pool, async (sql) => [
      await rows.reportedRuns(sql, ids),
      await rows.reportedChecks(sql, ids),
    ]);
    return (await reporter.finish(queuedReport({ repository: name, branch, runs: reported, checks, events }))).exitCode;
  } finally {
    reporter.close();
  }
}
