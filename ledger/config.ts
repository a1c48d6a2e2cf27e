import type { z } from 'zod';
import type { ledgerConfigShape } from './config-schema.ts';

/** Where the history lives and for how long day by day. */
export type LedgerConfig = z.output<(typeof ledgerConfigShape)['ledger']>;
