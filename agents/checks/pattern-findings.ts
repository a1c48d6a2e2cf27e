/** Reads findings by a regular expression a line: from stdout, and from stderr of tools that print them there. */
import type { ToolResult } from '../tools/run-tool.ts';
import { matchLines } from './match-lines.ts';
import { placeOf, severityOf } from './tool-finding.ts';
import type { ToolFinding, ToolFindings } from './tool-finding.ts';

/** How lines are matched, and which printed paths are files that a finding can be about. */
export interface PatternReading {
  readonly pattern: string;
  readonly isFile: (path: string) => boolean;
}

/** Frames of JavaScript and Java, Python, Ruby, Go, Rust. */
const STACK =
  /^\s+at \S.*:\d+\)?$|^Traceback \(most recent call last\):|^\s+from \S+:\d+:in |^goroutine \d+ \[|^thread '.*' .*panicked at /m;

/** Whether a text is the last words of a program that crashed. */
export function hasStackTrace(text: string): boolean {
  return STACK.test(text);
}

/**
 * The findings that stdout tells. Where no line of it matches, those of stderr that name a file: what else stands there is
 * talk, and the words of a crash name files too.
 */
export function readPatternFindings(result: ToolResult, { pattern, isFile }: PatternReading): ToolFindings {
  const told = readLines(pattern, result.stdout);
  if (!told.ok || told.findings.length > 0 || hasStackTrace(result.stderr)) return told;
  const aside = readLines(pattern, result.stderr);
  return aside.ok ? { ok: true, findings: aside.findings.filter(({ path }) => path !== null && isFile(path)) } : aside;
}

function readLines(pattern: string, text: string): ToolFindings {
  const lines = matchLines(pattern, text);
  return lines.ok ? { ok: true, findings: lines.matches.map(findingOf) } : lines;
}

function findingOf(groups: Readonly<Record<string, string | undefined>>): ToolFinding {
  return {
    path: groups['path'] || null,
    line: placeOf(groups['line']),
    column: placeOf(groups['column']),
    rule: groups['rule'] || null,
    severity: severityOf(groups['severity']),
    message: groups['message'] ?? '',
  };
}
