import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ToolCall } from '../../agents/tools/run-tool.ts';
import { createToolRunner } from '../../agents/tools/spawn-tool.ts';
import type { ToolRunner, ToolRunnerOptions } from '../../agents/tools/spawn-tool.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A tool runner for tests: two places, 60 s, 16 MiB, quick to kill. */
export function testToolRunner(options: Partial<ToolRunnerOptions> = {}): ToolRunner {
  const runner = createToolRunner({
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
  return Object.assign((call: ToolCall) => runner(asShipped(call)), {
    liveGroups: () => runner.liveGroups(),
    killAll: () => runner.killAll(),
    endAll: () => runner.endAll(),
  });
}

/** Our own programs as they are shipped, which start three times as fast as their sources; the set-up of the tests has built them. */
function asShipped(call: ToolCall): ToolCall {
  const [program, path = '', ...rest] = call.argv;
  const [, entry] = /\/agents\/tools\/entries\/([\w-]+)\.ts$/.exec(path) ?? [];
  const shipped = entry === undefined ? '' : join(ROOT, 'dist/agents/tools/entries', `${entry}.js`);
  return shipped !== '' && existsSync(shipped) ? { ...call, argv: [program, shipped, ...rest] } : call;
}
