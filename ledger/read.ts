/** Reads what the ledger remembers. On the way of every start: one git process, no zod. */
import { examineStore } from './examine-store.ts';
import { layer } from './layer.ts';
import { readObjects } from './objects.ts';
import { emptyState, type LedgerState } from './state.ts';
import { LEDGER_REFS, ledgerExists, type Ledger } from './store.ts';
import { tipFrom, tipRequests, type Tip, type TipHealth } from './tip.ts';

export { deadLetters, readEvents } from './read-events.ts';

/** What is remembered: by everybody, by this clone, and the second laid over the first. */
export interface LedgerReading {
  readonly shared: LedgerState;
  readonly local: LedgerState;
  readonly layered: LedgerState;
  /** The commits that were read, null where there is none. */
  readonly tips: { readonly shared: string | null; readonly local: string | null };
  /** Anything but `ok` and `absent` is worth a warning. */
  readonly health: { readonly shared: TipHealth; readonly local: TipHealth };
}

/** Reads both states. A ledger that is not there is empty, one whose store is damaged is lost; a corrupt one is rebuilt from its events, one of a newer version throws LedgerError. */
export async function readState(ledger: Ledger): Promise<LedgerReading> {
  if (!ledgerExists(ledger)) return examineStore(ledger).ok ? reading(ABSENT, ABSENT) : reading(LOST, LOST);
  const sharedRequests = tipRequests(LEDGER_REFS.shared);
  const answers = await readObjects(ledger, [...sharedRequests, ...tipRequests(LEDGER_REFS.local)]);
  const shared = await tipFrom(ledger, LEDGER_REFS.shared, answers.slice(0, sharedRequests.length));
  const local = await tipFrom(ledger, LEDGER_REFS.local, answers.slice(sharedRequests.length));
  return reading(shared, local);
}

const ABSENT: Tip = { sha: null, state: emptyState(), health: 'absent', broken: false };
const LOST: Tip = { ...ABSENT, health: 'lost' };

function reading(shared: Tip, local: Tip): LedgerReading {
  return {
    shared: shared.state,
    local: local.state,
    layered: layer(shared.state, local.state),
    tips: { shared: shared.sha, local: local.sha },
    health: { shared: shared.health, local: local.health },
  };
}
