/** `agent queue` and `agent cancel`: what waits or is under way in a service, and ending it. */
import { runUnderWay } from '../../agents/run-lock.ts';
import { openRepository } from '../../git/repository.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { findService, SEEN_MS } from '../serve/running-service.ts';
import { deciderOf } from '../steer/steer-flags.ts';
import { ago, count } from '../wording.ts';

const NO_SERVICE = 'no service looks after this repository, so nothing is queued: agent serve starts one';

export async function queueCommand(flags: { readonly json?: boolean; readonly all?: boolean }, context: CommandContext): Promise<number> {
  const { out, palette } = context.output;
  if (context.server !== null) {
    const [{ openRemote }, { remoteQueue }] = await Promise.all([
      import('../remote/remote-service.ts'),
      import('../remote/remote-queue.ts'),
    ]);
    return remoteQueue(openRemote(context.server, context), flags, context);
  }
  await using service = await findService(context);
  if (service === null) {
    const running = runUnderWay((await openRepository(context.cwd)).commonDir);
    if (flags.json) out(documentOf({ service: null, running, runs: [] }));
    else out(`${NO_SERVICE}\n${running === null ? '' : `${runningWords(running)}\n`}`);
    return 0;
  }
  const [{ openRuns }, { connection }, { queueTable, queuedRun }] = await Promise.all([
    import('../../prisma/runs/open-runs.ts'),
    import('../../prisma/sql.ts'),
    import('../queue/queue-table.ts'),
  ]);
  const { name, branch, clones, repositoryId, database } = service;
  const runs = await connection(database.pool, (sql) => openRuns(sql, flags.all ? null : repositoryId, SEEN_MS));
  if (flags.json) out(documentOf({ service: { name, branch, clones }, running: null, runs: runs.map((run) => queuedRun(run)) }));
  else if (runs.length === 0) out('nothing waits, and nothing is under way\n');
  else out(queueTable(runs, { palette, hasRepositories: flags.all === true }));
  return 0;
}

function documentOf(fields: object): string {
  return `${JSON.stringify({ schemaVersion: 1, ...fields }, null, 2)}\n`;
}

function runningWords({ pid, since }: { readonly pid: number; readonly since: string }): string {
  return `agents run in this clone since ${ago(since, new Date())} (process ${pid}); Ctrl-C in its terminal ends them`;
}

/** `what`: an agent, or the beginning of the id of a run. Throws SteerError where nothing can be cancelled. */
export async function cancelCommand(what: string, flags: { readonly reason?: string }, context: CommandContext): Promise<number> {
  if (context.server !== null) {
    const [{ openRemote }, { remoteCancel }] = await Promise.all([
      import('../remote/remote-service.ts'),
      import('../remote/remote-queue.ts'),
    ]);
    return remoteCancel(openRemote(context.server, context), what, { reason: flags.reason ?? null, context });
  }
  const isRun = !(AGENT_IDS as readonly string[]).includes(what) && /^[0-9a-f][0-9a-f-]{5,35}$/i.test(what);
  const agent = isRun ? null : agentNamed(what);
  await using service = await findService(context);
  if (service === null) {
    const running = runUnderWay((await openRepository(context.cwd)).commonDir);
    throw new SteerError('no-service', running === null ? NO_SERVICE : `${NO_SERVICE}; ${runningWords(running)}`);
  }
  const [{ cancelFor }, { scopeOf }] = await Promise.all([import('../../scheduler/steer/cancel.ts'), import('../steer/by-database.ts')]);
  const { out } = context.output;
  const scope = await scopeOf(service, agent);
  const report = await cancelFor(await service.scheduler(), { scope, decider: deciderOf(flags, context), run: isRun ? what : null });
  for (const [name, ended] of Map.groupBy(report.ended, (run) => run.agent))
    out(`${count(ended.length, 'run')} of ${name} that had not started ${ended.length === 1 ? 'is' : 'are'} cancelled\n`);
  for (const id of report.ending) out(`run ${id}${plainLine(ofAgent(report.agents.get(id)))} is being ended\n`);
  // Somebody asked for it before.
  if (report.ended.length + report.ending.length === 0) out('it is being ended already\n');
  return 0;
}

function ofAgent(name: string | undefined): string {
  return name === undefined ? '' : ` of ${name}`;
}
