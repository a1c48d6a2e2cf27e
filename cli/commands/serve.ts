/** `agent serve`: runs agents when they are due, until it is told to stop. */
import { resolve } from 'node:path';
import { createRedactor } from '../../agents/tools/redact.ts';
import type { CommandContext } from '../command-context.ts';
import { secretValues } from '../run/secret-values.ts';
import { explainProblem, type ExplainedProblem } from '../serve/log/explain-problem.ts';
import { logLevelOf } from '../serve/log/levels.ts';
import { lineSink } from '../serve/log/line-sink.ts';
import { tellOutagesOnce } from '../serve/log/outages.ts';
import { plainLog, type ServiceLog } from '../serve/log/service-log.ts';
import { listenPlace, type ListenFlags } from '../serve/listen-place.ts';
import { serve, type ReadyFacts } from '../serve/serve.ts';
import { count } from '../wording.ts';

export interface ServeFlags extends ListenFlags {
  readonly repo?: readonly string[];
  readonly log: 'plain' | 'json';
}

/** 0 when it was told to stop and has given everything back. */
export async function serveCommand(flags: ServeFlags, context: CommandContext): Promise<number> {
  const paths = (flags.repo ?? ['.']).map((path) => resolve(context.cwd, path));
  const { at, place } = listenPlace(flags, context.cwd);
  let names: ReadonlyMap<string, string> = new Map();
  const explain = (error: unknown): ExplainedProblem => explainProblem(error, context);
  const log = tellOutagesOnce(await openLog(flags, context, () => names), { explain, monotonic: () => performance.now() });
  // What happens while it starts is said after what it is.
  let waiting: (() => void)[] | null = [];
  const afterReady = (work: () => void): void => {
    if (waiting === null) work();
    else waiting.push(work);
  };
  await serve({
    paths,
    takesConfigured: flags.repo === undefined,
    context,
    listenAt: at,
    place,
    onReady: async (facts) => {
      context.output.outliveIt();
      names = facts.names;
      log.note(`upkeep ${context.version} looks after ${count(facts.names.size, 'repository', 'repositories')}, with ${facts.place}`);
      log.note(`health, readiness and metrics: ${facts.url}/healthz /readyz /metrics`);
      const address = place.publicUrl?.origin ?? facts.url;
      log.note(`dashboard: ${address}/`);
      if (facts.claimPath !== null)
        log.note(`nobody can sign in yet; this makes the first administrator, once, within 24 h: ${address}${facts.claimPath}`);
      if (flags.log === 'plain') await showSchedules(facts, context);
      for (const work of waiting ?? []) work();
      waiting = null;
    },
    onEvents: (events, known) => {
      names = known;
      afterReady(() => log.events(events));
    },
    onProgress: (event, repository) => afterReady(() => log.progress(event, repository)),
    onNote: (note) => afterReady(() => log.note(note)),
    onProblem: (what, error) => log.problem(what, error),
    onStatus: (event) => log.status(event),
    observer: log.observer,
  });
  log.note('stopped');
  return 0;
}

/** Throws UsageError when LOG_LEVEL is none. */
async function openLog(flags: ServeFlags, context: CommandContext, names: () => ReadonlyMap<string, string>): Promise<ServiceLog> {
  const { environment, output } = context;
  const shared = {
    level: logLevelOf(environment.logLevel),
    redact: createRedactor(secretValues(environment.variables)),
    nameOf: (id: string) => names().get(id) ?? '',
    explain: (error: unknown) => explainProblem(error, context),
    now: () => new Date(),
  };
  const missing = (lost: number): string => `${count(lost, 'line')} of this log could not be written: it is read too slowly`;
  if (flags.log === 'json') {
    const { jsonLog } = await import('../serve/log/json-log.ts');
    const lost = (lines: number): string =>
      JSON.stringify({ level: 'warn', time: new Date().toISOString(), missing: lines, msg: missing(lines) });
    return jsonLog({ ...shared, print: lineSink({ stream: output.stdout, write: output.out, lost }) });
  }
  return plainLog({
    ...shared,
    isMany: () => names().size > 1,
    print: lineSink({ stream: output.stdout, write: output.out, lost: missing }),
    printProblem: lineSink({ stream: output.stderr, write: output.err, lost: missing }),
  });
}

async function showSchedules({ list }: ReadyFacts, { output }: CommandContext): Promise<void> {
  const { scheduleTable } = await import('../schedule/schedule-table.ts');
  output.out(scheduleTable(await list(), { now: new Date(), palette: output.palette }));
}
