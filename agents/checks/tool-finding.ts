import type { Severity } from '../../ledger/finding.ts';

/** One problem as a tool told it, before its path was looked at. */
export interface ToolFinding {
  /** As printed: relative to where the tool ran, absolute, or a file: address; null when it is about no file. */
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string | null;
  /** Null when the tool does not say. */
  readonly severity: Severity | null;
  readonly message: string;
}

/** What a tool's output holds, or in words why it is not in the promised format. */
export type ToolFindings =
  { readonly ok: true; readonly findings: readonly ToolFinding[] } | { readonly ok: false; readonly problem: string };

/** Words that tools use for grave findings; all others are warnings. */
const GRAVE = /^(error|err|e|fatal|failure|critical|blocker|high|severe|2)$/i;

/** The severity behind a tool's own word for it, null without one. */
export function severityOf(word: unknown): Severity | null {
  if (typeof word !== 'string' && typeof word !== 'number') return null;
  const text = String(word).trim();
  return text === '' ? null : GRAVE.test(text) ? 'error' : 'warning';
}

/** A 1-based line or column, or null. */
export function placeOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 ? number : null;
}
