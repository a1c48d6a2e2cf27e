/** `agent serve`: runs agents when they are due, until it is told to stop. */
import { resolve } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { explainError } from '../explain-error.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { serve, type ReadyFacts } from '../serve/serve.ts';
import { serviceLines } from '../serve/service-lines.ts';
import { count } from '../wording.ts';

export interface ServeFlags {
  readonly repo?: readonly string[];
  readonly port: number;
  readonly host: string;
}

/** 0 when it was told to stop and has given everything back. */
export async function serveCommand(flags: ServeFlags, context: CommandContext): Promise<number> {
  const { output } = context;
  const paths = (flags.repo ?? ['.']).map((path) => resolve(context.cwd, path));
  let names: ReadonlyMap<string, string> = new Map();
  const lines = serviceLines({
    print: (line) => output.out(`${line}\n`),
    nameOf: (id) => names.get(id) ?? '',
    isMany: () => names.size > 1,
    now: () => new Date(),
  });
  await serve({
    paths,
    context,
    listenAt: { host: flags.host, port: flags.port },
    onReady: async (facts) => {
      names = facts.names;
      lines.note(`upkeep ${context.version} looks after ${count(facts.names.size, 'repository', 'repositories')}, with ${facts.place}`);
      lines.note(`health, readiness and metrics: ${facts.url}/healthz /readyz /metrics`);
      await showSchedules(facts, context);
    },
    onEvents: (events, known) => {
      names = known;
      lines.events(events);
    },
    onProgress: (event, repository) => lines.progress(event, repository),
    onNote: (note) => lines.note(note),
    onProblem: (what, error) => output.err(`${plainLine(`${what}: ${explainError(error, context).message}`)}\n`),
  });
  lines.note('stopped');
  return 0;
}

async function showSchedules({ list }: ReadyFacts, { output }: CommandContext): Promise<void> {
  const { scheduleTable } = await import('../schedule/schedule-table.ts');
  output.out(scheduleTable(await list(), { now: new Date(), palette: output.palette }));
}
