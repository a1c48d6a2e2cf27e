/** What can be completed, read from the command tree. */
import type { Command, Option } from 'commander';
import { AGENT_IDS } from '../../ledger/outcome.ts';

/** A command with its words. */
export interface CommandWords {
  /** '' for the program itself, `run`, `config print`. */
  readonly path: string;
  readonly summary: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionWords[];
  /** Values of its arguments: agents, shells. */
  readonly values: readonly string[];
}

export interface OptionWords {
  /** `--json`, `-n`. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** What follows the option. */
  readonly takes: 'nothing' | 'file' | 'folder' | 'text' | readonly string[];
}

/** Every command of the tree, the program first. */
export function commandWords(program: Command): CommandWords[] {
  return collect(program, []);
}

function collect(command: Command, path: readonly string[]): CommandWords[] {
  const children = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
  const own: CommandWords = {
    path: path.join(' '),
    summary: command.summary() || command.description(),
    subcommands: children.map((child) => ({ name: child.name(), summary: child.summary() || child.description() })),
    options: command.options.filter((option) => !option.hidden).map(optionWords),
    values: command.registeredArguments.flatMap((argument) => [
      ...(argument.argChoices ?? (/^agents?(-or-run)?$/.test(argument.name()) ? AGENT_IDS : [])),
    ]),
  };
  return [own, ...children.flatMap((child) => collect(child, [...path, child.name()]))];
}

function optionWords(option: Option): OptionWords {
  const flags = [option.short, option.long].filter((flag): flag is string => typeof flag === 'string');
  return { flags, summary: option.description, takes: takenBy(option) };
}

function takenBy(option: Option): OptionWords['takes'] {
  if (!option.required && !option.optional) return 'nothing';
  if (option.argChoices) return option.argChoices;
  if (/<agent>/.test(option.flags)) return AGENT_IDS;
  if (/<file>/.test(option.flags)) return 'file';
  return /<(path|folder)>/.test(option.flags) ? 'folder' : 'text';
}
