/** The marker on the first line of an escalation's issue, read back. Pure. */
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { MarkedEscalation } from './trigger.ts';

const MARKER = /^<!-- upkeep:v1:([a-z]+):([^\s:-][^\s:]{0,999}):(code|operation) -->/;

/** What the issue is about, or null when it is not an escalation. */
export function markedEscalation(body: string): MarkedEscalation | null {
  const [, name, branch, kind] = MARKER.exec(body) ?? [];
  const agent = AGENT_IDS.find((id) => id === name);
  if (agent === undefined || branch === undefined || kind === undefined) return null;
  return { agent, branch, kind: kind as MarkedEscalation['kind'] };
}
