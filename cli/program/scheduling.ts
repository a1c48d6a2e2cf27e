/** Commands about when agents run. */
import { Argument } from 'commander';
import type { NextFlags } from '../commands/schedule.ts';
import { addHelpCommand } from '../help-command.ts';
import { HELP } from '../wording.ts';
import { wholeNumber, type Add, type Runs } from './adding.ts';

export function addScheduling(add: Add, runs: Runs): void {
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
