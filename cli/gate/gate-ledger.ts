/** The shared ledger as the gate found it. */
import { decodeState } from '../../ledger/state-file.ts';
import type { LedgerState } from '../../ledger/state.ts';

/** `absent`: the remote answered and has none. */
export type GateLedger =
  | { readonly kind: 'read'; readonly state: LedgerState }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What a `state.json` holds. One that would have to be rebuilt from events is for `agent run`. */
export function gateLedgerOf(file: Buffer): GateLedger {
  const decoded = decodeState(file.toString('utf8'));
  if (decoded.ok) return { kind: 'read', state: decoded.state };
  return { kind: 'unreadable', why: decoded.reason === 'corrupt' ? 'its state.json is of another form' : 'a newer upkeep wrote it' };
}
