/** `agent recover`: cleans up after a run that was ended and keeps its finished work. */
import { openRepository } from '../../git/repository.ts';
import { mendStore } from '../../ledger/mend-store.ts';
import { openLedger } from '../../ledger/store.ts';
import type { CommandContext } from '../command-context.ts';
import { openHere } from '../here.ts';
import { remember } from '../remember.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { recoverEarlier } from '../run/execute-run.ts';

export async function recoverCommand(context: CommandContext): Promise<number> {
  const mended = await mendStore(openLedger((await openRepository(context.cwd)).commonDir));
  const here = await openHere(context);
  const recovered = await recoverEarlier({
    repository: here.repository,
    state: here.state,
    record: async (events) => {
      await remember(here, events, { shared: false });
    },
  });
  const sentences = [...(mended === null ? [] : [mended]), ...recovered];
  const { out } = context.output;
  for (const sentence of sentences) out(`${plainLine(sentence)}\n`);
  if (sentences.length === 0) out('there is nothing to clean up\n');
  return 0;
}
