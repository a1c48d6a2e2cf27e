/** Commands about when agents run. */
import { Argument, Option, type Command } from 'commander';
import type { NextFlags } from '../commands/schedule.ts';
import type { ServeFlags } from '../commands/serve.ts';
import { addHelpCommand } from '../help-command.ts';
import { HELP } from '../wording.ts';
import { portNumber, wholeNumber, type Add, type Runs } from './adding.ts';

export function addScheduling(add: Add, runs: Runs): void {
  add('serve', 'run agents when they are due, for this repository or several, until Ctrl-C', HELP.groups.schedule)
    .option('--repo <path>', 'a clone to look after instead of the current folder; again for more', collect)
    .addOption(new Option('--port <n>', 'where health, readiness and metrics are; 0: any that is free').default(8788).argParser(portNumber))
    .option('--host <address>', 'the address to listen on; 0.0.0.0 lets other machines ask', '127.0.0.1')
    .addOption(new Option('--log <format>', 'what is said, in words or as JSON lines').choices(['plain', 'json']).default('plain'))
    .addHelpText('after', HELP.serve)
    .action(runs(async (context, flags: ServeFlags) => (await import('../commands/serve.ts')).serveCommand(flags, context)));

  const schedule = add('schedule', 'tell when agents run', HELP.groups.schedule);
  schedule
    .command('next')
    .description('tell when an agent or a cron expression comes next; with neither, answer questions from stdin as JSON lines')
    .addArgument(new Argument('[agent]', 'the agent whose schedule is meant'))
    .option('--cron <expression>', 'an expression of five fields, or six with the second first, instead of an agent')
    .option('--tz <zone>', 'the time zone of the expression, such as Europe/Berlin; none: UTC')
    .option('--from <time>', 'only what comes after this, such as 2026-03-07T00:00:00Z; none: now')
    .option('-n, --number <n>', 'how many, 5 when it is not said and at most 1000', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP.scheduleNext)
    .action(
      runs(async (context, agent: string | undefined, flags: NextFlags) =>
        (await import('../commands/schedule.ts')).scheduleNextCommand(agent, flags, context),
      ),
    );
  addHelpCommand(schedule, '');
}

/** What a service starts for its runs: nobody else calls it, so the help does not name it. */
export function addCarrying(program: Command, runs: Runs): void {
  program.command('carry', { hidden: true }).action(runs(async (context) => (await import('../commands/carry.ts')).carryCommand(context)));
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}
