/** How the gate that a repository has committed stands to the one of this version. */
import type { ReadFile } from '../config/find-config.ts';
import { readBelow } from '../config/read-file.ts';
import { isNewer } from '../newer-version.ts';
import { gateText, isGate } from './gate-text.ts';
import { GATE_FILE } from './workflow-text.ts';

/** `changed`: of this version, and not as the build made it; `foreign`: no gate that Upkeep wrote. */
export type GateState =
  | { readonly kind: 'absent' | 'current' | 'changed' | 'foreign' }
  | { readonly kind: 'older' | 'newer'; /** Of the committed one. */ readonly version: string };

/** Reads the file in the working tree. */
export async function gateState(read: ReadFile, version: string): Promise<GateState> {
  const text = await read(GATE_FILE);
  if (text === null) return { kind: 'absent' };
  if (!isGate(text)) return { kind: 'foreign' };
  const committed = /^\/\/ upkeep-gate ([^\s:]+)/.exec(text)?.[1] ?? '0.0.0';
  if (isNewer(version, committed)) return { kind: 'older', version: committed };
  if (isNewer(committed, version)) return { kind: 'newer', version: committed };
  return { kind: text === (await gateText()) ? 'current' : 'changed' };
}

/** Sentences for the report of a run: what an older gate says holds all the same, and may be less than this version knows. */
export async function oldGateNotes(root: string | null, version: string): Promise<string[]> {
  const state = root === null ? null : await gateState(readBelow(root), version);
  if (state?.kind !== 'older') return [];
  return [`the gate in ${GATE_FILE} is of upkeep ${state.version} and this is ${version}: \`agent init --yes\` renews it, then commit it`];
}
