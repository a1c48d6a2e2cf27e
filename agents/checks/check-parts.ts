/** Puts the results of several calls of a tool together into one report. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Reason } from '../../ledger/outcome.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckReport } from './check.ts';
import { finishFindings } from './finish-findings.ts';
import type { Reporting } from './finish-findings.ts';

/** What one call of a tool came to. */
export interface CheckPart {
  readonly drafts: readonly FindingDraft[];
  /** Shell line that reproduces it. */
  readonly command: string | null;
  readonly log: string;
  /** Why it has no result. */
  readonly failure: PartFailure | null;
}

export interface PartFailure {
  readonly reason: Reason;
  /** One sentence for the person: what happened and what to do. */
  readonly hint: string;
}

const LOG_BYTES = 64 * 1024;

/** How parts that read nothing count: `allowed` when another part read something, `refused` always. */
export type EmptyParts = 'allowed' | 'refused';

/** One report of all parts: errors that were found count first, then parts without a result. No part at all is nothing read. */
export function reportOf(reporting: Reporting, parts: readonly CheckPart[], empty: EmptyParts = 'allowed'): CheckReport {
  if (parts.length === 0) return erroredReport({ reason: 'nothing-read', hint: `Nothing was called for ${reporting.id}.` });
  const findings = finishFindings(
    reporting,
    parts.flatMap((part) => part.drafts),
  );
  const failures = parts.map((part) => part.failure).filter((failure) => failure !== null);
  // A folder without files for a linter is worth a word only when no other had any.
  const grave = failures.filter((each) => empty === 'refused' || each.reason !== 'nothing-read');
  const failure = grave[0] ?? (failures.length === parts.length ? failures[0] : undefined);
  const hasErrors = findings.some((finding) => finding.severity === 'error');
  const outcome = hasErrors ? 'failed' : failure === undefined ? 'passed' : 'errored';
  const commands = commandsToShow(parts);
  return {
    outcome,
    reason: outcome === 'failed' ? 'errors-left' : (failure?.reason ?? null),
    findings,
    command: commands.length === 0 ? null : commands.join(' && '),
    log: tailOf(
      parts
        .map((part) => part.log.trim())
        .filter(Boolean)
        .join('\n\n'),
      LOG_BYTES,
    ),
    ...(failure === undefined ? {} : { hint: [...new Set((grave.length > 0 ? grave : [failure]).map(({ hint }) => hint))].join(' ') }),
  };
}

/** A report of a check that could not be carried out at all. */
export function erroredReport(failure: PartFailure): CheckReport {
  return { outcome: 'errored', reason: failure.reason, findings: [], command: null, log: '', hint: failure.hint };
}

/** The lines of the parts that have something to reproduce, else of all; not more than a person would paste. */
function commandsToShow(parts: readonly CheckPart[]): string[] {
  const telling = parts.filter((part) => part.drafts.length > 0 || part.failure !== null);
  const lines = (telling.length > 0 ? telling : parts).map((part) => part.command).filter((command) => command !== null);
  return [...new Set(lines)].slice(0, 5);
}

/** Why a tool came to no result of its own, or null when it exited. */
export function failureOf(result: ToolResult, tool: string): PartFailure | null {
  const seconds = Math.round(result.durationMs / 1000);
  switch (result.end) {
    case 'exited':
      return null;
    case 'not-found':
      return { reason: 'tool-not-found', hint: `${tool} could not be started: ${firstLine(result.stderr)}` };
    case 'timeout':
      return { reason: 'timeout', hint: `${tool} was ended after ${seconds} s; raise its time limit or look for what hangs.` };
    case 'cancelled':
      return { reason: 'interrupted', hint: `${tool} was interrupted.` };
    case 'output-limit':
      return { reason: 'output-limit', hint: `${tool} printed more than the limit and was ended.` };
    case 'signalled':
      return { reason: 'tool-crashed', hint: `${tool} was killed by a signal; the machine may be short of memory.` };
  }
}

/** The failure of a tool that ended without a usable result: a package that is not installed, or a crash with its own words. */
export function crashOf(text: string, tool: string): PartFailure {
  const missing =
    /(?:Cannot find (?:package|module)|Could(?:n't| not) (?:find|resolve)(?: the)?(?: plugin| module| package)?) ["'`]([^"'`./][^"'`]*)["'`]/i.exec(
      text,
    );
  if (missing?.[1] !== undefined)
    return {
      reason: 'dependencies-missing',
      hint: `${tool} needs ${missing[1]}, which is not installed: install the dependencies, or use --install.`,
    };
  const age = ageOf(text);
  return { reason: 'tool-crashed', hint: `${tool} crashed: ${firstLine(text)}${age === null ? '' : ` – ${age}`}` };
}

/** What old tools say on a Node that is newer than they are, and new tools on an older one. */
const TOO_OLD =
  /primordials is not defined|ERR_PACKAGE_PATH_NOT_EXPORTED|ERR_OSSL_EVP_UNSUPPORTED|digital envelope routines::unsupported|util\.(?:is[A-Z]\w+|log|_extend) is not a function|No such built-in module: natives|context\.get(?:Scope|SourceCode|Ancestors|Filename) is not a function/;
const TOO_NEW =
  /(?:structuredClone|Array\.fromAsync|WebSocket) is not defined|(?:Object|Map)\.groupBy is not a function|\.(?:findLast|toSorted|toReversed|union) is not a function|requested module '(?:node:)?\w+' does not provide an export|Unsupported engine|ERR_UNKNOWN_BUILTIN_MODULE/;

/** What a person can do about a tool, or a plugin of it, that does not go with what it runs on; null where that is not why. */
function ageOf(text: string): string | null {
  if (TOO_OLD.test(text))
    return `it, or one of its plugins, is older than what it runs on (Node ${process.versions.node}): update it, or pin the Node that it was made for.`;
  return TOO_NEW.test(text)
    ? `it asks for a newer Node than ${process.versions.node}: update Node, or keep to an older version of it.`
    : null;
}

/** The failure of a tool whose output is not in the promised format. */
export function nonsenseOf(stderr: string, tool: string): PartFailure {
  const said = firstLine(stderr);
  return { reason: 'nonsense-output', hint: `${tool} wrote something that is not its report${said === '' ? '.' : `: ${said}`}` };
}

/** The failure of a tool that ended with the code for errors though its report names none. */
export function unnamedError(result: ToolResult, tool: string): PartFailure {
  const said = firstLine(result.stderr);
  return {
    reason: 'nonsense-output',
    hint: `${tool} ended with exit code ${result.exitCode} though its report names no error${said === '' ? '.' : `: ${said}`}`,
  };
}

const NOISE = /^(oops!|eslint: \d|at |node:|\s*\^|$)/i;

/** The first line that tells something, at most 300 characters. */
export function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /\b\w*Error\b.*:/.test(line)) ?? lines.find((line) => !NOISE.test(line)) ?? '';
  return telling.length > 300 ? `${telling.slice(0, 299)}…` : telling;
}

/** The last `bytes` of a text, cut at a line where possible. */
export function tailOf(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  if (buffer.length <= bytes) return text;
  const tail = buffer.subarray(buffer.length - bytes).toString('utf8');
  const newline = tail.indexOf('\n');
  return newline === -1 ? tail.replace(/^\uFFFD+/, '') : tail.slice(newline + 1);
}
