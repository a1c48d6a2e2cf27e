import type { ToolResult } from '../tools/run-tool.ts';
import { crashOf, failureOf, nonsenseOf } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';

/** Why one of our own child processes gave no answer; `tool` is what it was to do, for the person. */
export function entryFailure(result: ToolResult, tool: string): PartFailure {
  const ended = failureOf(result, tool);
  if (ended !== null) return ended;
  return result.exitCode === 0 ? nonsenseOf(result.stderr, tool) : crashOf(result.stderr, tool);
}
