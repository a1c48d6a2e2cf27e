/** `agent carry`: what a service starts for its runs. It speaks a protocol on its standard streams, so nobody else calls it. */
import { carry } from '../carry/carry.ts';
import type { CommandContext } from '../command-context.ts';

export async function carryCommand(context: CommandContext): Promise<number> {
  return carry(context, { stdin: process.stdin, stdout: process.stdout });
}
