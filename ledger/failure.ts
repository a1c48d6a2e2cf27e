/** What keeps failing, in short: enough to see whether it is still what people were told. */
import { createHash } from 'node:crypto';
import type { AgentState, EscalationKind, Failing, FindingSummary } from './state.ts';

/** What an escalation is about. */
export interface Failure {
  /** 16 hex digits: equal while the same things fail. */
  readonly digest: string;
  /** ISO time at which it began; another one means that it was well in between. */
  readonly since: string;
}

/** What fails of an agent that people are to be told of, or null when nothing does. */
export function failureOf(agent: AgentState, kind: EscalationKind): Failure | null {
  if (kind === 'operation') return agent.inError && { digest: digestOf([agent.inError.reason]), since: agent.inError.since };
  if (agent.breaker === null) return null;
  return { digest: agent.failing?.digest ?? digestOf([]), since: agent.failing?.at ?? agent.breaker.since };
}

/** `failing` after a run that failed: its beginning stays, its digest is that of the newest run. */
export function failingAfter(
  failing: Failing | null,
  run: { readonly base: string; readonly at: string; readonly errors: number; readonly findings: readonly FindingSummary[] },
): Failing {
  const errors = run.findings.filter((finding) => finding.severity === 'error').map((finding) => String(finding.fingerprint));
  const digest = digestOf([String(run.errors), ...errors.sort()]);
  return { commit: failing?.commit ?? run.base, at: failing?.at ?? run.at, digest };
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}
