/** Tells of ledger refs that point at nothing readable, before they are set aside. No git process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEDGER_REFS, type Ledger } from './store.ts';
import type { TipHealth } from './tip.ts';

type Kept = 'shared' | 'local';
const KEPT: readonly Kept[] = ['shared', 'local'];

/** The refs whose file holds no id, as after a power cut. */
export function garbledRefs(ledger: Pick<Ledger, 'gitDir'>): Kept[] {
  return KEPT.filter((which) => {
    try {
      return !/^([0-9a-f]{40}|[0-9a-f]{64})\n?$/.test(readFileSync(join(ledger.gitDir, LEDGER_REFS[which]), 'utf8'));
    } catch {
      return false; // absent, packed, or not ours to read
    }
  });
}

/** One sentence about what is forgotten, or null when nothing is. */
export function lossSentence(
  ledger: Pick<Ledger, 'gitDir'>,
  found: { readonly garbled: readonly Kept[]; readonly health: Readonly<Record<Kept, TipHealth>> },
): string | null {
  const lost = KEPT.filter((which) => found.garbled.includes(which) || found.health[which] === 'lost');
  if (lost.length === 0) return null;
  const refs = lost.map((which) => LEDGER_REFS[which]).join(' and ');
  return `${refs} in ${ledger.gitDir} could not be read: pauses, undone repairs and whatever else only this clone remembered there is forgotten; what is left of it is kept in upkeep-damaged`;
}
