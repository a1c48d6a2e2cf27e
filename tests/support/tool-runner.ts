import { tmpdir } from 'node:os';
import { createToolRunner } from '../../agents/tools/spawn-tool.ts';
import type { ToolRunner, ToolRunnerOptions } from '../../agents/tools/spawn-tool.ts';

/** A tool runner for tests: two places, 60 s, 16 MiB, quick to kill. */
export function testToolRunner(options: Partial<ToolRunnerOptions> = {}): ToolRunner {
  return createToolRunner({
    concurrency: 2,
    timeoutMs: 60_000,
    maxOutputBytes: 16 * 1024 * 1024,
    signal: new AbortController().signal,
    baseEnv: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: tmpdir() },
    runId: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
    redact: (text) => text,
    graceMs: 200,
    ...options,
  });
}
