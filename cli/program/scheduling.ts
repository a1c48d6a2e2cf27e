/** Commands about when agents run. */
import { Argument, Option, type Command } from 'commander';
import { PRIORITIES } from '../../ledger/outcome.ts';
import type { NextFlags } from '../commands/schedule.ts';
import type { ListFlags } from '../commands/schedule-list.ts';
import type { SetFlags } from '../commands/schedule-set.ts';
import type { ServeFlags } from '../commands/serve.ts';
import { addHelpCommand } from '../help-command.ts';
import { HELP } from '../wording.ts';
import { AGENT, portNumber, wholeNumber, type Add, type Runs } from './adding.ts';

export function addScheduling(add: Add, runs: Runs): void {
  add('serve', 'run agents when they are due, for this repository or several, until Ctrl-C', HELP.groups.schedule)
    .option('--repo <path>', 'a clone to look after instead of the current folder; again for more', collect)
    .addOption(
      new Option('--port <n>', 'where the dashboard, health and metrics are; 0: any that is free').default(8788).argParser(portNumber),
    )
    .option('--host <address>', 'the address to listen on; another than this machine needs TLS, here or in front', '127.0.0.1')
    .option('--public-url <address>', 'where people reach it when a proxy with TLS stands in front, such as https://upkeep.example.com')
    .option('--tls-cert <file>', 'a certificate in PEM, to speak TLS itself')
    .option('--tls-key <file>', 'the key of the certificate')
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
  schedule
    .command('list')
    .description('show when agents run: in words, the next three times, how the last run ended and how late it began')
    .option('--all', 'all repositories of the service')
    .option('--json', 'print JSON')
    .action(runs(async (context, flags: ListFlags) => (await import('../commands/schedule-list.ts')).scheduleListCommand(flags, context)));
  schedule
    .command('set')
    .description('set when an agent runs, whatever the configuration says')
    .addArgument(AGENT)
    .argument('[expression]', 'five fields, or six with the second first; none: it stays as it is')
    .option('--tz <zone>', 'the time zone, such as Europe/Berlin; none: it stays as it is')
    .addOption(new Option('--priority <level>', 'who goes first when several wait').choices(PRIORITIES))
    .option('--default', 'put back what the configuration says')
    .option('--shared', 'without a service: for everyone who works with the remote, not only this clone')
    .addHelpText('after', HELP.scheduleSet)
    .action(
      runs(async (context, ...[name, expression, flags]: [string, string | undefined, SetFlags]) =>
        (await import('../commands/schedule-set.ts')).scheduleSetCommand({ name, expression }, flags, context),
      ),
    );
  addHelpCommand(schedule, '');

  add('queue', 'show what waits or is under way in the service, and why it waits', HELP.groups.schedule)
    .option('--all', 'all repositories of the service')
    .option('--json', 'print JSON')
    .action(
      runs(async (context, flags: { json?: boolean; all?: boolean }) =>
        (await import('../commands/queue.ts')).queueCommand(flags, context),
      ),
    );
  add('cancel', 'end runs that wait or are under way in the service', HELP.groups.schedule)
    .argument('<agent-or-run>', 'the agent, or the beginning of the id of a run')
    .option('--reason <text>', 'why, for people who ask later')
    .action(
      runs(async (context, what: string, flags: { reason?: string }) =>
        (await import('../commands/queue.ts')).cancelCommand(what, flags, context),
      ),
    );
}

/** What a service starts for its runs: nobody else calls it, so the help does not name it. */
export function addCarrying(program: Command, runs: Runs): void {
  program.command('carry', { hidden: true }).action(runs(async (context) => (await import('../commands/carry.ts')).carryCommand(context)));
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}
