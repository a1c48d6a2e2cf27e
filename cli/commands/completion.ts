/** `agent completion`: prints a script for a shell. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { commandWords } from '../completion/command-words.ts';
import { completionScript, type Shell } from '../completion/shell-scripts.ts';

export async function completionCommand(shell: Shell, program: Command, context: CommandContext): Promise<number> {
  context.output.out(completionScript(shell, commandWords(program), ['agent', 'upkeep']));
  return Promise.resolve(0);
}
