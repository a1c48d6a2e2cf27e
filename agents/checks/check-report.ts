/** How a check that calls its tool once hands in its result. */
import { stripVTControlCharacters } from 'node:util';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Reason } from '../../ledger/outcome.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { tailOf } from './check-parts.ts';
import type { CheckReport } from './check.ts';
import { finishFindings } from './finish-findings.ts';
import type { Reporting } from './finish-findings.ts';

const LOG_BYTES = 64 * 1024;
const MESSAGE_CHARACTERS = 1000;

/** What a check has to say besides its findings. */
export interface ReportDetails {
  readonly command?: string | null;
  readonly log?: string;
  readonly hint?: string;
}

/** `failed` when one of the findings is an error, else `passed`. */
export function reportFindings(reporting: Reporting, drafts: readonly FindingDraft[], details: ReportDetails = {}): CheckReport {
  const findings = finishFindings(reporting, drafts);
  const isFailed = findings.some((finding) => finding.severity === 'error');
  return {
    outcome: isFailed ? 'failed' : 'passed',
    reason: isFailed ? 'errors-left' : null,
    findings,
    command: details.command ?? null,
    log: tailOf(details.log ?? '', LOG_BYTES),
    ...(details.hint === undefined ? {} : { hint: details.hint }),
  };
}

/** The check could not be carried out; the hint says what happened and what to do. */
export function reportErrored(failure: { readonly reason: Reason; readonly hint: string }, details: ReportDetails = {}): CheckReport {
  return {
    outcome: 'errored',
    reason: failure.reason,
    findings: [],
    command: details.command ?? null,
    log: tailOf(details.log ?? '', LOG_BYTES),
    hint: failure.hint,
  };
}

/** There turned out to be nothing to look at. */
export function reportSkipped(reason: Reason, hint: string): CheckReport {
  return { outcome: 'skipped', reason, findings: [], command: null, log: '', hint };
}

/** Everything a tool said, for the log. */
export function logOf(result: ToolResult): string {
  return [result.stdout, result.stderr].filter((text) => text.trim() !== '').join('\n');
}

/** One paragraph of plain text: no escape sequences, no control characters, bounded. */
export function plainMessage(text: string): string {
  const clean = stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length > MESSAGE_CHARACTERS ? `${clean.slice(0, MESSAGE_CHARACTERS)}…` : clean;
}
