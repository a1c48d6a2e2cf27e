/** Reads findings in the formats that a custom check may use. */
import type { ToolResult } from '../tools/run-tool.ts';
import { readPatternFindings } from './pattern-findings.ts';
import { readSarif } from './sarif.ts';
import { placeOf, severityOf } from './tool-finding.ts';
import type { ToolFinding, ToolFindings } from './tool-finding.ts';

/** How findings are read from an output. */
export type FindingFormat = 'sarif' | 'json-lines' | 'pattern' | 'exit-code';

/** What is needed besides the output. */
export interface FindingReading {
  readonly format: FindingFormat;
  readonly pattern: string | null;
  /** Whether a path as printed is a file of the tree. */
  readonly isFile: (path: string) => boolean;
}

/** The findings in the output of a tool that exited. */
export function readToolFindings(result: ToolResult, how: FindingReading): ToolFindings {
  switch (how.format) {
    case 'sarif':
      return readSarif(result.stdout);
    case 'json-lines':
      return readJsonLines(result.stdout);
    case 'pattern':
      return readPatternFindings(result, { pattern: how.pattern ?? '', isFile: how.isFile });
    case 'exit-code':
      return { ok: true, findings: result.exitCode === 0 ? [] : [wholeFinding(result)] };
  }
}

function readJsonLines(text: string): ToolFindings {
  const findings: ToolFinding[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const record = parseObject(line);
    if (record === null) return { ok: false, problem: `line ${index + 1} is no JSON object` };
    const message = record['message'] ?? record['msg'] ?? record['text'];
    if (typeof message !== 'string') return { ok: false, problem: `line ${index + 1} has no "message"` };
    const path = record['path'] ?? record['file'] ?? record['filename'];
    findings.push({
      path: typeof path === 'string' && path !== '' ? path : null,
      line: placeOf(record['line']),
      column: placeOf(record['column'] ?? record['col']),
      rule: textOf(record['rule'] ?? record['code'] ?? record['ruleId']),
      severity: severityOf(record['severity'] ?? record['level']),
      message,
    });
  }
  return { ok: true, findings };
}

/** The exit code alone: the last line that the tool said stands for the rest. */
function wholeFinding(result: ToolResult): ToolFinding {
  const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1)?.trim() ?? '';
  const message = `ended with exit code ${result.exitCode ?? '?'}${said === '' ? '' : `: ${said}`}`;
  return { path: null, line: null, column: null, rule: null, severity: null, message };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || null : null;
}
