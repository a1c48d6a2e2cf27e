/** The part of the configuration that ledger/ owns: where the history lives and for how long day by day. */
import { z } from 'zod';

export const ledgerConfigShape = {
  ledger: z
    .strictObject({
      store: z
        .enum(['ref', 'branch'])
        .default('ref')
        .describe(
          'ref keeps the shared history in refs/upkeep/ledger; branch in the branch upkeep/ledger, for hosts that refuse custom refs.',
        ),
      compactAfterDays: z
        .int()
        .min(1)
        .max(3650)
        .default(30)
        .describe('Days of events that are kept one by one; older ones become one file a month.'),
      fetch: z
        .boolean()
        .default(true)
        .describe('Whether a run fetches the shared history from the remote first; it works without it when it cannot.'),
    })
    .prefault({})
    .describe('The history of runs that lives in the repository itself.'),
};
