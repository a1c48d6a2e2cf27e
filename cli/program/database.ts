/** Commands about the database of the service. */
import type { InfoFlags, RestoreFlags } from '../commands/db.ts';
import { addHelpCommand } from '../help-command.ts';
import { HELP } from '../wording.ts';
import type { Add, Runs } from './adding.ts';

export function addDatabase(add: Add, runs: Runs): void {
  const database = add('db', 'back up, restore and look into the database of the service', HELP.groups.schedule);
  database
    .command('info')
    .description('tell where the database is, what is in it and when it was backed up')
    .option('--json', 'print JSON')
    .action(runs(async (context, flags: InfoFlags) => (await import('../commands/db.ts')).infoCommand(flags, context)));
  database
    .command('backup')
    .description('write all of it into one file, while services go on')
    .argument('[file]', 'where to; none: the folder of backups, named by the time')
    .addHelpText('after', HELP.database)
    .action(runs(async (context, file: string | undefined) => (await import('../commands/db.ts')).backupCommand(file, context)));
  database
    .command('restore')
    .description('replace what is in the database by a backup: all of it or nothing; no service may be at work')
    .argument('<file>', 'a backup that agent db backup or a service made')
    .option('-y, --yes', 'restore without asking')
    .addHelpText('after', HELP.database)
    .action(
      runs(async (context, file: string, flags: RestoreFlags) => (await import('../commands/db.ts')).restoreCommand(file, flags, context)),
    );
  addHelpCommand(database, '');
}
