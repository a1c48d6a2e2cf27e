/** `agent help [command]`: explains a command, and names one that does not exist. */
import type { Command } from 'commander';

/** Gives a command that has commands a `help` of our own: Commander's own prints everything and names nothing. */
export function addHelpCommand(parent: Command, group: string): void {
  parent
    .helpCommand(false)
    .command('help [command...]')
    .summary('explain a command')
    .description('explain a command')
    .helpGroup(group)
    .action((names: readonly string[]) => explain(parent, names));
}

async function explain(command: Command, [name, ...rest]: readonly string[]): Promise<void> {
  if (name === undefined || command.commands.length === 0) command.help();
  const named = command.commands.find((one) => one.name() === name);
  if (named !== undefined) return explain(named, rest);
  const [{ nearestName }, { plainLine }] = await Promise.all([import('./config/nearest-name.ts'), import('./reporters/plain-text.ts')]);
  const known = command.commands.map((one) => one.name()).filter((one) => one !== 'help');
  const nearest = nearestName(name, known);
  const hint = nearest === null ? `known here: ${known.join(', ')}` : `Did you mean ${nearest}?`;
  command.error(`error: unknown command '${plainLine(name)}'\n(${hint})`, { code: 'commander.unknownCommand' });
}
