/** Remembers a person's decision in the ledger, for this clone or for everyone, and says so when not everyone knows of it who was to. */
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { CommandContext } from '../command-context.ts';
import type { Here } from '../here.ts';
import { remember, type Audience, type Remembered } from '../remember.ts';
import { plainLine } from '../reporters/plain-text.ts';

export interface NoteAsk {
  readonly shared: boolean;
  readonly context: CommandContext;
}

/** Throws ConfigError and LedgerError. */
export async function noteForAudience(here: Here, events: readonly UpkeepEvent[], ask: NoteAsk): Promise<Remembered> {
  const noted = await remember(here, events, await audienceOf(here, ask));
  if (noted.is === 'unshared') ask.context.output.err(`${plainLine(noted.why)}\n`);
  return noted;
}

/** 3 when there is someone who does not know of it yet. */
export function exitCodeOfNote(noted: Remembered): number {
  return noted.is === 'unshared' && noted.hasRemote ? 3 : 0;
}

/** Who is to know of it; the remote is the one that runs deliver to. */
async function audienceOf(here: Here, { shared, context }: NoteAsk): Promise<Audience> {
  if (!shared) return { shared: false };
  const { repository } = here;
  if (repository.head === null) return { shared: true, remote: 'origin', store: 'ref' };
  const { loadSettings } = await import('../run/load-settings.ts');
  const { environment, version } = context;
  const ci = environment.github !== null;
  const { delivery, ledger } = (await loadSettings({ repository, base: repository.head, flags: {}, environment, ci, version })).loaded
    .config;
  return { shared: true, remote: delivery.remote, store: ledger.store };
}
