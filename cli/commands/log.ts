/** `agent log`: the events of the ledger, newest last. */
import { openRepository } from '../../git/repository.ts';
import { deadLetters, readEvents, type LoggedEvent } from '../../ledger/read-events.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import type { CommandContext } from '../command-context.ts';
import { agentNamed } from '../here.ts';
import { eventLine } from '../reporters/plain-lines.ts';
import { plainLine } from '../reporters/plain-text.ts';

export interface LogFlags {
  readonly number: number;
  readonly agent?: string;
  readonly json?: boolean;
  readonly deadLetters?: boolean;
}

export async function logCommand(flags: LogFlags, context: CommandContext): Promise<number> {
  const agent = flags.agent === undefined ? undefined : agentNamed(flags.agent);
  const ledger = openLedger((await openRepository(context.cwd)).commonDir);
  if (flags.deadLetters === true) return listDeadLetters(ledger, flags, context);
  const logged = (await readEvents(ledger, { agent, limit: flags.number })).reverse();
  const { out, err } = context.output;
  if (logged.length === 0) err('nothing is recorded: agent run\n');
  for (const one of logged) out(flags.json === true ? `${JSON.stringify(one.event)}\n` : lineOf(one, context));
  return 0;
}

async function listDeadLetters(ledger: Ledger, flags: LogFlags, context: CommandContext): Promise<number> {
  const letters = (await deadLetters(ledger)).slice(-flags.number);
  const { out } = context.output;
  if (flags.json !== true && letters.length === 0) out('every line of the ledger can be read\n');
  for (const letter of letters) {
    const text = `${letter.scope} ${plainLine(letter.path)}: ${plainLine(letter.reason)}\n  ${plainLine(letter.text)}\n`;
    out(flags.json === true ? `${JSON.stringify(letter)}\n` : text);
  }
  return 0;
}

function lineOf({ event, scope }: LoggedEvent, context: CommandContext): string {
  const { dim } = context.output.palette;
  const time = event.time.slice(0, 19).replace('T', ' ');
  const text = eventLine(event) ?? `${(event.data.agentId ?? 'upkeep').padEnd(12)}  ${plainLine(event.type)}`;
  const branch = event.data.branch === '' ? '' : ` on ${plainLine(event.data.branch)}`;
  return `${dim(time)}  ${text}${dim(`${branch}${scope === 'local' ? ', this clone only' : ''}`)}\n`;
}
