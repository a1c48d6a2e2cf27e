/** What all groups of commands are added with. */
import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

/** Adds a command to the program: how it is called, one line about it, its group in the help. */
export type Add = (usage: string, summary: string, group: string) => Command;

/** Makes the action of a command whose work returns an exit code. */
export type Runs = <Arguments extends unknown[]>(
  work: (context: CommandContext, ...values: Arguments) => Promise<number>,
) => (...values: unknown[]) => Promise<void>;

export const AGENT = new Argument('<agent>', 'architecture, backend, frontend, devops, qa or docs');
export const AGENTS = new Argument('[agents...]', 'names of agents; none: all of them');

export function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('a whole number of at least 1 is expected.');
  return Number(text);
}

export function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('a port from 0 (any that is free) to 65535 is expected.');
  return Number(text);
}
