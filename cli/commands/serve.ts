/** `agent serve`: runs agents when they are due, until it is told to stop. */
import { resolve } from 'node:path';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { CommandContext } from '../command-context.ts';
import { explainError } from '../explain-error.ts';
import { eventLine } from '../reporters/plain-lines.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { serve, type ReadyFacts } from '../serve/serve.ts';
import { count } from '../wording.ts';

export interface ServeFlags {
  readonly repo?: readonly string[];
}

/** 0 when it was told to stop and has given everything back. */
export async function serveCommand(flags: ServeFlags, context: CommandContext): Promise<number> {
  const { output } = context;
  const paths = (flags.repo ?? ['.']).map((path) => resolve(context.cwd, path));
  const hasMany = paths.length > 1;
  const say = (line: string): void => output.out(`${plainLine(line)}\n`);
  await serve({
    paths,
    context,
    onReady: async (facts) => {
      say(`upkeep ${context.version} looks after ${count(facts.names.size, 'repository', 'repositories')}, with ${facts.place}`);
      await showSchedules(facts, context);
    },
    onEvents: (events, names) => {
      for (const row of events) {
        const line = lineOf(row);
        if (line !== null) say(hasMany ? `${names.get(row.repositoryId ?? '') ?? ''}  ${line}` : line);
      }
    },
    onNote: say,
    onProblem: (what, error) => output.err(`${plainLine(`${what}: ${explainError(error, context).message}`)}\n`),
  });
  output.out('stopped\n');
  return 0;
}

function lineOf({ envelope }: EventRow): string | null {
  return eventLine(envelope as UpkeepEvent);
}

async function showSchedules({ list }: ReadyFacts, { output }: CommandContext): Promise<void> {
  const { scheduleTable } = await import('../schedule/schedule-table.ts');
  output.out(scheduleTable(await list(), { now: new Date(), palette: output.palette }));
}
